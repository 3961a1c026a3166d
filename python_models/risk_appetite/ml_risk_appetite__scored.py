"""The risk appetite that the trading of every customer reveals, by the champion of the registry."""

from segmart.risk import score_risk


def model(dbt, session):
    return score_risk(
        session,
        model_name="risk_appetite",
        declaration=dbt.config.meta_get("risk"),
        features=dbt.ref("ftr_trading_behaviour"),
        segments=dbt.ref("ml_trading_profiles__assigned"),
        registry=dbt.ref("ml_risk_appetite__fit"),
    )
