-- One row per questionnaire: the version recorded last. A table, because that means sorting them.

{{ config(materialized='table') }}

with

questionnaires as (

    select
        base_questionnaires.*,
        coalesce(recorded_at, cast(answered_date as timestamp)) as known_at

    from {{ ref('base_suitability__questionnaires') }} as base_questionnaires

    where rejected_reason is null

),

versions as (

    select
        questionnaires.*,
        count(*) over (partition by questionnaire_id) as version_count,
        row_number() over (
            partition by questionnaire_id
            order by
                known_at desc,
                answered_date desc,
                customer_id asc,
                declared_risk_score desc
        ) as version_rank

    from questionnaires

),

final as (

    select
        questionnaire_id,
        customer_id,
        answered_date,
        declared_risk_score,
        known_at as recorded_at,
        version_count

    from versions

    where version_rank = 1

)

select * from final
