-- One row per user: the segment learned from the eleven scores, and what the segments may be called.

with

features as (

    select * from {{ ref('ftr_credit_users') }}

),

segments as (

    select * from {{ ref('ml_credit_users__assigned') }}

),

texts as (

    select * from {{ ref('reg_serving_segments') }}

    where model_name = 'credit_users'

),

final as (

    select
        features.customer_id,
        features.as_of_date,
        features.same_scores_count,
        segments.segment_id,
        segments.segment_name,
        segments.margin,
        texts.verdict

    from features

    left join segments
        on features.customer_id = segments.customer_id

    left join texts
        on segments.segment_id = texts.segment_id

)

select * from final
