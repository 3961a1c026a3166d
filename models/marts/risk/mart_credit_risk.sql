-- One row per loan application up to `as_of_date`: how likely it is to default, what is to be decided, why, and what
-- would change it.

with

applications as (

    select * from {{ ref('ftr_credit') }}

),

outcomes as (

    select * from {{ ref('lbl_default') }}

),

decisions as (

    select * from {{ ref('rule_risk_decisions') }}

    where model_name = 'credit_default'

),

costs as (

    select * from {{ ref('risk_costs') }}

),

models as (

    select * from {{ ref('reg_model_versions') }}

    where
        model_name = 'credit_default'
        and is_serving

),

final as (

    select
        applications.application_id,
        applications.customer_id,
        applications.application_date,
        applications.as_of_date,
        applications.requested_amount_usd,
        decisions.predicted_probability as probability_of_default,
        decisions.points,
        decisions.band,
        decisions.decision,
        decisions.decision_in_words,
        decisions.recommended_action,
        decisions.cut_off,
        costs.loss_given_default,
        -- A loan owes the whole amount when it begins; what is repaid before a default is not taken off.
        applications.requested_amount_usd as exposure_at_default_usd,
        decisions.predicted_probability
        * costs.loss_given_default
        * applications.requested_amount_usd as expected_loss_usd,
        {% for n in range(1, 5) %}
        decisions.reason_{{ n }}_code,
        decisions.reason_{{ n }},
        {% endfor %}
        decisions.change_in_words,
        decisions.probability_after_change,
        decisions.no_change_reason,
        outcomes.is_default,
        coalesce(
            outcomes.is_mature
            and coalesce(outcomes.outcome_date, outcomes.application_date) <= models.as_of_date,
            false
        ) as was_learned_from,
        decisions.model_version,
        decisions.served_candidate,
        models.verdict as model_verdict,
        decisions.unscored_reason

    from applications

    left join decisions
        on applications.application_id = decisions.entity_id

    left join outcomes
        on applications.application_id = outcomes.application_id

    -- One model for everybody, so one row at most.
    left join models
        on decisions.model_version = models.model_version

    -- One row; without it there is an application all the same.
    left join costs
        on costs.model_name = 'credit_default'

)

select * from final
