"""Registry of the probability of default: one row per version, appended when a refit is due."""

from segmart.risk import fit_risk


def model(dbt, session):
    return fit_risk(
        model_name="credit_default",
        declaration=dbt.config.meta_get("risk"),
        features=dbt.ref("ftr_credit"),
        labels=dbt.ref("lbl_default"),
        registry=session.sql(f"select * from {dbt.this}") if dbt.is_incremental else None,
        refit=dbt.config.meta_get("refit"),
        costs=dbt.ref("risk_costs"),
    )
