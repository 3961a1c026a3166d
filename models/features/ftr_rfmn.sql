-- One row per customer as of `as_of_date`: recency, frequency, monetary value, net asset value, and what surrounds
-- them. Later rows stay out, so a model trained on an old date cannot see the future.

{{ config(post_hook="{{ refuse_a_date_before_all_data() }}") }}

{% if is_supplied('ftr_rfmn') %}

{{ supplied_features() }}

{% else %}

with

customers as (

    select * from {{ ref('stg_brokerage__customers') }}

),

trades as (

    select * from {{ ref('int_trades_windowed_to_customers') }}

),

account_values as (

    select * from {{ ref('int_account_values_windowed_to_customers') }}

),

cash_movements as (

    select * from {{ ref('int_cash_movements_windowed_to_customers') }}

),

logins as (

    select * from {{ ref('int_logins_windowed_to_customers') }}

),

lots as (

    select * from {{ ref('int_lots_closed_to_customers') }}

),

final as (

    select
        customers.customer_id,
        {{ as_of_date() }} as as_of_date,
        case
            when trades.trade_count_365d > 0 then 'active'
            when trades.customer_id is not null then 'inactive'
            else 'nonactive'
        end as activity_status,

        -- Never traded: recency is unknown. Counts and amounts are zero all the same.
        {{ days_until_as_of('trades.last_traded_date') }} as days_since_last_trade,
        cast(coalesce(trades.trade_count_365d, 0) as integer) as trade_count_365d,
        cast(coalesce(trades.traded_notional_usd_365d, 0) as double) as traded_notional_usd_365d,
        cast(account_values.net_asset_value_usd as double) as net_asset_value_usd,

        cast(coalesce(trades.trading_day_count_30d, 0) as integer) as trading_day_count_30d,
        cast(coalesce(trades.trading_day_count_90d, 0) as integer) as trading_day_count_90d,
        cast(coalesce(trades.trading_day_count_180d, 0) as integer) as trading_day_count_180d,
        cast(coalesce(trades.traded_notional_usd_30d, 0) as double) as traded_notional_usd_30d,
        cast(coalesce(trades.traded_notional_usd_90d, 0) as double) as traded_notional_usd_90d,
        cast(coalesce(trades.traded_notional_usd_180d, 0) as double) as traded_notional_usd_180d,

        -- A ratio without a positive base says nothing: null, not zero and not infinite.
        case
            when account_values.net_asset_value_mean_usd_180d > 0
                then
                    cast(coalesce(trades.traded_notional_usd_180d, 0) as double)
                    / account_values.net_asset_value_mean_usd_180d
        end as turnover_ratio_180d,
        account_values.net_asset_value_mean_usd_365d,
        cast(coalesce(cash_movements.cash_in_usd_180d, 0) as double) as cash_in_usd_180d,
        cast(coalesce(cash_movements.cash_out_usd_180d, 0) as double) as cash_out_usd_180d,
        cast(coalesce(lots.realised_profit_usd_180d, 0) as double) as realised_profit_usd_180d,
        cast(coalesce(logins.login_day_count_30d, 0) as integer) as login_day_count_30d,
        cast(coalesce(logins.login_day_count_90d, 0) as integer) as login_day_count_90d,
        cast(coalesce(logins.login_day_count_180d, 0) as integer) as login_day_count_180d,
        {{ days_until_as_of('least(customers.opened_date, trades.first_traded_date)') }} as account_age_days

    from customers

    left join trades
        on customers.customer_id = trades.customer_id

    left join account_values
        on customers.customer_id = account_values.customer_id

    left join cash_movements
        on customers.customer_id = cash_movements.customer_id

    left join logins
        on customers.customer_id = logins.customer_id

    left join lots
        on customers.customer_id = lots.customer_id

    -- Not yet a customer on that day: no row.
    where
        customers.opened_date is null
        or customers.opened_date <= {{ as_of_date() }}
        or trades.customer_id is not null

)

select * from final

{% endif %}
