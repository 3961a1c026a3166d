"""Registry of the probability that a credit goes bad: one row per version, appended when a refit is due."""

from segmart.risk import fit_risk


def model(dbt, session):
    return fit_risk(
        model_name="credit_profiling",
        declaration=dbt.config.meta_get("risk"),
        features=dbt.ref("ftr_credit_profiling"),
        labels=dbt.ref("lbl_credit_profiling"),
        protected=dbt.ref("ftr_credit_profiling_protected"),
        registry=session.sql(f"select * from {dbt.this}") if dbt.is_incremental else None,
        refit=dbt.config.meta_get("refit"),
    )
