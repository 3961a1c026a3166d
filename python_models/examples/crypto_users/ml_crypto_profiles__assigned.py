"""The profile of every crypto trader by the champion of the registry; no row enters Python."""

from segmart.segmentation import assign_segments


def model(dbt, session):
    return assign_segments(
        session,
        model_name="crypto_profiles",
        declaration=dbt.config.meta_get("segmentation"),
        features=dbt.ref("ftr_crypto_users"),
        registry=dbt.ref("ml_crypto_profiles__fit"),
    )
