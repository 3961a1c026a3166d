"""Registry of the compliance tiers: one row per version, appended when a refit is due."""

from segmart.segmentation import fit_segmentation


def model(dbt, session):
    return fit_segmentation(
        model_name="compliance_risk",
        declaration=dbt.config.meta_get("segmentation"),
        features=dbt.ref("ftr_compliance"),
        names=dbt.ref("segment_names"),
        language=dbt.config.meta_get("language"),
        registry=session.sql(f"select * from {dbt.this}") if dbt.is_incremental else None,
        refit=dbt.config.meta_get("refit"),
    )
