-- One row per customer as of `as_of_date`: login days and the segment learned from them.

with

features as (

    select * from {{ ref('ftr_login_days') }}

),

segments as (

    select * from {{ ref('ml_login_segments__assigned') }}

),

texts as (

    select * from {{ ref('reg_serving_segments') }}

    where model_name = 'login_segments'

),

final as (

    select
        features.customer_id,
        features.as_of_date,
        features.login_day_count_1m,
        features.login_day_count_2m,
        features.login_day_count_3m,
        features.login_day_count_6m,
        segments.segment_id as login_segment_id,
        segments.segment_name as login_segment,
        segments.margin as login_margin,
        texts.verdict as login_verdict,
        texts.recommended_action

    from features

    left join segments
        on features.customer_id = segments.customer_id

    left join texts
        on segments.segment_id = texts.segment_id

)

select * from final
