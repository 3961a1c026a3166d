"""How unusual every customer's trading is by the champion of the registry; rows stream through in batches."""

from segmart.anomaly import score_anomalies


def model(dbt, session):
    return score_anomalies(
        session,
        model_name="trading_anomalies",
        declaration=dbt.config.meta_get("anomaly"),
        features=dbt.ref("ftr_trading_behaviour"),
        registry=dbt.ref("ml_trading_anomalies__fit"),
    )
