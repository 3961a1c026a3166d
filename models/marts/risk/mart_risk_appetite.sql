-- One row per customer as of `as_of_date`: the appetite for risk they declare, the one their trading reveals, and
-- whether the one contradicts the other.

with

behaviour as (

    select * from {{ ref('ftr_trading_behaviour') }}

),

declared as (

    select * from {{ ref('lbl_declared_risk_appetite') }}

),

revealed as (

    select * from {{ ref('ml_risk_appetite__scored') }}

),

profiles as (

    select * from {{ ref('ml_trading_profiles__assigned') }}

),

gaps as (

    select * from {{ ref('cmp_appetite_gaps') }}

),

models as (

    select * from {{ ref('reg_model_versions') }}

    where
        model_name = 'risk_appetite'
        and is_serving

),

final as (

    select
        behaviour.customer_id,
        behaviour.as_of_date,
        profiles.segment_name as trading_segment,
        declared.declared_risk_score,
        declared.answered_date,
        revealed.predicted_value as revealed_risk_score,
        revealed.interval_low as revealed_risk_score_low,
        revealed.interval_high as revealed_risk_score_high,
        gaps.appetite_gap,
        coalesce(gaps.contradiction, 'not compared') as contradiction,
        revealed.served_candidate,
        models.verdict as skill_verdict,
        models.verdict_reason as skill_reason,
        revealed.unscored_reason

    from behaviour

    left join profiles
        on behaviour.customer_id = profiles.customer_id

    left join declared
        on behaviour.customer_id = declared.customer_id

    left join revealed
        on behaviour.customer_id = revealed.customer_id

    left join gaps
        on behaviour.customer_id = gaps.customer_id

    -- One model for everybody, so one row at most.
    left join models
        on revealed.model_version = models.model_version

)

select * from final
