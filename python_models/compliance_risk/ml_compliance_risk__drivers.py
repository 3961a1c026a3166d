"""What raises the compliance risk of every assessed customer above that of the average one."""

from segmart.segmentation import explain_segments


def model(dbt, session):
    return explain_segments(
        session,
        model_name="compliance_risk",
        declaration=dbt.config.meta_get("segmentation"),
        features=dbt.ref("ftr_compliance"),
        registry=dbt.ref("ml_compliance_risk__fit"),
    )
