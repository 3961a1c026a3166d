-- One row per loan application made up to the as-of date, as it was known on the day it was made: the last version
-- recorded by then. An application that was only recorded later counts as it was recorded first.

with

versions as (

    select
        versioned_applications.*,
        case when known_from_date <= applied_date then version_number end as version_number_on_the_day

    from {{ ref('base_lending__applications_versioned') }} as versioned_applications

    where applied_date <= {{ as_of_date() }}

),

versions_ranked as (

    select
        versions.*,
        row_number() over (
            partition by application_id
            order by
                version_number_on_the_day desc nulls last,
                version_number asc
        ) as version_rank

    from versions

),

final as (

    select
        application_id,
        customer_id,
        applied_date as application_date,
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
        channel

    from versions_ranked

    where version_rank = 1

)

select * from final
