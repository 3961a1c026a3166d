"""The profile segment of every customer by the champion of the registry."""

from segmart.segmentation import assign_segments


def model(dbt, session):
    return assign_segments(
        session,
        model_name="profile_segments",
        declaration=dbt.config.meta_get("segmentation"),
        features=dbt.ref("ftr_profile"),
        registry=dbt.ref("ml_profile_segments__fit"),
    )
