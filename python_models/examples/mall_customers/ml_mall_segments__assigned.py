"""The segment of every customer of the mall by the champion of the registry; no row enters Python."""

from segmart.segmentation import assign_segments


def model(dbt, session):
    return assign_segments(
        session,
        model_name="mall_segments",
        declaration=dbt.config.meta_get("segmentation"),
        features=dbt.ref("ftr_mall_customers"),
        registry=dbt.ref("ml_mall_segments__fit"),
    )
