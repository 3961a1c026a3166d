-- One row per asset traded up to the as-of date: the price of its last trade, whoever made it.

with

trades as (

    select * from {{ ref('stg_brokerage__trades') }}

    where
        traded_date <= {{ as_of_date() }}
        and asset_id is not null

),

last_moments as (

    select
        asset_id,
        max(traded_at) as traded_at

    from trades

    group by asset_id

),

final as (

    select
        trades.asset_id,
        -- Several trades in that moment: which one must not hang on the order of rows.
        max(trades.price_usd) as last_price_usd

    from trades

    inner join last_moments
        on
            trades.asset_id = last_moments.asset_id
            and trades.traded_at = last_moments.traded_at

    group by trades.asset_id

)

select * from final
