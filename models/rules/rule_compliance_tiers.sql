-- One row per customer with an assessment: the tier of the riskiest rule they meet, and what all rules met say. Who
-- meets none is low, so the rules are complete however few they are.

with

features as (

    select * from {{ ref('ftr_compliance') }}

),

factors as (

    select * from {{ ref('rule_compliance_factors') }}

),

tiers as (

    select * from {{ ref('compliance_tiers') }}

    where language = 'en'

),

reasons as (

    {{ in_language('compliance_rule_reasons', ['rule_id']) }}

),

factors_told as (

    select
        factors.customer_id,
        max(factors.tier_rank) as tier_rank,
        {{ dbt.listagg(
            'reasons.reason', "'; '", 'order by factors.tier_rank desc, factors.rule_id'
        ) | trim }} as rule_reasons,
        {{ dbt.listagg(
            'case when factors.factor_value is null then factors.factor end', "', '", 'order by factors.factor'
        ) | trim }} as rule_factors_unknown

    from factors

    left join reasons
        on factors.rule_id = reasons.rule_id

    group by factors.customer_id

),

final as (

    select
        features.customer_id,
        features.as_of_date,
        coalesce(tiers.tier, 'low') as rule_tier,
        coalesce(factors_told.tier_rank, 1) as rule_tier_rank,
        factors_told.rule_reasons,
        factors_told.rule_factors_unknown

    from features

    left join factors_told
        on features.customer_id = factors_told.customer_id

    left join tiers
        on factors_told.tier_rank = tiers.tier_rank

)

select * from final
