-- One row per customer and day with a trade: sums that can be added up over any window. A build sums only the days
-- that are new or whose totals changed.

{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_days_that_changed(
        parent=ref('stg_brokerage__trades'),
        day='traded_date',
        totals=[('trade_count', 'count(*)'), ('version_count', 'sum(version_count)'), ('traded_notional_usd', 'sum(traded_notional_usd)')]
    ) }}",
) }}

with

trades as (

    select * from {{ ref('stg_brokerage__trades') }}

    {{ only_missing_days('traded_date') }}

),

trades_summed_to_customer_days as (

    select
        customer_id,
        traded_date,
        count(*) as trade_count,
        cast(sum(traded_notional_usd) as decimal(38, 2)) as traded_notional_usd,
        sum(version_count) as version_count

    from trades

    group by
        customer_id,
        traded_date

)

select * from trades_summed_to_customer_days
