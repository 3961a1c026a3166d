-- One row per customer with a cash movement in the last 180 days up to the as-of date.

with

customer_days as (

    select * from {{ ref('int_cash_movements_summed_to_customer_days') }}

    where {{ in_last_days('moved_date', 180) }}

),

final as (

    select
        customer_id,
        sum(cash_in_usd) as cash_in_usd_180d,
        sum(cash_out_usd) as cash_out_usd_180d

    from customer_days

    group by customer_id

)

select * from final
