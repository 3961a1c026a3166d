-- One row per customer with a questionnaire answered by the as-of date: the appetite for risk declared in the last one.

with

questionnaires as (

    select * from {{ ref('stg_suitability__questionnaires') }}

    where answered_date <= {{ as_of_date() }}

),

questionnaires_ranked as (

    select
        questionnaires.*,
        row_number() over (
            partition by customer_id
            order by answered_date desc, recorded_at desc, questionnaire_id desc
        ) as answer_rank

    from questionnaires

),

final as (

    select
        customer_id,
        {{ as_of_date() }} as as_of_date,
        declared_risk_score,
        answered_date

    from questionnaires_ranked

    where answer_rank = 1

)

select * from final
