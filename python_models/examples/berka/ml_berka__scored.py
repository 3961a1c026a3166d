"""The probability that each loan is not paid, its reasons and a decision, by the champion of the registry."""

from segmart.risk import score_risk


def model(dbt, session):
    return score_risk(
        session,
        model_name="berka",
        declaration=dbt.config.meta_get("risk"),
        features=dbt.ref("ftr_berka"),
        registry=dbt.ref("ml_berka__fit"),
    )
