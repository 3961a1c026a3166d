-- One row per customer with a trade up to the as-of date: last trade, and sums over the windows ending on that date.

with

customer_days as (

    select * from {{ ref('int_trades_summed_to_customer_days') }}

    where traded_date <= {{ as_of_date() }}

),

final as (

    select
        customer_id,
        {% for days in [30, 90, 180, 365] %}
        count(*) filter (where {{ in_last_days('traded_date', days) }}) as trading_day_count_{{ days }}d,
        coalesce(
            sum(trade_count) filter (where {{ in_last_days('traded_date', days) }}), 0
        ) as trade_count_{{ days }}d,
        coalesce(
            sum(traded_notional_usd) filter (where {{ in_last_days('traded_date', days) }}), 0
        ) as traded_notional_usd_{{ days }}d,
        {% endfor %}
        min(traded_date) as first_traded_date,
        max(traded_date) as last_traded_date

    from customer_days

    group by customer_id

)

select * from final
