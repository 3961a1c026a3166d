-- One row per model and row that a classification has scored: probability, decision, reasons and what would change it.

with

decisions as (

    select * from {{ ref('rule_risk_decisions') }}

),

final as (

    select
        model_name,
        entity_id,
        as_of_date,
        predicted_probability,
        points,
        band,
        cut_off,
        decision,
        decision_in_words,
        recommended_action,
        {% for n in range(1, 5) %}
        reason_{{ n }}_code,
        reason_{{ n }},
        {% endfor %}
        change_in_words,
        probability_after_change,
        no_change_reason,
        model_version,
        served_candidate,
        unscored_reason

    from decisions

)

select * from final
