-- One row per pair of a rule tier and a learned tier: how many customers have both, the shares both ways, and how much
-- more often than by chance. All nine pairs, also those nobody has; no rows where nobody has a learned tier.

with

tiers as (

    select
        tier,
        tier_rank

    from {{ ref('compliance_tiers') }}

    where language = 'en'

),

customers as (

    select * from {{ ref('cmp_compliance_tiers') }}

    where learned_tier is not null

),

counts as (

    select
        rule_tier,
        learned_tier,
        count(*) as customer_count

    from customers

    group by
        rule_tier,
        learned_tier

),

cells as (

    select
        rule_tiers.tier as rule_tier,
        rule_tiers.tier_rank as rule_tier_rank,
        learned_tiers.tier as learned_tier,
        learned_tiers.tier_rank as learned_tier_rank,
        coalesce(counts.customer_count, 0) as customer_count,
        coalesce(sum(counts.customer_count) over (), 0) as compared_count,
        coalesce(sum(counts.customer_count) over (partition by rule_tiers.tier), 0) as rule_tier_count,
        coalesce(sum(counts.customer_count) over (partition by learned_tiers.tier), 0) as learned_tier_count

    from tiers as rule_tiers

    cross join tiers as learned_tiers

    left join counts
        on
            rule_tiers.tier = counts.rule_tier
            and learned_tiers.tier = counts.learned_tier

),

final as (

    select
        rule_tier,
        rule_tier_rank,
        learned_tier,
        learned_tier_rank,
        customer_count,
        cast(rule_tier_count as bigint) as rule_tier_count,
        cast(learned_tier_count as bigint) as learned_tier_count,
        cast(customer_count as double) / nullif(rule_tier_count, 0) as share_of_rule_tier,
        cast(customer_count as double) / nullif(learned_tier_count, 0) as share_of_learned_tier,
        cast(customer_count as double) * compared_count / nullif(rule_tier_count * learned_tier_count, 0) as lift

    from cells

    where compared_count > 0

)

select * from final
