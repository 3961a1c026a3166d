"""The probability of default of every loan application, its reasons and a decision, by the champion."""

from segmart.risk import score_risk


def model(dbt, session):
    return score_risk(
        session,
        model_name="credit_default",
        declaration=dbt.config.meta_get("risk"),
        features=dbt.ref("ftr_credit"),
        registry=dbt.ref("ml_credit_default__fit"),
    )
