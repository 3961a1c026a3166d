-- One row per call: the chance of a deposit by what was known before the call, whether the call is worth it and why, and how
-- it ended.

with

scored as (

    {{ scored_beside_outcomes('bank_marketing', entity='contact_id', outcome='has_subscribed', also=['contact_date']) }}

),

final as (

    select
        contact_id,
        contact_date,
        as_of_date,
        predicted_probability as probability_of_deposit,
        points,
        cut_off,
        -- The event is wanted: what a lender would decline is what is worth a call.
        decision = 'decline' as is_worth_a_call,
        reason_1,
        reason_2,
        reason_3,
        reason_4,
        has_subscribed,
        was_learned_from,
        served_candidate,
        model_verdict,
        unscored_reason

    from scored

)

select * from final
