select
    activity_status,
    coalesce(rfmn_segment, 'no segment') as rfmn_segment,
    metric(net_asset_value) as nav_usd,
    metric(customers) as customer_count
from mart_customer_segments
where net_asset_value_usd is not null
group by 1, 2
order by 1, 2
