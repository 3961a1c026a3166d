select
    activity_status,
    coalesce(rfmn_segment, 'no segment') as rfmn_segment,
    count(*) as customer_count,
    sum(net_asset_value_usd) as nav_usd
from mart_customer_segments
group by 1, 2
order by 1, 3 desc, 2
