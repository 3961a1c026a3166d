"""The Superset dashboard: what it names exists, and what `segmart dashboard` makes of it."""

import copy
import json
import runpy
import stat
import zipfile
from pathlib import Path

import pytest
import yaml

from segmart.dashboards import complete, filtered, read_layout, strangers, write_archive
from segmart.errors import InputError

PROJECT = Path(__file__).parents[2]
FOLDER = PROJECT / "bi" / "superset"
DATABASE = Path("/srv/published/segmart.duckdb")


def metric(mart, expression, condition=None, unit="USD"):
    return {
        "label": "A label",
        "description": "What it means.",
        "unit": unit,
        "mart": mart,
        "expression": expression,
        "filter": condition,
        "dimensions": [],
        "time": "as_of_date",
    }


@pytest.fixture(scope="module")
def layout():
    return read_layout(FOLDER / "dashboard")


@pytest.fixture(scope="module")
def contracts():
    """The columns of every mart, with their types, as the contracts in YAML promise them."""
    marts = {}
    for path in PROJECT.glob("models/marts/*/_*__models.yml"):
        for model in yaml.safe_load(path.read_text(encoding="utf-8"))["models"]:
            marts[model["name"]] = {column["name"]: column["data_type"] for column in model["columns"]}
    return marts


@pytest.fixture
def manifest(contracts):
    """A publication's manifest, with the metrics that the dashboard asks for."""
    segments, credit = "mart_customer_segments", "mart_credit_risk"
    return {
        "marts": {
            name: {
                "schema": "marts",
                "description": f"It's {name}",
                "columns": [
                    {"name": column, "type": kind.upper(), "description": f"It's {column}"}
                    for column, kind in columns.items()
                ],
            }
            for name, columns in contracts.items()
        },
        "metrics": {
            "customers": metric(segments, "count(customer_id)", unit="customers"),
            "net_asset_value": metric(segments, "sum(net_asset_value_usd)"),
            "agreement_rate": metric(segments, "avg(1)", unit="share, 0 to 1"),
            "expected_loss": metric(credit, "sum(expected_loss_usd)", "decision = 'approve'"),
            "assessed_customers": metric("mart_compliance_risk", "count(customer_id)", unit="customers"),
        },
    }


def columns_of(contracts):
    return {name: set(columns) for name, columns in contracts.items()}


def charts_of(layout):
    return {path: content for path, content in layout.items() if path.startswith("charts/")}


def the_dashboard(layout):
    (dashboard,) = (content for path, content in layout.items() if path.startswith("dashboards/"))
    return dashboard


# ----------------------------------------------------------------------------------- the dashboard as it lies


def test_the_dashboard_names_only_marts_and_columns_that_the_contracts_promise(layout, contracts):
    assert strangers(layout, columns_of(contracts)) == []


def test_the_exposure_of_the_dashboard_names_its_marts(layout):
    declared = yaml.safe_load((PROJECT / "models" / "_exposures.yml").read_text(encoding="utf-8"))
    (exposure,) = (each for each in declared["exposures"] if each["name"] == "dashboard")
    marts = {f"ref('{each['table_name']}')" for path, each in layout.items() if path.startswith("datasets/")}
    assert set(exposure["depends_on"]) == marts


def test_a_renamed_column_is_told_by_chart_and_mart(layout, contracts):
    columns = columns_of(contracts)
    columns["mart_customer_segments"] -= {"rule_segment", "as_of_date"}
    assert strangers(layout, columns) == [
        "charts/as_of.yaml uses the column as_of_date, which mart_customer_segments has not",
        "charts/mapping.yaml uses the column rule_segment, which mart_customer_segments has not",
        "charts/rule_segments.yaml uses the column rule_segment, which mart_customer_segments has not",
        "dashboards/customers_and_risk.yaml filters on rule_segment, which mart_customer_segments has not",
    ]


def test_a_mart_that_is_gone_is_told(layout, contracts):
    columns = columns_of(contracts)
    del columns["mart_credit_risk"]
    assert "there is no mart mart_credit_risk" in strangers(layout, columns)


def test_every_chart_has_its_place_and_every_row_is_as_wide_as_the_page(layout):
    position = the_dashboard(layout)["position"]
    placed = {part["meta"]["uuid"] for key, part in position.items() if key.startswith("CHART-")}
    assert placed == {chart["uuid"] for chart in charts_of(layout).values()}
    for key, row in position.items():
        if key.startswith("ROW-"):
            assert sum(position[child]["meta"]["width"] for child in row["children"]) == 12


