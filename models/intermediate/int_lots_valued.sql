-- One row per piece of a lot that was held on at least one of the last 365 days up to the as-of date, with what it
-- cost, how long it has been held, and how long in those days. A piece sold without having been bought (a short sale
-- not covered yet, or a transfer in) has no known beginning and is left out; a covered short sale was held from the
-- sale to the buy.

with

lots as (

    select * from {{ ref('int_trades_matched_to_lots') }}

    where
        bought_at is not null
        and (closed_date is null or closed_date > {{ days_before_as_of(365) }})

),

assets as (

    select * from {{ ref('stg_brokerage__assets') }}

),

prices as (

    select * from {{ ref('int_assets_last_priced') }}

),

lots_dated as (

    select
        lots.*,
        cast(least(bought_at, coalesce(sold_at, bought_at)) as date) as opened_date,
        coalesce(closed_date, {{ as_of_date() }}) as held_until_date,
        case when sold_at < bought_at then sold_price_usd else bought_price_usd end as opened_price_usd

    from lots

),

lots_windowed as (

    select
        lots_dated.*,
        greatest(opened_date, {{ days_before_as_of(365) }}) as at_risk_from

    from lots_dated

),

lots_timed as (

    select
        lots_windowed.*,
        {{ days_between('opened_date', 'held_until_date') }} as held_days,
        {{ days_between('at_risk_from', 'held_until_date') }} as days_at_risk

    from lots_windowed

),

final as (

    select
        lots_timed.customer_id,
        lots_timed.asset_id,
        lots_timed.closed_date is null as is_open,
        assets.annualised_volatility,
        lots_timed.held_days,

        -- Bought and sold within a day is still a day at risk.
        greatest(1, lots_timed.days_at_risk) as held_days_365d,

        -- Decimals, because sums of doubles hang on the order in which an engine adds.
        cast(round(lots_timed.quantity * lots_timed.opened_price_usd, 4) as decimal(22, 4)) as cost_usd,
        cast(round(lots_timed.quantity * prices.last_price_usd, 4) as decimal(22, 4)) as market_value_usd

    from lots_timed

    left join assets
        on lots_timed.asset_id = assets.asset_id

    left join prices
        on lots_timed.asset_id = prices.asset_id

)

select * from final
