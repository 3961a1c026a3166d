-- One row per customer with an assessment and factor that a rule of the seed `compliance_rules` speaks of: its value,
-- and the riskiest rule it meets. An unknown factor meets none.

with

features as (

    select * from {{ ref('ftr_compliance') }}

),

tiers as (

    select
        tier,
        tier_rank

    from {{ ref('compliance_tiers') }}

    where language = 'en'

),

rules as (

    select
        compliance_rules.*,
        tiers.tier_rank

    from {{ ref('compliance_rules') }} as compliance_rules

    inner join tiers
        on compliance_rules.tier = tiers.tier

),

factors as (

    {% for factor in factors_of_rules() %}
    {{ 'union all' if not loop.first }}
    select
        customer_id,
        as_of_date,
        '{{ factor }}' as factor,
        cast({{ factor }} as double) as factor_value

    from features
    {% endfor %}

),

rules_met as (

    select
        factors.customer_id,
        factors.factor,
        rules.rule_id,
        rules.tier_rank,
        row_number() over (
            partition by factors.customer_id, factors.factor
            order by rules.tier_rank desc, rules.at_least desc
        ) as rule_rank

    from factors

    inner join rules
        on
            factors.factor = rules.factor
            and factors.factor_value >= rules.at_least

),

final as (

    select
        factors.customer_id,
        factors.as_of_date,
        factors.factor,
        factors.factor_value,
        rules_met.rule_id,
        rules_met.tier_rank

    from factors

    left join rules_met
        on
            factors.customer_id = rules_met.customer_id
            and factors.factor = rules_met.factor
            and rules_met.rule_rank = 1

    where factors.factor in (select rules.factor from rules)

)

select * from final
