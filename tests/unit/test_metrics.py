"""Metrics as dbt's manifest declares them, and as readers of a publication find them."""

import duckdb
import pytest

from segmart.errors import DeclarationError, InputError
from segmart.metrics import read_metrics

MARTS = ["mart_customers"]


def where(*conditions):
    return {"where_filters": [{"where_sql_template": condition} for condition in conditions]}


def dimension(name, kind="categorical", expr=None):
    return {"name": name, "type": kind, "expr": expr}


def measure(name, agg="sum", expr=None, **more):
    return {"name": name, "agg": agg, "expr": expr, "non_additive_dimension": None, **more}


def model(name="customers", alias="mart_customers", measures=()):
    return {
        "name": name,
        "node_relation": {"alias": alias},
        "defaults": {"agg_time_dimension": "as_of"},
        "entities": [
            {"name": "customer", "type": "primary"},
            {"name": "branch", "type": "foreign"},
        ],
        "dimensions": [
            dimension("as_of", "time", expr="as_of_date"),
            dimension("since", "time"),
            dimension("status"),
            dimension("tier"),
            dimension("decade", expr="age_years / 10"),
        ],
        "measures": [
            measure("customer_count", "count", "customer_id"),
            measure("assets", "sum", "assets_usd"),
            measure("age_mean", "average", "age_years"),
            *measures,
        ],
    }


def simple(name, measured, filter=None, unit="USD", **meta):
    given = {"name": measured, "filter": None, "join_to_timespine": False, "fill_nulls_with": None}
    return {
        "name": name,
        "label": name.title(),
        "description": f"All {name}.\n",
        "type": "simple",
        "type_params": {"measure": given, "input_measures": [{"name": measured}]},
        "filter": filter,
        "config": {"meta": {"unit": unit, **meta}},
    }


def part(name, *conditions, alias=None):
    return {
        "name": name,
        "alias": alias,
        "filter": where(*conditions) if conditions else None,
        "offset_window": None,
        "offset_to_grain": None,
    }


def ratio(name, numerator, denominator, measured=("customer_count",), filter=None, **meta):
    return simple(name, measured[0], filter, **meta) | {
        "type": "ratio",
        "type_params": {
            "input_measures": [{"name": each} for each in measured],
            "numerator": numerator,
            "denominator": denominator,
        },
    }


CUSTOMERS = simple("customers", "customer_count", unit="customers")
ASSETS = simple("assets", "assets")
ACTIVE = part("customers", "{{ Dimension('customer__status') }} = 'active'", alias="active")


def read(*metrics, models=None, marts=MARTS):
    manifest = {
        "semantic_models": {each["name"]: each for each in models or [model()]},
        "metrics": {each["name"]: each for each in metrics},
    }
    return {metric.name: metric for metric in read_metrics(manifest, marts)}


@pytest.fixture
def mart():
    with duckdb.connect() as connection:
        connection.execute(
            """
            create table mart_customers as
            select * from (values
                ('a', date '2025-12-31', 'active', 'high', 60.0, 30),
                ('b', date '2025-12-31', 'active', 'low', 30.0, 40),
                ('c', date '2025-12-31', 'inactive', 'low', null, 50),
                ('d', date '2025-12-31', 'inactive', 'low', 10.0, null)
            ) as rows (customer_id, as_of_date, status, tier, assets_usd, age_years)
            """
        )
        yield connection


# -------------------------------------------------------------------------------------- what a metric becomes


def test_a_simple_metric_is_the_aggregate_of_its_measure():
    found = read(ASSETS)["assets"]
    assert found.entry() == {
        "label": "Assets",
        "description": "All assets.",
        "unit": "USD",
        "mart": "mart_customers",
        "expression": "sum(assets_usd)",
        "filter": None,
        "dimensions": ["status", "tier"],
        "time": "as_of_date",
    }


def test_what_all_of_a_metric_obeys_is_its_filter(mart):
    condition = where(
        "{{ Dimension('customer__status') }} = 'active'", "{{ Dimension('customer__decade') }} = 4"
    )
    found = read(simple("assets", "assets", condition))["assets"]
    assert found.filter == "status = 'active' and age_years / 10 = 4"
    assert mart.execute(found.query()).fetchall() == [(30.0,)]


def test_the_filter_of_a_measure_is_one_of_the_metric():
    metric = simple("assets", "assets", where("{{ Dimension('customer__tier') }} = 'low'"))
    active = where("{{ Dimension('customer__status') }} = 'active'")
    metric["type_params"]["measure"] |= {"filter": active, "fill_nulls_with": 0}
    assert read(metric)["assets"].filter == "status = 'active' and tier = 'low'"


