"""Registry of the chance that a call ends in a deposit: one row per version, appended when a refit is due."""

from segmart.risk import fit_risk


def model(dbt, session):
    return fit_risk(
        model_name="bank_marketing",
        declaration=dbt.config.meta_get("risk"),
        features=dbt.ref("ftr_bank_marketing"),
        labels=dbt.ref("lbl_bank_marketing"),
        protected=dbt.ref("ftr_bank_marketing_protected"),
        registry=session.sql(f"select * from {dbt.this}") if dbt.is_incremental else None,
        refit=dbt.config.meta_get("refit"),
    )
