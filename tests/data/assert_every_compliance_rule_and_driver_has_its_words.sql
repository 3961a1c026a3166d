-- Whatever rule a customer meets, and whatever raises their learned risk, there are words for it, in English at least.
-- Returned: the rules and features without.

with

rules as (

    select * from {{ ref('compliance_rules') }}

),

reasons as (

    select * from {{ ref('compliance_rule_reasons') }}

    where language = 'en'

),

drivers as (

    select feature

    from {{ ref('ml_compliance_risk__drivers') }}

    group by feature

),

words as (

    select * from {{ ref('compliance_drivers') }}

    where language = 'en'

),

final as (

    select
        'rule' as what,
        cast(rules.rule_id as varchar) as told_of

    from rules

    left join reasons
        on rules.rule_id = reasons.rule_id

    where reasons.reason is null

    union all

    select
        'driver' as what,
        drivers.feature as told_of

    from drivers

    left join words
        on drivers.feature = words.feature

    where words.driver is null

)

select * from final
