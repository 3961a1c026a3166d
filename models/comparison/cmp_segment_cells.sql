-- One row per activity status, rule segment and learned segment that share customers: how many, the shares both ways,
-- how much more often than by chance, and whether the rule segment expects the learned one.

with

answers as (

    select * from {{ ref('cmp_customer_answers') }}

    where
        rule_segment is not null
        and learned_segment_id is not null

),

cells as (

    select
        activity_status,
        rule_segment,
        learned_segment_id,
        max(learned_segment) as learned_segment,
        count(*) as customer_count

    from answers

    group by
        activity_status,
        rule_segment,
        learned_segment_id

),

cells_with_totals as (

    select
        cells.*,
        sum(customer_count) over (partition by activity_status) as status_count,
        sum(customer_count) over (partition by activity_status, rule_segment) as rule_segment_count,
        sum(customer_count) over (partition by activity_status, learned_segment_id) as learned_segment_count,
        row_number() over (
            partition by activity_status, rule_segment
            order by customer_count desc, learned_segment_id asc
        ) as rank_in_rule_segment

    from cells

),

final as (

    select
        activity_status,
        rule_segment,
        learned_segment_id,
        learned_segment,
        customer_count,
        cast(rule_segment_count as bigint) as rule_segment_count,
        cast(learned_segment_count as bigint) as learned_segment_count,
        cast(customer_count as double) / rule_segment_count as share_of_rule_segment,
        cast(customer_count as double) / learned_segment_count as share_of_learned_segment,
        cast(customer_count as double) * status_count / rule_segment_count / learned_segment_count as lift,
        rank_in_rule_segment = 1 as is_most_common,
        cast(customer_count as double) / rule_segment_count >= {{ var('agreement_min_share') }} as is_expected

    from cells_with_totals

)

select * from final
