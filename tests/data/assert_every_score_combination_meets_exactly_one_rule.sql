-- The rules are complete and do not overlap: each combination of scores that a customer can have meets one rule.
-- Returned: the combinations that meet none or several, with the rules they meet.

with

combinations as (

    {{ every_score_combination() }}

),

rules as (

    select * from {{ ref('rule_segments') }}

),

final as (

    select
        combinations.activity_status,
        combinations.r_score,
        combinations.fm_score,
        combinations.n_score,
        count(rules.rule_id) as rule_count,
        min(rules.rule_id) as first_rule_id,
        max(rules.rule_id) as last_rule_id

    from combinations

    left join rules
        on {{ rule_holds('combinations', 'rules') }}

    group by
        combinations.activity_status,
        combinations.r_score,
        combinations.fm_score,
        combinations.n_score

)

select * from final

where
    rule_count <> 1

    -- `dbt build --empty` empties the seed too; that is no fault of the rules.
    and exists (select rules.rule_id from rules)
