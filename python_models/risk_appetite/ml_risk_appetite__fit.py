"""Registry of revealed risk appetite: one row per version, appended when a refit is due."""

from segmart.risk import fit_risk


def model(dbt, session):
    return fit_risk(
        model_name="risk_appetite",
        declaration=dbt.config.meta_get("risk"),
        features=dbt.ref("ftr_trading_behaviour"),
        labels=dbt.ref("lbl_declared_risk_appetite"),
        segments=dbt.ref("ml_trading_profiles__assigned"),
        registry=session.sql(f"select * from {dbt.this}") if dbt.is_incremental else None,
        refit=dbt.config.meta_get("refit"),
    )
