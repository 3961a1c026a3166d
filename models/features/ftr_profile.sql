-- One row per customer as of `as_of_date`: who they are, what they earn and how they spend, and what they really trade.

{% if is_supplied('ftr_profile') %}

{{ supplied_features() }}

{% else %}

with

-- Recency, frequency and monetary value are defined once, and so is who is a customer on that day.
features as (

    select * from {{ ref('ftr_rfmn') }}

),

behaviour as (

    select * from {{ ref('ftr_trading_behaviour') }}

),

customers as (

    select
        stg_customers.*,
        {{ age_in_years('birth_date') }} as age_years

    from {{ ref('stg_brokerage__customers') }} as stg_customers

),

final as (

    select
        features.customer_id,
        features.as_of_date,
        coalesce(customers.customer_type, 'unknown') as customer_type,
        customers.age_years,
        customers.annual_income_usd,
        customers.spending_score,
        features.trade_count_365d,
        features.traded_notional_usd_365d / nullif(features.trade_count_365d, 0) as avg_trade_notional_usd_365d,
        behaviour.trades_per_week

    from features

    left join customers
        on features.customer_id = customers.customer_id

    left join behaviour
        on features.customer_id = behaviour.customer_id

)

select * from final

{% endif %}
