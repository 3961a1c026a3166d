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
] %}

with

members as (

    select * from {{ ref('cmp_segment_members') }}

),

features as (

    select * from {{ ref('ftr_rfmn') }}

),

segments_profiled as (

    select
        members.segmentation,
        features.activity_status,
        members.segment,
        {{ profile_columns(profiled_features) }}

    from members

    inner join features
        on members.customer_id = features.customer_id

    group by
        members.segmentation,
        features.activity_status,
        members.segment

),

final as (

    {{ profile_rows('segments_profiled', ['segmentation', 'activity_status', 'segment'], profiled_features) }}

)

select * from final
