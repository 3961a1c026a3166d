with by_segment as (
    select
        activity_status,
        rfmn_segment,
        metric(customers) / sum(metric(customers)) over () as customer_share,
        coalesce(metric(net_asset_value), 0)
        / nullif(sum(metric(net_asset_value)) over (), 0) as nav_share
    from mart_customer_segments
    where rfmn_segment is not null
    group by 1, 2
)

select
    activity_status,
    rfmn_segment,
    'customers' as of_what,
    customer_share as value
from by_segment
union all
select
    activity_status,
    rfmn_segment,
    'net asset value' as of_what,
    nav_share as value
from by_segment
where nav_share is not null
order by 1, 2, 3
