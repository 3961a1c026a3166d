-- One row per segmentation, activity status, segment and feature: how many are known, what is typical, how it varies.

{% set profiled_features = [
    'days_since_last_trade',
    'trade_count_365d',
    'traded_notional_usd_365d',
    'net_asset_value_usd',
    'trading_day_count_180d',
    'turnover_ratio_180d',
    'cash_in_usd_180d',
    'cash_out_usd_180d',
    'realised_profit_usd_180d',
    'login_day_count_180d',
    'account_age_days',
    'trades_per_week',
    'portfolio_value_usd',
    'avg_holding_days',
    'volatility_exposure',
] %}

with

members as (

    select * from {{ ref('cmp_segment_members') }}

),

features as (

    select * from {{ ref('ftr_rfmn') }}

),

behaviour as (

    select * from {{ ref('ftr_trading_behaviour') }}

),

customers as (

    select
        features.*,
        behaviour.trades_per_week,
        behaviour.portfolio_value_usd,
        behaviour.avg_holding_days,
        behaviour.volatility_exposure

    from features

    left join behaviour
        on features.customer_id = behaviour.customer_id

),

segments_profiled as (

    select
        members.segmentation,
        customers.activity_status,
        members.segment,
        {{ profile_columns(profiled_features) }}

    from members

    inner join customers
        on members.customer_id = customers.customer_id

    group by
        members.segmentation,
        customers.activity_status,
        members.segment

),

final as (

    {{ profile_rows('segments_profiled', ['segmentation', 'activity_status', 'segment'], profiled_features) }}

)

select * from final
