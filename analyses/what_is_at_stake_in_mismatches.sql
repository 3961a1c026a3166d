-- Where rules and learned segments disagree, by how much money is at stake: one row per rule segment, learned segment
-- and direction.

select
    activity_status,
    rule_segment,
    learned_segment,
    mismatch_kind,
    count(*) as customer_count,
    sum(net_asset_value_usd) as net_asset_value_usd,
    sum(traded_notional_usd_365d) as traded_notional_usd_365d

from {{ ref('mart_segment_mismatches') }}

group by
    activity_status,
    rule_segment,
    learned_segment,
    mismatch_kind

order by net_asset_value_usd desc nulls last
