-- One row per customer: the answer of the rules and the answer of the learned segmentation, side by side.

with

rule_segments as (

    select * from {{ ref('rule_customer_segments') }}

),

learned_segments as (

    select * from {{ ref('ml_rfmn_segments__assigned') }}

),

final as (

    select
        rule_segments.customer_id,
        rule_segments.as_of_date,
        rule_segments.activity_status,
        rule_segments.rule_segment,
        learned_segments.segment_id as learned_segment_id,
        learned_segments.segment_name as learned_segment,
        learned_segments.margin as learned_margin

    from rule_segments

    left join learned_segments
        on rule_segments.customer_id = learned_segments.customer_id

)

select * from final
