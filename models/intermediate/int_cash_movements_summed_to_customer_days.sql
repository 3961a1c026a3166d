-- One row per customer and day on which money moved: sums that can be added up over any window. A build sums only
-- the days that are new or whose totals changed.

{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_days_that_changed(
        parent=ref('stg_brokerage__cash_movements'),
        day='moved_date',
        totals=[('movement_count', 'count(*)'), ('version_count', 'sum(version_count)'), ('cash_in_usd + cash_out_usd', 'sum(amount_usd)')]
    ) }}",
) }}

with

cash_movements as (

    select * from {{ ref('stg_brokerage__cash_movements') }}

    {{ only_missing_days('moved_date') }}

),

cash_movements_summed_to_customer_days as (

    select
        customer_id,
        moved_date,
        count(*) as movement_count,
        sum(version_count) as version_count,
        cast(coalesce(sum(amount_usd) filter (where direction = 'in'), 0) as decimal(38, 2)) as cash_in_usd,
        cast(coalesce(sum(amount_usd) filter (where direction = 'out'), 0) as decimal(38, 2)) as cash_out_usd

    from cash_movements

    group by
        customer_id,
        moved_date

)

select * from cash_movements_summed_to_customer_days
