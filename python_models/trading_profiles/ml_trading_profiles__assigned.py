"""The trading profile of every customer by the champion of the registry; no row enters Python."""

from segmart.segmentation import assign_segments


def model(dbt, session):
    return assign_segments(
        session,
        model_name="trading_profiles",
        declaration=dbt.config.meta_get("segmentation"),
        features=dbt.ref("ftr_trading_behaviour"),
        registry=dbt.ref("ml_trading_profiles__fit"),
    )
