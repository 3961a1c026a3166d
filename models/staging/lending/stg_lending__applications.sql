-- One row per loan application: the version recorded last.

with

versions as (

    select * from {{ ref('base_lending__applications_versioned') }}

    where version_number = version_count

),

final as (

    select
        application_id,
        customer_id,
        applied_date,
        requested_amount_usd,
        term_months,
        purpose,
        interest_rate_ratio,
        instalment_usd,
        annual_income_usd,
        employment_months,
        housing,
        dependant_count,
        existing_loan_count,
        existing_monthly_debt_usd,
        channel,
        decision,
        known_at as recorded_at,
        version_count

    from versions

)

select * from final
