-- One row per segmentation and customer it places: the rules, each learned segmentation, and `everyone`, the one
-- segment that all others are compared with.

with

answers as (

    select * from {{ ref('cmp_customer_answers') }}

),

learned_segments as (

    select * from {{ ref('cmp_learned_segments') }}

),

final as (

    select
        'everyone' as segmentation,
        customer_id,
        'everyone' as segment

    from answers

    union all

    select
        'rules' as segmentation,
        customer_id,
        rule_segment as segment

    from answers

    where rule_segment is not null

    union all

    select
        segmentation,
        customer_id,
        segment_name as segment

    from learned_segments

    where segment_name is not null

)

select * from final
