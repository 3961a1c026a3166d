-- One row per segmentation and customer it places: the rules, each learned segmentation, and `everyone`, the one
-- segment that all others are compared with.

with

answers as (

    select * from {{ ref('cmp_customer_answers') }}

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
        'rfmn_segments' as segmentation,
        customer_id,
        learned_segment as segment

    from answers

    where learned_segment is not null

)

select * from final
