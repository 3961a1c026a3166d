-- One row per customer with an assessment as of `as_of_date`: the compliance tier learned and that of the rules, what
-- stands behind each, how far to trust them, and what to do.

with

features as (

    select * from {{ ref('ftr_compliance') }}

),

tiers as (

    select * from {{ ref('cmp_compliance_tiers') }}

),

tier_words as (

    {{ in_language('compliance_tiers', ['tier']) }}

),

rule_tiers as (

    select * from {{ ref('rule_compliance_tiers') }}

),

drivers as (

    select * from {{ ref('cmp_compliance_drivers') }}

),

assessments as (

    select * from {{ ref('int_risk_factors_windowed_to_customers') }}

),

models as (

    select * from {{ ref('reg_model_versions') }}

    where
        model_name = 'compliance_risk'
        and is_serving

),

final as (

    select
        features.customer_id,
        features.as_of_date,
        features.assessed_date,
        learned_words.tier_name as tier,
        rule_words.tier_name as rule_tier,
        action_words.tier as acted_on_tier,
        rule_tiers.rule_reasons,
        tiers.learned_tier = tiers.rule_tier as tiers_agree,
        drivers.driver_1,
        drivers.driver_2,
        drivers.driver_3,
        tiers.distance,
        tiers.margin,
        tiers.next_segment_name as next_tier,
        tiers.no_learned_tier_reason as unassigned_reason,
        features.is_pep,
        assessments.contradictions is not null as has_contradictions,
        {{ names_of_unknown('features', factors_of_rules()) }} as factors_unknown,
        action_words.recommended_action,
        models.verdict as tier_verdict,
        models.verdict_reason as tier_verdict_reason,
        assessments.contradictions,
        assessments.birth_date,
        assessments.gender,
        features.residence_country

    from features

    left join tiers
        on features.customer_id = tiers.customer_id

    left join rule_tiers
        on features.customer_id = rule_tiers.customer_id

    left join drivers
        on features.customer_id = drivers.customer_id

    left join assessments
        on features.customer_id = assessments.customer_id

    left join tier_words as learned_words
        on tiers.learned_tier = learned_words.tier

    left join tier_words as rule_words
        on tiers.rule_tier = rule_words.tier

    -- The riskier of the two is the one to act on.
    left join tier_words as action_words
        on tiers.acted_on_tier_rank = action_words.tier_rank

    -- One model for everybody, so one row at most.
    left join models
        on models.population = 'all'

)

select * from final
