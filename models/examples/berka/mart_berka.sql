-- One row per loan: how likely it is not to be paid by what was known on the day it was granted, what would be decided and
-- why, beside what became of it.

with

scored as (

    {{ scored_beside_outcomes('berka', entity='application_id', outcome='is_bad', also=['application_date']) }}

),

final as (

    select
        application_id,
        application_date,
        as_of_date,
        predicted_probability as probability_of_unpaid_loan,
        points,
        band,
        cut_off,
        decision,
        reason_1,
        reason_2,
        reason_3,
        reason_4,
        change_in_words,
        probability_after_change,
        no_change_reason,
        is_bad,
        was_learned_from,
        served_candidate,
        model_verdict,
        unscored_reason

    from scored

)

select * from final
