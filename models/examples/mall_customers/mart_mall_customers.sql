-- One row per customer of the mall: what they earn and spend, and the segment learned from it.

with

features as (

    select * from {{ ref('ftr_mall_customers') }}

),

segments as (

    select * from {{ ref('ml_mall_segments__assigned') }}

),

texts as (

    select * from {{ ref('reg_serving_segments') }}

    where model_name = 'mall_segments'

),

final as (

    select
        features.customer_id,
        features.as_of_date,
        features.age_years,
        features.annual_income_kusd,
        features.spending_score_points,
        segments.segment_id,
        segments.segment_name,
        texts.profile_in_words,
        segments.margin,
        texts.verdict

    from features

    left join segments
        on features.customer_id = segments.customer_id

    left join texts
        on segments.segment_id = texts.segment_id

)

select * from final
