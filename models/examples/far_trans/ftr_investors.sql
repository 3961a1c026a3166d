-- One row per investor as of `as_of_date`: the register's version in force on that day.

with

versions as (

    select * from {{ ref('int_investor_versions') }}

    where cast(known_from as date) <= {{ as_of_date() }}

),

versions_ranked as (

    select
        versions.*,
        count(*) over (partition by customer_id) as version_count,
        row_number() over (partition by customer_id order by known_from desc) as version_rank

    from versions

),

final as (

    select
        customer_id,
        {{ as_of_date() }} as as_of_date,
        known_from,
        customer_type,
        risk_level,
        is_risk_level_predicted,
        investment_capacity,
        is_investment_capacity_predicted,
        last_questionnaire_date,
        is_questionnaire_dated_later,
        version_count

    from versions_ranked

    where version_rank = 1

)

select * from final