def test_a_filter_leaves_out_exactly_the_charts_whose_mart_has_not_its_column(layout, contracts):
    dashboard = the_dashboard(layout)
    numbers = {
        part["meta"]["uuid"]: part["meta"]["chartId"]
        for key, part in dashboard["position"].items()
        if key.startswith("CHART-")
    }
    marts = {
        content["uuid"]: content["table_name"]
        for path, content in layout.items()
        if path.startswith("datasets/")
    }
    filters = dashboard["metadata"]["native_filter_configuration"]
    assert [each["name"] for each in filters] == ["Activity status", "Rule segment", "Learned segment"]
    for each in filters:
        ((column,),) = [[target["column"]["name"] for target in each["targets"]]]
        without = {
            numbers[chart["uuid"]]
            for chart in charts_of(layout).values()
            if column not in contracts[marts[chart["dataset_uuid"]]]
        }
        assert set(each["scope"]["excluded"]) == without


def test_charts_use_the_colours_that_everybody_tells_apart(layout, superset_config):
    (categorical,) = superset_config["EXTRA_CATEGORICAL_COLOR_SCHEMES"]
    (sequential,) = superset_config["EXTRA_SEQUENTIAL_COLOR_SCHEMES"]
    for chart in charts_of(layout).values():
        params = chart["params"]
        if chart["viz_type"] != "big_number_total":
            scheme = params.get("color_scheme", params.get("linear_color_scheme"))
            assert scheme in (categorical["id"], sequential["id"])
    label_colors = the_dashboard(layout)["metadata"]["label_colors"]
    assert set(label_colors.values()) <= set(categorical["colors"])


# -------------------------------------------------------------------------------- what a publication fills in


def test_datasets_take_columns_and_metrics_from_the_publication(layout, manifest):
    completed = complete(layout, manifest, DATABASE)
    dataset = completed["datasets/segmart/mart_credit_risk.yaml"]
    assert dataset["metrics"] == [
        {
            "metric_name": "expected_loss",
            "verbose_name": "A label",
            "description": "What it means.",
            "expression": "sum(expected_loss_usd) filter (where decision = 'approve')",
            "d3format": "$,.3~s",
        }
    ]
    columns = {column["column_name"]: column for column in dataset["columns"]}
    assert columns.keys() == {column["name"] for column in manifest["marts"]["mart_credit_risk"]["columns"]}
    assert columns["band"]["description"] == "It's band"
    assert columns["as_of_date"]["is_dttm"]
    assert not columns["band"]["is_dttm"]


def test_the_database_is_where_the_import_says(layout, manifest):
    completed = complete(layout, manifest, DATABASE)
    assert completed["databases/segmart.yaml"]["sqlalchemy_uri"] == "duckdb:////srv/published/segmart.duckdb"


def test_the_database_is_opened_for_reading_and_no_other_file_with_it(layout):
    arguments = layout["databases/segmart.yaml"]["extra"]["engine_params"]["connect_args"]
    assert arguments == {"read_only": True, "config": {"enable_external_access": False}}


def test_a_chart_can_be_asked_for_its_data(layout, manifest):
    chart = complete(layout, manifest, DATABASE)["charts/mapping.yaml"]
    (query,) = json.loads(chart["query_context"])["queries"]
    assert query["columns"] == ["rfmn_segment", "rule_segment"]
    assert query["metrics"] == ["customers"]
    assert query["row_limit"] == chart["params"]["row_limit"]


def test_numbers_are_written_by_their_unit(layout, manifest):
    dataset = complete(layout, manifest, DATABASE)["datasets/segmart/mart_customer_segments.yaml"]
    formats = {metric["metric_name"]: metric["d3format"] for metric in dataset["metrics"]}
    assert formats == {"customers": ",d", "net_asset_value": "$,.3~s", "agreement_rate": ".1%"}


def test_charts_of_a_mart_that_is_not_published_disappear(layout, manifest):
    del manifest["marts"]["mart_compliance_risk"]
    del manifest["marts"]["mart_credit_risk"]
    completed = complete(layout, manifest, DATABASE)
    gone = {"expected_loss", "expected_loss_by_band", "compliance_tiers"}
    assert {path for path in layout if path.startswith("charts/")} - completed.keys() == {
        f"charts/{name}.yaml" for name in gone
    }
    position = the_dashboard(completed)["position"]
    assert "ROW-4" not in position
    assert "ROW-4" not in position["GRID_ID"]["children"]
    assert position["ROW-1"]["children"] == [
        f"CHART-{name}" for name in ("as_of", "customers", "net_asset_value", "agreement")
    ]


def test_without_the_marts_of_its_filters_a_dashboard_has_none(layout, manifest):
    del manifest["marts"]["mart_customer_segments"]
    completed = complete(layout, manifest, DATABASE)
    assert the_dashboard(completed)["metadata"]["native_filter_configuration"] == []
    assert the_dashboard(completed)["metadata"]["color_scheme"] == "segmart"


