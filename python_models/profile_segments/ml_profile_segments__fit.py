"""Registry of the profile segments: a row per version, appended when a refit is due."""

from segmart.segmentation import fit_segmentation


def model(dbt, session):
    return fit_segmentation(
        model_name="profile_segments",
        declaration=dbt.config.meta_get("segmentation"),
        features=dbt.ref("ftr_profile"),
        names=dbt.ref("segment_names"),
        language=dbt.config.meta_get("language"),
        registry=session.sql(f"select * from {dbt.this}") if dbt.is_incremental else None,
        refit=dbt.config.meta_get("refit"),
    )
