-- How customers and assets are spread over rule segments and learned segments: one row per pair.

select
    activity_status,
    rule_segment,
    rfmn_segment,
    count(*) as customer_count,
    sum(net_asset_value_usd) as net_asset_value_usd,
    median(net_asset_value_usd) as net_asset_value_median_usd

from {{ ref('mart_customer_segments') }}

group by
    activity_status,
    rule_segment,
    rfmn_segment

order by net_asset_value_usd desc nulls last
