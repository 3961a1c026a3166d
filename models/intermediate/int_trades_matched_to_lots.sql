-- One row per piece of a lot, first in first out: a quantity of one asset that a customer bought and sold, or bought
-- and still holds (`sold_at` null), or sold without having bought it (a short sale or a transfer in, `bought_at`
-- null). A short sale that is covered later is a piece whose sale comes first.
--
-- Buys and sells are laid end to end on one axis of cumulated quantity. Every end of a trade on that axis cuts off a
-- piece, which belongs to the first buy and the first sell that end there or later: two sorts, no range join.

with

trades as (

    select * from {{ ref('stg_brokerage__trades') }}

    where
        traded_date <= {{ as_of_date() }}
        and asset_id is not null

),

trades_laid_end_to_end as (

    select
        trades.*,
        sum(quantity) over (
            partition by customer_id, asset_id, side
            order by traded_at asc, trade_id asc
            rows between unbounded preceding and current row
        ) as quantity_to

    from trades

),

pieces as (

    select
        customer_id,
        asset_id,
        quantity_to - lag(quantity_to, 1, 0) over customer_asset as quantity,
        first_value(case when side = 'buy' then traded_at end ignore nulls) over rest_of_customer_asset as bought_at,
        first_value(case when side = 'buy' then price_usd end ignore nulls) over rest_of_customer_asset
            as bought_price_usd,
        first_value(case when side = 'sell' then traded_at end ignore nulls) over rest_of_customer_asset as sold_at,
        first_value(case when side = 'sell' then price_usd end ignore nulls) over rest_of_customer_asset
            as sold_price_usd

    from trades_laid_end_to_end

    window
        customer_asset as (
            partition by customer_id, asset_id
            order by quantity_to asc, side asc, trade_id asc
        ),
        rest_of_customer_asset as (
            partition by customer_id, asset_id
            order by quantity_to asc, side asc, trade_id asc
            rows between current row and unbounded following
        )

),

final as (

    select
        customer_id,
        asset_id,
        quantity,
        bought_at,
        bought_price_usd,
        sold_at,
        sold_price_usd,
        case
            when bought_at is not null and sold_at is not null
                then cast(greatest(bought_at, sold_at) as date)
        end as closed_date,
        cast(round(quantity * (sold_price_usd - bought_price_usd), 2) as decimal(18, 2)) as realised_profit_usd

    from pieces

    -- A buy and a sell that end at the same quantity cut off one piece, not two.
    where quantity > 0

)

select * from final
