"""How well the compliance tiers of the rules and the learned ones agree, with intervals."""

from segmart.tier_agreement import measure_tier_agreement


def model(dbt, session):
    return measure_tier_agreement(
        cells=dbt.ref("cmp_compliance_cells").df(),
        first="rule_tier_rank",
        second="learned_tier_rank",
        count="customer_count",
    )
