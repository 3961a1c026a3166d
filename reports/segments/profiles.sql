select
    activity_status,
    rfmn_segment,
    rule_segment,
    count(*) as customer_count,
    median(days_since_last_trade) as median_days_since_last_trade,
    median(trade_count_365d) as median_trade_count_365d,
    median(traded_notional_usd_365d) as median_traded_notional_usd_365d,
    median(net_asset_value_usd) as median_net_asset_value_usd,
    min(recommended_action) as recommended_action
from mart_customer_segments
group by 1, 2, 3
order by 1, 4 desc, 2, 3
