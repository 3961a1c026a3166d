-- One row per credit: how likely it is to go bad, what would be decided and why, beside what became of it.

with

scored as (

    {{ scored_beside_outcomes('credit_profiling', entity='customer_id', outcome='is_bad') }}

),

final as (

    select
        customer_id,
        as_of_date,
        predicted_probability as probability_of_bad_credit,
        points,
        band,
        cut_off,
        decision,
        reason_1,
        reason_2,
        reason_3,
        reason_4,
        is_bad,
        was_learned_from,
        served_candidate,
        model_verdict,
        unscored_reason

    from scored

)

select * from final