def test_the_entity_of_a_mart_may_be_named_beside_its_columns():
    named = model() | {"entities": [], "primary_entity": "customer"}
    active = where("{{ Dimension('customer__status') }} = 'active'")
    assert read(simple("assets", "assets", active), models=[named])["assets"].filter == "status = 'active'"


def test_each_part_of_a_ratio_keeps_its_own_conditions_and_those_of_its_metric(mart):
    known = simple("known", "customer_count", where("{{ Dimension('customer__tier') }} <> 'none'"))
    found = read(CUSTOMERS, known, ratio("active_share", ACTIVE | {"name": "known"}, part("customers")))
    assert found["active_share"].filter is None
    assert found["active_share"].expression == (
        "count(customer_id) filter (where tier <> 'none' and status = 'active')"
        " / nullif(count(customer_id), 0)"
    )
    assert mart.execute(found["active_share"].query()).fetchall() == [(0.5,)]


def test_a_filter_of_the_ratio_holds_for_both_parts(mart):
    low = where("{{ Dimension('customer__tier') }} = 'low'")
    found = read(CUSTOMERS, ratio("active_share", ACTIVE, part("customers"), filter=low))["active_share"]
    assert mart.execute(found.query()).fetchall() == [(1 / 3,)]


def test_alternatives_stay_together_among_other_conditions(mart):
    either = "{{ Dimension('customer__tier') }} = 'high' or {{ Dimension('customer__tier') }} = 'low'"
    condition = where("{{ Dimension('customer__status') }} = 'active'", either)
    assert mart.execute(read(simple("assets", "assets", condition))["assets"].query()).fetchall() == [(90.0,)]


@pytest.mark.parametrize(
    "emptied", ["delete from mart_customers", "update mart_customers set assets_usd = 0"]
)
def test_a_share_of_nothing_is_unknown(mart, emptied):
    said = {"name": "asset_share", "label": "Share", "description": "Of all assets."}
    found = read(simple("assets", "assets", share_of_whole=said))["asset_share"]
    mart.execute(emptied)
    assert mart.execute(found.query()).fetchall() == [(None,)]


def test_an_empty_mart_counts_nobody_and_knows_no_sum(mart):
    mart.execute("delete from mart_customers")
    found = read(CUSTOMERS, ASSETS, ratio("active_share", ACTIVE, part("customers")))
    answers = {name: mart.execute(metric.query()).fetchall() for name, metric in found.items()}
    assert answers == {"customers": [(0,)], "assets": [(None,)], "active_share": [(None,)]}


def test_nothing_divided_by_nothing_is_unknown(mart):
    nobody = part("customers", "{{ Dimension('customer__status') }} = 'unheard of'", alias="nobody")
    found = read(CUSTOMERS, ratio("share", ACTIVE, nobody))["share"]
    assert mart.execute(found.query()).fetchall() == [(None,)]


@pytest.mark.parametrize(
    ("agg", "answer"),
    [("count_distinct", 2), ("average", 100 / 3), ("min", 10), ("max", 60), ("sum_boolean", 2)],
)
def test_every_supported_aggregation_can_be_asked(mart, agg, answer):
    expr = {"count_distinct": "tier", "sum_boolean": "status = 'active'"}.get(agg, "assets_usd")
    found = read(simple("figure", "any", unit="any"), models=[model(measures=[measure("any", agg, expr)])])
    assert mart.execute(found["figure"].query()).fetchall() == [(pytest.approx(answer),)]


# ------------------------------------------------------------------------------------------ asked by a column


def test_a_metric_is_asked_by_its_dimensions_and_its_time(mart):
    found = read(ASSETS)["assets"]
    assert found.query(["status"]) == (
        "select\n    status,\n    sum(assets_usd) as assets\n"
        "from mart_customers\ngroup by status\norder by status"
    )
    assert mart.execute(found.query(["status", "tier"])).fetchall() == [
        ("active", "high", 60.0),
        ("active", "low", 30.0),
        ("inactive", "low", 10.0),
    ]
    assert len(mart.execute(found.query(["as_of_date"])).fetchall()) == 1


def test_a_metric_refuses_columns_that_are_no_dimension_of_it():
    with pytest.raises(
        InputError, match="assets has no dimension customer_id; it has status, tier, as_of_date"
    ):
        read(ASSETS)["assets"].query(["customer_id"])


def test_shares_of_the_whole_come_with_their_metric_and_add_up_to_one(mart):
    said = {"name": "asset_share", "label": "Share", "description": "Of all assets."}
    found = read(simple("assets", "assets", share_of_whole=said))["asset_share"]
    assert (found.label, found.description, found.unit) == ("Share", "Of all assets.", "share, 0 to 1")
    assert mart.execute(found.query(["tier"])).fetchall() == [("high", 0.6), ("low", 0.4)]


