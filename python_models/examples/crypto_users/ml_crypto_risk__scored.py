"""The risk score of every crypto trader as predicted by what serves: a model, or the mean of the segment."""

from segmart.risk import score_risk


def model(dbt, session):
    return score_risk(
        session,
        model_name="crypto_risk",
        declaration=dbt.config.meta_get("risk"),
        features=dbt.ref("ftr_crypto_users"),
        segments=dbt.ref("ftr_crypto_users"),
        registry=dbt.ref("ml_crypto_risk__fit"),
    )
