"""The smallest change of behaviour that would reconcile a customer's learned segment with their rules'."""

from segmart.comparison import reconciling_changes


def model(dbt, session):
    return reconciling_changes(
        customers=dbt.ref("cmp_customers_in_disagreement").df(),
        registry=dbt.ref("ml_rfmn_segments__fit"),
        model_name="rfmn_segments",
        entity="customer_id",
        population="activity_status",
        target="expected_segment_id",
    )