# -------------------------------------------------------------------------------------- what is not published


def test_a_metric_made_of_a_column_that_stays_behind_is_left_out():
    age = simple("age", "age_mean", unit="years")
    assert read(age)["age"].without({"AGE_YEARS"}) is None
    by_age = simple("assets", "assets", where("{{ Dimension('customer__decade') }} = 4"))
    assert read(by_age)["assets"].without({"age_years"}) is None


def test_a_metric_whose_dates_stay_behind_is_left_out():
    assert read(ASSETS)["assets"].without({"as_of_date"}) is None


def test_a_dimension_that_stays_behind_is_left_out_alone():
    assert read(ASSETS)["assets"].without({"tier", "birth_date"}).dimensions == ("status",)


def test_a_word_in_a_text_is_no_column():
    told = simple("assets", "assets", where("{{ Dimension('customer__status') }} = 'no email, it''s secret'"))
    assert read(told)["assets"].without({"email", "secret"}) is not None


def test_metrics_come_in_the_order_of_their_names():
    assert list(read(CUSTOMERS, ASSETS)) == ["assets", "customers"]


def test_metrics_of_other_marts_are_not_even_looked_at():
    unpublished = simple("other", "other_sum", unit=None)
    models = [model(), model("others", "int_others", [])]
    models[1]["measures"] = [measure("other_sum")]
    assert read(ASSETS, unpublished, models=models).keys() == {"assets"}


def test_a_metric_for_metricflow_alone_is_not_published():
    derived = simple("growth", "assets", published=False) | {"type": "derived"}
    assert read(ASSETS, derived).keys() == {"assets"}


# -------------------------------------------------------------------------------------------- what is refused

OTHER = {**model("loans", "mart_loans"), "measures": [measure("loan_sum")]}
LOANS = simple("loans", "loan_sum")
FOREIGN = where("{{ Dimension('branch__status') }} = 'open'")
UNKNOWN = where("{{ Dimension('customer__country') }} = 'FR'")
TIMED = where("{{ TimeDimension('customer__as_of', 'day') }} > '2025-01-01'")
OFFSET = part("customers") | {"offset_window": {"count": 1, "granularity": "month"}}
FILLED = simple("assets", "assets")
FILLED["type_params"]["measure"]["join_to_timespine"] = True
GUESSED = simple("assets", "assets")
GUESSED["type_params"]["measure"]["fill_nulls_with"] = 7
SHARE = {"name": "age_share", "label": "Share", "description": "Of all ages."}


@pytest.mark.parametrize(
    ("metrics", "said"),
    [
        (
            [ASSETS | {"type": "derived"}],
            "the metric assets is of the type derived: .* or say `published: false`",
        ),
        ([simple("assets", "assets", unit=None)], "the metric assets has no unit; add one"),
        ([simple("age", "age_median")], "aggregates by median"),
        ([simple("age", "balance")], "aggregates by sum"),
        ([FILLED], "fills days"),
        ([GUESSED], "fills days or values"),
        ([simple("assets", "assets", FOREIGN)], "filters by branch__status, which its mart has not"),
        ([simple("assets", "assets", UNKNOWN)], "filters by customer__country, which its mart has not"),
        ([simple("assets", "assets", TIMED)], "speaks of more than dimensions"),
        ([CUSTOMERS, ratio("share", OFFSET, ACTIVE)], "with customers, which is no plain aggregate"),
        ([CUSTOMERS, ratio("one", part("customers"), part("customers"))], "divides customers by itself"),
        (
            [
                CUSTOMERS,
                LOANS,
                ratio("debt", part("loans"), part("customers"), ("loan_sum", "customer_count")),
            ],
            r"stands on several marts \(customers, loans\)",
        ),
        ([simple("age", "age_mean", share_of_whole=SHARE)], "do not add up to a whole"),
        ([CUSTOMERS, ratio("rate", ACTIVE, part("customers"), share_of_whole=SHARE)], "do not add up"),
        ([simple("assets", "assets", share_of_whole={"name": "x"})], "has no label, description"),
        ([CUSTOMERS, simple("a", "assets", share_of_whole=SHARE | {"name": "customers"})], "two metrics are"),
    ],
)
def test_what_readers_could_not_be_told_in_one_expression_is_an_error(metrics, said):
    unusual = [
        measure("age_median", "median", "age_years"),
        measure("balance", non_additive_dimension={"name": "as_of"}),
    ]
    with pytest.raises(DeclarationError, match=said):
        read(*metrics, models=[model(measures=unusual), OTHER])
