"""Registry of the probability that a loan is not paid: one row per version, appended when a refit is due."""

from segmart.risk import fit_risk


def model(dbt, session):
    return fit_risk(
        model_name="berka",
        declaration=dbt.config.meta_get("risk"),
        features=dbt.ref("ftr_berka"),
        labels=dbt.ref("lbl_berka"),
        protected=dbt.ref("ftr_berka_protected"),
        registry=session.sql(f"select * from {dbt.this}") if dbt.is_incremental else None,
        refit=dbt.config.meta_get("refit"),
    )
