-- One row per customer: the rule of the seed that holds for their scores, and the tier of their net asset value. Where
-- several rules hold the lowest priority number decides; a bound left empty in the seed does not matter.

with

scores as (

    select * from {{ ref('rule_rfmn_scores') }}

),

rules as (

    select * from {{ ref('rule_segments') }}

),

tiers as (

    select * from {{ ref('nav_tiers') }}

),

rules_that_hold as (

    select
        scores.customer_id,
        rules.rule_id,
        rules.rule_segment,
        rules.recommended_action,
        row_number() over (partition by scores.customer_id order by rules.priority asc, rules.rule_id asc) as rule_rank

    from scores

    inner join rules
        on {{ rule_holds('scores', 'rules') }}

),

final as (

    select
        scores.customer_id,
        scores.as_of_date,
        scores.activity_status,
        scores.r_score,
        scores.f_score,
        scores.m_score,
        scores.fm_score,
        scores.n_score,
        tiers.nav_tier,
        rules_that_hold.rule_id,
        rules_that_hold.rule_segment,
        rules_that_hold.recommended_action as rule_recommended_action

    from scores

    left join rules_that_hold
        on
            scores.customer_id = rules_that_hold.customer_id
            and rules_that_hold.rule_rank = 1

    left join tiers
        on scores.n_score between tiers.n_min and tiers.n_max

)

select * from final
