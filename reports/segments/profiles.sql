select
    activity_status,
    rfmn_segment,
    rule_segment,
    count(*) as customer_count,
    -- Figures of fewer than five customers would be about persons.
    if(count(*) >= 5, median(days_since_last_trade), null) as median_days_since_last_trade,
    if(count(*) >= 5, median(trade_count_365d), null) as median_trade_count_365d,
    if(count(*) >= 5, median(traded_notional_usd_365d), null) as median_traded_notional_usd_365d,
    if(count(*) >= 5, median(net_asset_value_usd), null) as median_net_asset_value_usd,
    min(recommended_action) as recommended_action
from mart_customer_segments
group by 1, 2, 3
order by 1, 4 desc, 2, 3