def test_a_publication_without_any_of_the_marts_has_no_dashboard(layout):
    with pytest.raises(InputError, match="none of the marts that the dashboard shows is published"):
        complete(layout, {"marts": {"mart_mall_customers": {"columns": []}}}, DATABASE)


def test_a_path_that_no_address_can_hold_is_refused(layout, manifest):
    with pytest.raises(InputError, match="question mark"):
        complete(layout, manifest, Path("/srv/what?/segmart.duckdb"))


def test_completing_changes_nothing_of_what_lies_in_the_folder(layout, manifest):
    before = copy.deepcopy(layout)
    complete(layout, manifest, DATABASE)
    assert layout == before


def test_a_metric_that_is_not_published_is_told_by_name(layout, manifest):
    del manifest["metrics"]["net_asset_value"]
    with pytest.raises(
        InputError, match=r"net_asset_value.yaml uses the metric net_asset_value, which mart_c"
    ):
        complete(layout, manifest, DATABASE)


def test_a_publication_without_metrics_is_told_so_for_every_chart(layout, manifest):
    del manifest["metrics"]
    with pytest.raises(
        InputError, match=r"the metric customers.*the metric assessed_customers|expected_loss"
    ):
        complete(layout, manifest, DATABASE)


def test_a_folder_without_yaml_is_refused(tmp_path):
    with pytest.raises(InputError, match="holds no dashboard"):
        read_layout(tmp_path)


def test_an_archive_that_cannot_be_written_is_one_sentence(layout, tmp_path):
    with pytest.raises(InputError, match="name another file"):
        write_archive(layout, tmp_path)


def test_equal_layouts_give_equal_archives(layout, tmp_path):
    write_archive(layout, tmp_path / "one.zip")
    write_archive(dict(reversed(layout.items())), tmp_path / "two.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        assert yaml.safe_load(archive.read("segmart_dashboard/metadata.yaml")) == layout["metadata.yaml"]
        assert {each.date_time for each in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


# ----------------------------------------------------------------------------------------- filters of metrics


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("sum(a)", "sum(a) filter (where p)"),
        ("sum(a) / nullif(SUM (b), 0)", "sum(a) filter (where p) / nullif(SUM (b) filter (where p), 0)"),
        (
            "count(a) / nullif(sum(count(a)) over (), 0)",
            "count(a) filter (where p) / nullif(sum(count(a) filter (where p)) over (), 0)",
        ),
        ("count(case when b = ')' then 1 end)", "count(case when b = ')' then 1 end) filter (where p)"),
    ],
)
def test_a_filter_acts_on_every_aggregate_of_rows(expression, expected):
    assert filtered(expression, "p") == expected
    assert filtered(expression, None) == expression


@pytest.mark.parametrize("expression", ["sum(a", "a + b"])
def test_a_filter_that_cannot_be_applied_is_refused(expression):
    with pytest.raises(InputError, match="metric"):
        filtered(expression, "p")


# ------------------------------------------------------------------------------------- how Superset is set up


@pytest.fixture
def superset_config(tmp_path, monkeypatch):
    monkeypatch.delenv("SUPERSET_SECRET_KEY", raising=False)
    monkeypatch.setenv("SEGMART_BI_HOME", str(tmp_path / "home"))
    return runpy.run_path(str(FOLDER / "superset_config.py"))


def test_a_secret_key_is_made_once_and_what_superset_keeps_is_its_owners_only(superset_config, tmp_path):
    assert len(superset_config["SECRET_KEY"]) >= 42
    again = runpy.run_path(str(FOLDER / "superset_config.py"))
    assert again["SECRET_KEY"] == superset_config["SECRET_KEY"]
    assert stat.S_IMODE((tmp_path / "home" / "secret_key").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "home").stat().st_mode) == 0o700


def test_the_secret_key_of_the_environment_goes_first_and_must_be_long(superset_config, monkeypatch):
    monkeypatch.setenv("SUPERSET_SECRET_KEY", "k" * 32)
    assert superset_config["secret_key"](Path("/nowhere")) == "k" * 32
    monkeypatch.setenv("SUPERSET_SECRET_KEY", "short")
    with pytest.raises(ValueError, match="shorter than 32 characters"):
        superset_config["secret_key"](Path("/nowhere"))


def test_pages_may_ask_no_other_server(superset_config):
    policy = superset_config["TALISMAN_CONFIG"]["content_security_policy"]
    assert policy["default-src"] == ["'self'"]
    assert not any("//" in source for sources in policy.values() for source in sources)
