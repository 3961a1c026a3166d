-- One row per customer: the version recorded last. A table, because every ledger asks it who is a customer.

{{ config(materialized='table') }}

with

customers as (

    select * from {{ ref('base_brokerage__customers') }}

    where rejected_reason is null

),

customers_ranked as (

    select
        customers.*,
        count(*) over (partition by customer_id) as version_count,

        -- Every column takes part, so that equal inputs give equal outputs whatever the row order.
        row_number() over (
            partition by customer_id
            order by
                recorded_at desc nulls last,
                opened_date desc nulls last,
                birth_date desc nulls last,
                customer_type asc nulls last,
                country asc nulls last,
                gender asc nulls last,
                given_annual_income_usd asc nulls last,
                given_spending_score asc nulls last
        ) as version_rank

    from customers

),

final as (

    select
        customer_id,
        opened_date,
        case when birth_date_fault is null then birth_date end as birth_date,
        upper(country) as country,
        case when customer_type_fault is null then customer_type end as customer_type,
        gender,
        case when annual_income_usd_fault is null then annual_income_usd end as annual_income_usd,
        case when spending_score_fault is null then spending_score end as spending_score,
        recorded_at,
        version_count

    from customers_ranked

    where version_rank = 1

)

select * from final
