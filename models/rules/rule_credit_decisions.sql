-- One row per scored application: its band, its decision and its reasons, in the words of the seeds.

with

scores as (

    select
        *,
        -- The printed points decide the band, so that the two never contradict each other.
        cast(round(points) as integer) as whole_points,
        -- Without a score there is no decision.
        coalesce(decision, 'refer') as decision_or_refer

    from {{ ref('ml_credit_default__scored') }}

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
        scores.application_id,
        scores.whole_points as points,
        bands.band,
        scores.decision_or_refer as decision,
        decisions.decision_in_words,
        decisions.recommended_action,
        {% for n in range(1, 5) %}
        reasons_{{ n }}.reason_code as reason_{{ n }}_code,
        {{ reason_in_words('reasons_' ~ n ~ '.reason', 'scores.reason_' ~ n) }} as reason_{{ n }},
        {% endfor %}
        {{ change_in_words('scores') }} as change_in_words

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
