"""What a later build does with the registry of an earlier one."""

import json
import subprocess
import sys
from datetime import timedelta

import pandas as pd
import pytest
from segmentation_cases import AS_OF, CUSTOMERS, NAMES, declaration, declared_with, fit

from segmart.errors import DeclarationError
from segmart.learning.registry import REGISTRY_TYPES
from segmart.segmentation.artefact import artefact_from_json
from segmart.segmentation.assignment import assign_rows


def both(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([first, second], ignore_index=True)


def later(days: int, frame: pd.DataFrame = CUSTOMERS) -> pd.DataFrame:
    return frame.assign(as_of_date=AS_OF + timedelta(days=days))


@pytest.fixture(scope="module")
def first() -> pd.DataFrame:
    return fit(CUSTOMERS, names=NAMES)


def test_a_routine_build_appends_nothing(first):
    routine = fit(CUSTOMERS, registry=first, names=NAMES)

    assert len(routine) == 0
    assert list(routine.columns) == list(REGISTRY_TYPES)
    assert routine.dtypes.equals(first.dtypes)


def test_a_routine_build_does_not_import_the_learning_library(first, tmp_path):
    first.to_parquet(tmp_path / "registry.parquet")
    CUSTOMERS.to_parquet(tmp_path / "features.parquet")
    (tmp_path / "declaration.json").write_text(json.dumps(declaration()))
    script = (
        "import duckdb, json, pathlib, sys\n"
        "from segmart.segmentation import assign_segments, fit_segmentation\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "session = duckdb.connect()\n"
        "features, registry = (session.read_parquet(str(folder / f'{name}.parquet'))\n"
        "                      for name in ('features', 'registry'))\n"
        "declared = json.loads((folder / 'declaration.json').read_text())\n"
        "assert len(fit_segmentation('rfmn_segments', declared, features, registry=registry)) == 0\n"
        "assigned = assign_segments(session, 'rfmn_segments', declared, features, registry)\n"
        "assert len(assigned.fetchall()) == 400\n"
        "assert 'sklearn' not in sys.modules, 'scikit-learn was imported'\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr


def test_a_refusal_is_written_again_when_the_customers_changed():
    refused = fit(CUSTOMERS.iloc[:1])

    again = fit(CUSTOMERS.iloc[:2], registry=refused)

    assert (again.model_version[0], again.row_count[0]) == (2, 2)


def test_a_changed_declaration_makes_a_new_champion_that_keeps_the_ids(first):
    declared = declared_with(lambda d: d["populations"]["active"]["features"][0].update(weight=1.2))

    second = fit(CUSTOMERS, declared=declared, registry=first, names=NAMES).iloc[0]

    assert (second.model_version, second.status, second.fit_reason) == (
        2,
        "champion",
        "the declaration changed",
    )
    assert {event["event"] for event in json.loads(second.lineage)} == {"kept"}
    before, after = (artefact_from_json(text) for text in (first.artefact[0], second.artefact))
    same = assign_rows(before, CUSTOMERS)["segment_id"] == assign_rows(after, CUSTOMERS)["segment_id"]
    assert same.mean() >= 0.99


def test_a_changed_feature_contract_makes_a_new_champion(first):
    second = fit(CUSTOMERS.astype({"trade_count_365d": float}), registry=first)

    assert (second.status[0], second.fit_reason[0]) == ("champion", "the feature contract changed")


def test_an_aged_champion_that_still_explains_its_customers_stays_and_is_not_asked_again(first):
    challenged = fit(later(120), registry=first)

    assert challenged.fit_reason[0].startswith("the champion is 120 days old")
    assert challenged.status[0] == "challenger"
    assert "not clearly better than the champion" in challenged.status_reason[0]
    assert len(fit(later(121), registry=both(first, challenged))) == 0


def test_an_aged_champion_whose_customers_moved_is_replaced(first):
    moved = later(120).assign(
        traded_notional_usd_365d=CUSTOMERS["traded_notional_usd_365d"] * 6,
        net_asset_value_usd=CUSTOMERS["net_asset_value_usd"] * 6,
    )

    second = fit(moved, registry=first)

    assert second.status[0] == "champion"
    assert "mean simplified silhouette" in second.status_reason[0]
    assert artefact_from_json(second.artefact[0]).segment_ids.tolist() == [1, 2, 3, 4, 5]


def test_a_refit_can_be_asked_for(first):
    assert fit(CUSTOMERS, registry=first, refit="true").fit_reason[0] == "asked for"
    assert len(fit(CUSTOMERS, registry=first, refit="false")) == 0
    with pytest.raises(DeclarationError):
        fit(CUSTOMERS, registry=first, refit="perhaps")


def test_other_names_are_a_new_version_without_a_fit(first):
    renamed = NAMES.replace({"segment_name": {"Great": "Grand"}})

    second = fit(CUSTOMERS, registry=first, names=renamed).iloc[0]

    assert (second.model_version, second.status) == (2, "champion")
    assert second.fit_reason == "the names changed; nothing was fitted"
    assert json.loads(second.segments)[4]["segment_name"] == "Grand"
    assert artefact_from_json(second.artefact).segment_names.tolist()[4] == "Grand"
    assert (
        artefact_from_json(second.artefact).centroids.tolist()
        == artefact_from_json(first.artefact[0]).centroids.tolist()
    )
    assert (
        len(fit(CUSTOMERS, registry=both(first, second.to_frame().T.astype(first.dtypes)), names=renamed))
        == 0
    )


def test_another_language_renames_the_segments_and_their_pictures_and_learns_nothing(first):
    french = NAMES.assign(
        language="fr",
        segment_name=["Petit", "Modeste", "Moyen", "Grand", "Très grand"],
        recommended_action="appeler",
    )
    names = pd.concat([NAMES, french])

    second = fit(CUSTOMERS, registry=first, names=names, language="fr").iloc[0]

    assert second.fit_reason == "the names changed; nothing was fitted"
    assert {segment["recommended_action"] for segment in json.loads(second.segments)} == {"appeler"}
    before, after = (
        {point["series"] for point in json.loads(curves) if point["curve"].startswith("pca_p")}
        for curves in (first.curves[0], second.curves)
    )
    assert (before, after) == (set(NAMES["segment_name"]), set(french["segment_name"]))
    assert second.metrics == first.metrics[0]
    without_names = [
        {**point, "series": ""} for point in json.loads(second.curves) if point["curve"] == "pca_centroids"
    ]
    assert without_names == [
        {**point, "series": ""} for point in json.loads(first.curves[0]) if point["curve"] == "pca_centroids"
    ]
    assert len(fit(CUSTOMERS, registry=first, names=names)) == 0


def test_a_champion_of_a_registry_without_curves_can_be_renamed(first):
    old = first.drop(columns=["curves", "metrics", "model_kind"])

    second = fit(CUSTOMERS, registry=old, names=NAMES.replace({"segment_name": {"Great": "Grand"}})).iloc[0]

    assert (second.model_version, second.curves) == (2, "[]")


def test_a_champion_survives_a_later_refusal(first):
    few = later(120, CUSTOMERS.iloc[:9])

    refused = fit(few, registry=first)

    assert (refused.status[0], refused.model_version[0]) == ("refused", 2)
    assert len(fit(few, registry=both(first, refused))) == 0
