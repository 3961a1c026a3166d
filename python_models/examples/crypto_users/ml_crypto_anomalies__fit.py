"""Registry of the anomaly detectors of crypto traders: one row per version, appended when a refit is due."""

from segmart.anomaly import fit_anomalies


def model(dbt, session):
    return fit_anomalies(
        model_name="crypto_anomalies",
        declaration=dbt.config.meta_get("anomaly"),
        features=dbt.ref("ftr_crypto_users"),
        registry=session.sql(f"select * from {dbt.this}") if dbt.is_incremental else None,
        refit=dbt.config.meta_get("refit"),
    )
