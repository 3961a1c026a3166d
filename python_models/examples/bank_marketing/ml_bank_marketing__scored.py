"""The chance that each call ends in a deposit, its reasons and a decision, by the champion."""

from segmart.risk import score_risk


def model(dbt, session):
    return score_risk(
        session,
        model_name="bank_marketing",
        declaration=dbt.config.meta_get("risk"),
        features=dbt.ref("ftr_bank_marketing"),
        registry=dbt.ref("ml_bank_marketing__fit"),
    )
