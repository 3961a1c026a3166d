-- One row per customer: do the two answers agree? They agree when the rule segment expects the customer's learned
-- segment. Where it does not, a customer near the border of two learned segments is evidence against neither answer;
-- one who stands clearly inside theirs disagrees.

with

answers as (

    select * from {{ ref('cmp_customer_answers') }}

),

cells as (

    select * from {{ ref('cmp_segment_cells') }}

),

most_common_cells as (

    select * from {{ ref('cmp_segment_cells') }}

    where is_most_common

),

final as (

    select
        answers.customer_id,
        answers.as_of_date,
        answers.activity_status,
        answers.rule_segment,
        answers.learned_segment_id,
        answers.learned_segment,
        answers.learned_margin,
        cells.share_of_rule_segment,
        cells.lift,
        most_common_cells.learned_segment_id as expected_segment_id,
        most_common_cells.learned_segment as expected_segment,
        most_common_cells.share_of_rule_segment as expected_share,
        case
            when cells.rule_segment is null then 'not compared'
            when cells.is_expected then 'agrees'
            when coalesce(answers.learned_margin, 1) < {{ var('agreement_min_margin') }} then 'borderline'
            else 'disagrees'
        end as agreement

    from answers

    left join cells
        on
            answers.activity_status = cells.activity_status
            and answers.rule_segment = cells.rule_segment
            and answers.learned_segment_id = cells.learned_segment_id

    left join most_common_cells
        on
            answers.activity_status = most_common_cells.activity_status
            and answers.rule_segment = most_common_cells.rule_segment

)

select * from final
