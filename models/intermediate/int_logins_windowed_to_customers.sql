-- One row per customer who logged in during the last 180 days up to the as-of date: days with a login per window.

with

logins as (

    select * from {{ ref('stg_brokerage__logins') }}

    where {{ in_last_days('login_date', 180) }}

),

final as (

    select
        customer_id,
        {% for days in [30, 90] %}
        count(*) filter (where {{ in_last_days('login_date', days) }}) as login_day_count_{{ days }}d,
        {% endfor %}
        count(*) as login_day_count_180d

    from logins

    group by customer_id

)

select * from final
