-- One row per day of the ten years up to `as_of_date`: the time spine that MetricFlow asks for.

with

numbers as (

    {{ dbt.generate_series(3653) }}

),

final as (

    select cast({{ dbt.dateadd('day', '1 - generated_number', as_of_date()) }} as date) as date_day

    from numbers

)

select * from final
