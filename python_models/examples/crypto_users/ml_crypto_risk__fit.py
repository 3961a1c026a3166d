"""Registry of the models that predict a crypto trader's risk score: one row per version."""

from segmart.risk import fit_risk


def model(dbt, session):
    return fit_risk(
        model_name="crypto_risk",
        declaration=dbt.config.meta_get("risk"),
        features=dbt.ref("ftr_crypto_users"),
        labels=dbt.ref("lbl_crypto_risk"),
        segments=dbt.ref("ftr_crypto_users"),
        registry=session.sql(f"select * from {dbt.this}") if dbt.is_incremental else None,
        refit=dbt.config.meta_get("refit"),
    )
