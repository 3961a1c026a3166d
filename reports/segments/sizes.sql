select
    activity_status,
    coalesce(rfmn_segment, 'no segment') as rfmn_segment,
    metric(customers) as customer_count,
    metric(net_asset_value) as nav_usd
from mart_customer_segments
group by 1, 2
order by 1, 3 desc, 2
