-- One row per customer as of `as_of_date`: how they trade. How often, with how much, how long they hold, how volatile
-- what they hold is, and the products of these that set kinds of traders apart.

{% if is_supplied('ftr_trading_behaviour') %}

{{ supplied_features() }}

{% else %}

with

customers as (

    select * from {{ ref('stg_brokerage__customers') }}

),

trades as (

    select * from {{ ref('int_trades_windowed_to_customers') }}

),

lots as (

    select * from {{ ref('int_lots_held_to_customers') }}

),

account_values as (

    select * from {{ ref('int_account_values_windowed_to_customers') }}

),

behaviour as (

    select
        customers.customer_id,
        {{ as_of_date() }} as as_of_date,
        case
            when lots.customer_id is not null or trades.trade_count_365d > 0 then 'invested'
            else 'not invested'
        end as investment_status,

        -- Fewer than four weeks are too few to tell a habit by.
        cast(coalesce(trades.trade_count_365d, 0) as double) * 7.0 / least(
            greatest(
                coalesce({{ days_until_as_of('least(customers.opened_date, trades.first_traded_date)') }}, 365), 28
            ),
            365
        ) as trades_per_week,
        cast(coalesce(account_values.holdings_usd, lots.open_value_usd, 0) as double) as portfolio_value_usd,
        lots.avg_holding_days,
        lots.volatility_exposure

    from customers

    left join trades
        on customers.customer_id = trades.customer_id

    left join lots
        on customers.customer_id = lots.customer_id

    left join account_values
        on customers.customer_id = account_values.customer_id

    -- Not yet a customer on that day: no row.
    where
        customers.opened_date is null
        or customers.opened_date <= {{ as_of_date() }}
        or trades.customer_id is not null

),

final as (

    select
        behaviour.*,
        trades_per_week * volatility_exposure as frequency_x_volatility,
        portfolio_value_usd * volatility_exposure as portfolio_x_volatility,
        trades_per_week / (avg_holding_days + 1) as frequency_per_holding_day

    from behaviour

)

select * from final

{% endif %}
