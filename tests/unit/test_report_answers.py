"""Questions to published marts, and what comes of those that cannot be asked or have no answer."""

import pytest
from report_cases import SEGMENTS, asked, declared, metric, published, section

from segmart.errors import DeclarationError
from segmart.reporting.answers import answers, opened
from segmart.reporting.declaration import read_report

COUNTED = "select sum(customer_count) || ' customers' from answer"


def test_a_finding_speaks_of_the_rows_of_its_question(tmp_path):
    _, (answer,) = asked(
        tmp_path, [section(finding=COUNTED)], questions={"sizes": "select * from mart_a where nav > 1"}
    )
    assert answer.finding == "40 customers"
    assert answer.columns == ["activity_status", "segment", "customer_count", "nav"]
    assert len(answer.rows) == 2


def test_clauses_of_question_and_finding_stay_out_of_each_others_way(tmp_path):
    question = "with counted as (select * from mart_a) select * from counted"
    finding = "with counted as (select count(*) as n from answer) select n || ' rows' from counted"
    _, (answer,) = asked(tmp_path, [section(finding=finding)], questions={"sizes": question})
    assert answer.finding == "3 rows"


def test_where_the_reader_chooses_every_choice_has_its_finding(tmp_path):
    finding = "select activity_status, count(*) || ' segments' from answer group by 1"
    _, (answer,) = asked(tmp_path, [section(finding=finding, choose="activity_status")])
    assert answer.findings == {"active": "2 segments", "inactive": "1 segments"}
    assert answer.finding == "2 segments"


def test_a_mart_without_rows_gives_an_answer_without_finding(tmp_path):
    _, (answer,) = asked(
        tmp_path, [section(finding=COUNTED)], {"mart_a": f"select * from ({SEGMENTS}) where false"}
    )
    assert (answer.rows, answer.finding, answer.missing) == ([], None, ())


def test_a_mart_that_is_not_published_is_told_as_missing_and_nothing_is_asked(tmp_path):
    _, (answer,) = asked(tmp_path, [section(needs=["mart_a", "mart_b"])], questions={"sizes": "nonsense"})
    assert answer.missing == ("mart_b",)


def test_a_question_that_lacks_a_column_of_its_chart_names_it(tmp_path):
    with pytest.raises(DeclarationError, match=r"main/sizes\.sql does not give customer_count"):
        asked(tmp_path, [section()], questions={"sizes": "select segment from mart_a"})


def test_a_question_that_cannot_be_asked_is_named_with_the_reason(tmp_path):
    with pytest.raises(DeclarationError, match=r"main/sizes\.sql cannot be asked: .*nowhere"):
        asked(tmp_path, [section()], questions={"sizes": "select nowhere from mart_a"})


def test_a_finding_that_cannot_be_asked_is_named(tmp_path):
    with pytest.raises(DeclarationError, match="finding of sizes"):
        asked(tmp_path, [section(finding="select nowhere from answer")])


def test_more_rows_than_a_chart_can_show_are_refused(tmp_path):
    many = "select range as segment, 1 as customer_count from range(6001)"
    with pytest.raises(DeclarationError, match="more than 6,000 rows: aggregate"):
        asked(tmp_path, [section()], questions={"sizes": many})


def test_values_are_such_as_json_can_hold(tmp_path):
    question = """
        select 's' as segment, 1.5::decimal(9, 2) as customer_count, 'nan'::double as a,
            date '2025-01-31' as b, 1 / 3 as c, true as d, null as e, [1, 2] as f, 12345678901 as g
    """
    _, (answer,) = asked(tmp_path, [section()], questions={"sizes": question})
    assert answer.rows == [("s", 1.5, None, "2025-01-31", 0.3333333, True, None, "[1, 2]", 12345678901)]


def test_a_metric_stands_for_its_definition(tmp_path):
    question = "select segment, metric(net_value) as customer_count from mart_a group by segment order by 1"
    _, (answer,) = asked(
        tmp_path,
        [section()],
        metrics={"net_value": metric("net_value", "sum(nav)")},
        questions={"sizes": question},
    )
    assert [row[1] for row in answer.rows] == [0.0, 5.5, 1.5]
    assert "sum(nav) as customer_count" in answer.question


@pytest.mark.parametrize(
    ("metrics", "told"),
    [
        ({}, "published are: none"),
        ({"net_value": metric("net_value", "sum(nav)", filter="nav > 1")}, "where nav > 1"),
    ],
)
def test_a_metric_that_cannot_stand_in_a_question_is_an_error(tmp_path, metrics, told):
    question = "select segment, metric(net_value) as customer_count from mart_a group by segment"
    with pytest.raises(DeclarationError, match=told):
        asked(tmp_path, [section()], metrics=metrics, questions={"sizes": question})


def test_key_figures_are_those_published_beside_what_they_were_before(tmp_path):
    metrics = {
        "net_value": metric("net_value", "sum(nav)"),
        "clients": metric("clients", "count(*)", unit="customers", filter="nav > 0"),
        "elsewhere": metric("elsewhere", "count(*)", mart="mart_z"),
        "risk": metric("risk", "avg(risk)"),
        "unknown": metric("unknown", "max(cast(null as double))"),
    }
    before = published(
        tmp_path / "published", {"mart_a": f"select * from ({SEGMENTS}) limit 1"}, version="old"
    )
    now = published(
        tmp_path / "published", {"mart_a": f"select *, 0.5 as risk from ({SEGMENTS})"}, version="new"
    )
    chart = {
        "kind": "figures",
        "metrics": ["clients", "unheard", "elsewhere", "net_value", "risk", "unknown"],
    }
    report = read_report(declared(tmp_path / "reports", [section(chart=chart)]))
    with opened(now, before) as marts:
        (answer,) = answers(report, marts, metrics, [])
    found = {record["metric"]: (record["value"], record["value_before"]) for record in answer.records()}
    # Of a column that the mart did not have there is no figure to compare with. What nobody knows is none.
    assert found == {"clients": (2, 1), "net_value": (7, 5.5), "risk": (0.5, None)}
    assert "where nav > 0" in answer.question


def test_a_mart_that_is_only_joined_is_empty_where_it_is_not_published(tmp_path):
    version = published(tmp_path / "published", {"mart_a": "select 1 as id"})
    question = "select a.id, b.name from mart_a as a left join mart_b as b using (id)"
    with opened(version, None, {"mart_b": {"id": "integer", "name": "varchar"}}) as marts:
        assert marts.ask(question, "x")[1] == [(1, None)]
        assert marts.names == {"mart_a"}
    with opened(version, None, {"mart_a": {"id": "integer"}}) as marts:
        assert marts.ask("select * from mart_a", "x")[1] == [(1,)]


def test_marts_of_the_publication_before_have_a_name_of_their_own(tmp_path):
    before = published(tmp_path / "published", {"mart_a": "select 1 as n"}, version="old")
    now = published(tmp_path / "published", {"mart_a": "select 2 as n"}, version="new")
    with opened(now, before) as marts:
        assert marts.names == {"mart_a", "previous_mart_a"}
        assert marts.ask("select m.n, p.n from mart_a as m, previous_mart_a as p", "x")[1] == [(2, 1)]
