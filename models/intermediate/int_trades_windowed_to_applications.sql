-- One row per application by a customer who had traded before: what was known of the trades before the application
-- day. Windows end on the day before it.

with

applications as (

    select * from {{ ref('int_applications_windowed_to_their_day') }}

),

trades as (

    select * from {{ ref('int_trades_spread_to_versions') }}

),

assets as (

    select * from {{ ref('stg_brokerage__assets') }}

),

trades_before_application as (

    select
        applications.application_id,
        trades.traded_date,
        trades.traded_notional_usd,
        {{ dbt.datediff(
            'trades.traded_date', 'applications.application_date', 'day'
        ) }} as days_before,

        -- Decimal, so that sums do not depend on the order in which an engine adds.
        cast(round(assets.annualised_volatility, 6) as decimal(12, 6)) as annualised_volatility

    from applications

    inner join trades
        on
            applications.customer_id = trades.customer_id
            and applications.application_date > trades.traded_date
            and applications.application_date > trades.known_from_date
            and (trades.known_until_date is null or applications.application_date <= trades.known_until_date)

    left join assets
        on trades.asset_id = assets.asset_id

),

final as (

    select
        application_id,
        min(traded_date) as first_traded_date,
        min(days_before) as days_since_last_trade,
        {% for days in [90, 365] %}
        count(*) filter (where days_before <= {{ days }}) as trade_count_{{ days }}d,
        sum(traded_notional_usd) filter (where days_before <= {{ days }}) as traded_notional_usd_{{ days }}d,
        {% endfor %}
        cast(
            sum(traded_notional_usd * annualised_volatility) filter (where days_before <= 365) as double
        ) / nullif(
            cast(sum(traded_notional_usd) filter (
                where days_before <= 365 and annualised_volatility is not null
            ) as double), 0
        ) as traded_volatility_365d

    from trades_before_application

    group by application_id

)

select * from final
