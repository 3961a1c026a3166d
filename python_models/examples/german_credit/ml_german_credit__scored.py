"""The probability that each credit goes bad, its reasons and a decision, by the champion of the registry."""

from segmart.risk import score_risk


def model(dbt, session):
    return score_risk(
        session,
        model_name="german_credit",
        declaration=dbt.config.meta_get("risk"),
        features=dbt.ref("ftr_german_credit"),
        registry=dbt.ref("ml_german_credit__fit"),
    )
