-- One row per customer as of `as_of_date`: their profile, the segment learned from it, and what that segment is like.

with

features as (

    select * from {{ ref('ftr_profile') }}

),

segments as (

    select * from {{ ref('ml_profile_segments__assigned') }}

),

texts as (

    select * from {{ ref('reg_serving_segments') }}

    where model_name = 'profile_segments'

),

age_bands as (

    select * from {{ ref('age_bands') }}

),

final as (

    select
        features.customer_id,
        features.as_of_date,
        features.customer_type,
        features.age_years,
        coalesce(age_bands.age_band, 'unknown') as age_band,
        features.annual_income_usd,
        features.spending_score,
        features.trade_count_365d,
        features.avg_trade_notional_usd_365d,
        features.trades_per_week,
        segments.segment_id as profile_segment_id,
        segments.segment_name as profile_segment,
        texts.profile_in_words,
        segments.margin as profile_margin,
        segments.unassigned_reason as profile_unassigned_reason,
        texts.verdict as profile_verdict,
        texts.recommended_action

    from features

    left join segments
        on features.customer_id = segments.customer_id

    left join texts
        on
            segments.population = texts.population
            and segments.segment_id = texts.segment_id

    left join age_bands
        on features.age_years between age_bands.age_min and age_bands.age_max

)

select * from final
