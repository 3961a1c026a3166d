-- One row per pair of a rule tier and a learned tier, with the agreement of the two ratings as a whole.

with

cells as (

    select * from {{ ref('cmp_compliance_cells') }}

),

tiers as (

    {{ in_language('compliance_tiers', ['tier']) }}

),

agreement as (

    select
        {% for measure in ['quadratic_weighted_kappa', 'same_tier_share'] %}
        max(value) filter (where measure = '{{ measure }}') as {{ measure }},
        max(interval_low) filter (where measure = '{{ measure }}') as {{ measure }}_low,
        max(interval_high) filter (where measure = '{{ measure }}') as {{ measure }}_high,
        max(chance_baseline) filter (where measure = '{{ measure }}') as {{ measure }}_by_chance,
        {% endfor %}
        max(customer_count) as compared_count

    from {{ ref('cmp_compliance_agreement') }}

),

definitions as (

    select max(definition) as kappa_definition

    from {{ ref('metric_definitions') }}

    where metric = 'quadratic_weighted_kappa'

),

final as (

    select
        cells.rule_tier,
        cells.learned_tier,
        {{ as_of_date() }} as as_of_date,
        rule_tiers.tier_name as rule_tier_name,
        learned_tiers.tier_name as learned_tier_name,
        cells.customer_count,
        cells.rule_tier_count,
        cells.learned_tier_count,
        cells.share_of_rule_tier,
        cells.share_of_learned_tier,
        cells.lift,
        agreement.compared_count,
        agreement.quadratic_weighted_kappa,
        agreement.quadratic_weighted_kappa_low,
        agreement.quadratic_weighted_kappa_high,
        agreement.quadratic_weighted_kappa_by_chance,
        agreement.same_tier_share,
        agreement.same_tier_share_low,
        agreement.same_tier_share_high,
        agreement.same_tier_share_by_chance,
        definitions.kappa_definition

    from cells

    left join tiers as rule_tiers
        on cells.rule_tier = rule_tiers.tier

    left join tiers as learned_tiers
        on cells.learned_tier = learned_tiers.tier

    -- One row each.
    cross join agreement

    cross join definitions

)

select * from final
