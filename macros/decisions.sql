{#- Scored rows of classifications in words: one row per model and scored row, with band, decision, reasons and the change
    that would be approved. `scored_models` maps each __scored model to the column of its entity. A macro, so that a mart
    can ask for the rows of its own model and needs no other one to be built. -#}
{% macro risk_decisions(scored_models) %}
with

all_scores as (

    {% for scored, entity in scored_models.items() %}
    {{ 'union all by name' if not loop.first }}
    select
        * exclude ({{ adapter.quote(entity) }}),
        '{{ scored | replace('ml_', '', 1) | replace('__scored', '') }}' as model_name,
        cast({{ adapter.quote(entity) }} as varchar) as entity_id
    from {{ ref(scored) }}
    {% endfor %}

),

scores as (

    select
        *,
        -- The printed points decide the band, so that the two never contradict each other.
        cast(round(points) as integer) as whole_points,
        -- Without a score there is no decision.
        coalesce(decision, 'refer') as decision_or_refer

    from all_scores

),

bands as (

    select * from {{ ref('credit_bands') }}

),

decisions as (

    {{ in_language('credit_decisions', ['decision']) }}

),

reasons as (

    {{ in_language('credit_reasons', ['feature', 'side']) }}

),

final as (

    select
        scores.model_name,
        scores.entity_id,
        scores.as_of_date,
        scores.predicted_probability,
        scores.whole_points as points,
        bands.band,
        scores.cut_off,
        scores.decision_or_refer as decision,
        decisions.decision_in_words,
        decisions.recommended_action,
        {% for n in range(1, 5) %}
        reasons_{{ n }}.reason_code as reason_{{ n }}_code,
        {{ reason_in_words('reasons_' ~ n ~ '.reason', 'scores.reason_' ~ n) }} as reason_{{ n }},
        {% endfor %}
        {{ change_in_words('scores') }} as change_in_words,
        scores.probability_after_change,
        scores.no_change_reason,
        cast(scores.model_version as integer) as model_version,
        scores.served_candidate,
        scores.unscored_reason

    from scores

    left join bands
        on
            (bands.points_from is null or scores.whole_points >= bands.points_from)
            and (bands.points_below is null or scores.whole_points < bands.points_below)

    left join decisions
        on scores.decision_or_refer = decisions.decision
    {% for n in range(1, 5) %}

    left join reasons as reasons_{{ n }}
        on
            scores.reason_{{ n }}_feature = reasons_{{ n }}.feature
            and scores.reason_{{ n }}_side = reasons_{{ n }}.side
    {% endfor %}

)

select * from final
{% endmacro %}
