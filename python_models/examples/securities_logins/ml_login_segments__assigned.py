"""The login segment of every customer by the champions of the registry; no row enters Python."""

from segmart.segmentation import assign_segments


def model(dbt, session):
    return assign_segments(
        session,
        model_name="login_segments",
        declaration=dbt.config.meta_get("segmentation"),
        features=dbt.ref("ftr_login_days"),
        registry=dbt.ref("ml_login_segments__fit"),
    )
