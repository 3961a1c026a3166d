"""Registry of the segments of users by a Gaussian mixture: one row per version."""

from segmart.segmentation import fit_segmentation


def model(dbt, session):
    return fit_segmentation(
        model_name="credit_users_mixture",
        declaration=dbt.config.meta_get("segmentation"),
        features=dbt.ref("ftr_credit_users"),
        names=dbt.ref("segment_names"),
        language=dbt.config.meta_get("language"),
        registry=session.sql(f"select * from {dbt.this}") if dbt.is_incremental else None,
        refit=dbt.config.meta_get("refit"),
    )
