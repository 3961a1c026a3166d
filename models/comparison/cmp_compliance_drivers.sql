-- One row per customer whose learned compliance risk something raises: the three features that raise it most, in words.

with

drivers as (

    select * from {{ ref('ml_compliance_risk__drivers') }}

),

words as (

    {{ in_language('compliance_drivers', ['feature']) }}

),

drivers_told as (

    select
        drivers.customer_id,
        drivers.driver_number,
        {{ driver_in_words('words', 'drivers') }} as told

    from drivers

    left join words
        on drivers.feature = words.feature

),

final as (

    select
        customer_id,
        max(case when driver_number = 1 then told end) as driver_1,
        max(case when driver_number = 2 then told end) as driver_2,
        max(case when driver_number = 3 then told end) as driver_3

    from drivers_told

    group by customer_id

)

select * from final
