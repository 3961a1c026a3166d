-- One row per loan: how likely it is not to be paid by what was known on the day it was granted, what would be decided and
-- why, beside what became of it.

with

features as (

    select * from {{ ref('ftr_berka') }}

),

outcomes as (

    select * from {{ ref('lbl_berka') }}

),

decisions as (

    select * from {{ ref('rule_risk_decisions') }}

    where model_name = 'berka'

),

models as (

    select * from {{ ref('reg_model_versions') }}

    where
        model_name = 'berka'
        and is_serving

),

final as (

    select
        features.application_id,
        features.application_date,
        features.as_of_date,
        decisions.predicted_probability as probability_of_unpaid_loan,
        decisions.points,
        decisions.band,
        decisions.cut_off,
        decisions.decision,
        {% for n in range(1, 5) %}
        replace(decisions.reason_{{ n }}, '_', ' ') as reason_{{ n }},
        {% endfor %}
        replace(decisions.change_in_words, '_', ' ') as change_in_words,
        decisions.probability_after_change,
        decisions.no_change_reason,
        outcomes.is_bad,
        outcomes.is_bad is not null and decisions.model_version is not null as was_learned_from,
        decisions.served_candidate,
        models.verdict as model_verdict,
        decisions.unscored_reason

    from features

    left join decisions
        on features.application_id = decisions.entity_id

    left join outcomes
        on features.application_id = outcomes.application_id

    left join models
        on decisions.model_version = models.model_version

)

select * from final
