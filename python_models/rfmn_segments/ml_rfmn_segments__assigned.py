"""The RFMN segment of every customer by the champions of the registry; no row enters Python."""

from segmart.segmentation import assign_segments


def model(dbt, session):
    return assign_segments(
        session,
        model_name="rfmn_segments",
        declaration=dbt.config.meta_get("segmentation"),
        features=dbt.ref("ftr_rfmn"),
        registry=dbt.ref("ml_rfmn_segments__fit"),
    )
