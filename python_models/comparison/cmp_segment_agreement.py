"""How well the rules and the learned segments agree, per activity status: four measures with intervals."""

from segmart.comparison import agreement_by_group


def model(dbt, session):
    return agreement_by_group(
        cells=dbt.ref("cmp_segment_cells").df(),
        group="activity_status",
        first="rule_segment",
        second="learned_segment_id",
        count="customer_count",
        is_expected="is_expected",
    )
