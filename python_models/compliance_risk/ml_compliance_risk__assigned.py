"""The compliance tier of every assessed customer by the champion of the registry."""

from segmart.segmentation import assign_segments


def model(dbt, session):
    return assign_segments(
        session,
        model_name="compliance_risk",
        declaration=dbt.config.meta_get("segmentation"),
        features=dbt.ref("ftr_compliance"),
        registry=dbt.ref("ml_compliance_risk__fit"),
    )
