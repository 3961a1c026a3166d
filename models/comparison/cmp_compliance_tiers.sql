-- One row per customer with an assessment: the tier of the rules and the tier learned, side by side, and the riskier of
-- the two, which is the one to act on.

with

rule_tiers as (

    select * from {{ ref('rule_compliance_tiers') }}

),

learned_tiers as (

    select * from {{ ref('ml_compliance_risk__assigned') }}

),

tier_names as (

    select
        tier_name,
        max(tier) as tier,
        max(tier_rank) as tier_rank

    from {{ ref('compliance_tiers') }}

    group by tier_name

),

final as (

    select
        rule_tiers.customer_id,
        rule_tiers.as_of_date,
        rule_tiers.rule_tier,
        rule_tiers.rule_tier_rank,
        tier_names.tier as learned_tier,
        tier_names.tier_rank as learned_tier_rank,
        learned_tiers.segment_name as learned_segment,
        learned_tiers.distance,
        learned_tiers.margin,
        learned_tiers.next_segment_name,
        case
            when learned_tiers.segment_id is not null and tier_names.tier is null
                then 'the learned segments are not ordered by risk, because no factor that ranks them was learned from'
            else learned_tiers.unassigned_reason
        end as no_learned_tier_reason,
        greatest(rule_tiers.rule_tier_rank, coalesce(tier_names.tier_rank, 1)) as acted_on_tier_rank

    from rule_tiers

    left join learned_tiers
        on rule_tiers.customer_id = learned_tiers.customer_id

    left join tier_names
        on learned_tiers.segment_name = tier_names.tier_name

)

select * from final
