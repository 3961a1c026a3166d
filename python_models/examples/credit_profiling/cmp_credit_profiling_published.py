"""What the credit-scoring notebook published, repeated on its own split and named for what it is."""

from segmart.notebooks.credit_scoring import published_figures


def model(dbt, session):
    return published_figures(
        features=dbt.ref("ftr_credit_profiling").df(),
        protected=dbt.ref("ftr_credit_profiling_protected").df(),
        outcomes=dbt.ref("lbl_credit_profiling").df(),
        key="customer_id",
        seed=dbt.config.meta_get("random_seed"),
    )
