-- One row per credit: how likely it is to go bad, what would be decided and why, beside what became of it.

with

features as (

    select * from {{ ref('ftr_credit_profiling') }}

),

outcomes as (

    select * from {{ ref('lbl_credit_profiling') }}

),

decisions as (

    select * from {{ ref('rule_risk_decisions') }}

    where model_name = 'credit_profiling'

),

models as (

    select * from {{ ref('reg_model_versions') }}

    where
        model_name = 'credit_profiling'
        and is_serving

),

final as (

    select
        features.customer_id,
        features.as_of_date,
        decisions.predicted_probability as probability_of_bad_credit,
        decisions.points,
        decisions.band,
        decisions.cut_off,
        decisions.decision,
        {% for n in range(1, 5) %}
        replace(decisions.reason_{{ n }}, '_', ' ') as reason_{{ n }},
        {% endfor %}
        outcomes.is_bad,
        outcomes.is_bad is not null and decisions.model_version is not null as was_learned_from,
        decisions.served_candidate,
        models.verdict as model_verdict,
        decisions.unscored_reason

    from features

    left join decisions
        on features.customer_id = decisions.entity_id

    left join outcomes
        on features.customer_id = outcomes.customer_id

    left join models
        on decisions.model_version = models.model_version

)

select * from final
