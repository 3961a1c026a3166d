-- One row per customer who closed a lot in the last 180 days up to the as-of date: what it brought.

with

lots as (

    select * from {{ ref('int_trades_matched_to_lots') }}

    where {{ in_last_days('closed_date', 180) }}

),

final as (

    select
        customer_id,
        sum(realised_profit_usd) as realised_profit_usd_180d

    from lots

    group by customer_id

)

select * from final
