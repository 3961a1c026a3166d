"""How unusual every crypto trader is, by the detectors of the registry's champion."""

from segmart.anomaly import score_anomalies


def model(dbt, session):
    return score_anomalies(
        session,
        model_name="crypto_anomalies",
        declaration=dbt.config.meta_get("anomaly"),
        features=dbt.ref("ftr_crypto_users"),
        registry=dbt.ref("ml_crypto_anomalies__fit"),
    )
