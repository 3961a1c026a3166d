-- One row per call: the chance of a deposit by what was known before the call, whether the call is worth it and why, and how
-- it ended.

with

features as (

    select * from {{ ref('ftr_bank_marketing') }}

),

outcomes as (

    select * from {{ ref('lbl_bank_marketing') }}

),

decisions as (

    select * from {{ ref('rule_risk_decisions') }}

    where model_name = 'bank_marketing'

),

models as (

    select * from {{ ref('reg_model_versions') }}

    where
        model_name = 'bank_marketing'
        and is_serving

),

final as (

    select
        features.contact_id,
        features.contact_date,
        features.as_of_date,
        decisions.predicted_probability as probability_of_deposit,
        decisions.points,
        decisions.cut_off,
        -- The event is wanted: what a lender would decline is what is worth a call.
        decisions.decision = 'decline' as is_worth_a_call,
        {% for n in range(1, 5) %}
        replace(decisions.reason_{{ n }}, '_', ' ') as reason_{{ n }},
        {% endfor %}
        outcomes.has_subscribed,
        outcomes.has_subscribed is not null and decisions.model_version is not null as was_learned_from,
        decisions.served_candidate,
        models.verdict as model_verdict,
        decisions.unscored_reason

    from features

    left join decisions
        on features.contact_id = decisions.entity_id

    left join outcomes
        on features.contact_id = outcomes.contact_id

    left join models
        on decisions.model_version = models.model_version

)

select * from final
