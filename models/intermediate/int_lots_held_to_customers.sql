-- One row per customer who held something on at least one of the last 365 days: how long, how volatile, and what it
-- is worth. Means are weighted by what was paid, so they do not hang on how a lot was cut into pieces.

with

lots as (

    select * from {{ ref('int_lots_valued') }}

),

lots_weighted as (

    select
        customer_id,
        cost_usd,
        case when is_open then market_value_usd end as open_value_usd,
        cast(round(cast(cost_usd as double) * held_days, 2) as decimal(28, 2)) as cost_times_days,

        -- An asset of unknown volatility says nothing about exposure: it is in neither sum.
        case
            when annualised_volatility is not null
                then cast(round(cast(cost_usd as double) * held_days_365d, 2) as decimal(28, 2))
        end as exposed_value_days,
        case
            when annualised_volatility is not null
                then
                    cast(
                        round(cast(cost_usd as double) * held_days_365d * annualised_volatility, 4)
                        as decimal(28, 4)
                    )
        end as volatile_value_days

    from lots

),

final as (

    select
        customer_id,
        coalesce(sum(open_value_usd), 0) as open_value_usd,
        cast(sum(cost_times_days) as double) / nullif(cast(sum(cost_usd) as double), 0) as avg_holding_days,
        cast(sum(volatile_value_days) as double)
        / nullif(cast(sum(exposed_value_days) as double), 0) as volatility_exposure

    from lots_weighted

    group by customer_id

)

select * from final
