"""The segment of every user by the champion of the registry; no row enters Python."""

from segmart.segmentation import assign_segments


def model(dbt, session):
    return assign_segments(
        session,
        model_name="credit_users",
        declaration=dbt.config.meta_get("segmentation"),
        features=dbt.ref("ftr_credit_users"),
        registry=dbt.ref("ml_credit_users__fit"),
    )
