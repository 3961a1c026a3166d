select
    activity_status,
    rule_segment,
    learned_segment as rfmn_segment,
    mismatch_kind,
    proposal,
    count(*) as customer_count,
    sum(net_asset_value_usd) as nav_usd,
    mode(split_part(smallest_change, ' from ', 1)) as figure_that_would_have_to_change,
    median(smallest_change_size) as median_size_of_the_change
from mart_segment_mismatches
group by 1, 2, 3, 4, 5
order by nav_usd desc, 2, 3, 4, 5
