select
    activity_status,
    learned_segment as rfmn_segment,
    rule_segment || ' → ' || learned_segment as from_rule_to_learned,
    mismatch_kind,
    count(*) as customer_count,
    sum(net_asset_value_usd) as nav_usd,
    median(learned_margin) as median_margin
from mart_segment_mismatches
group by 1, 2, 3, 4
order by nav_usd desc, 3
