"""Cards of the models in force, written from the published marts."""

import re
from pathlib import Path

import duckdb
import pytest

from segmart.model_cards import write_model_cards

MARTS = {
    "mart_model_registry": """
        select * from (values
            ('credit', 'all', 'risk', 2, true, 'won', date '2025-12-31', date '2023-01-01', date '2024-12-31',
             900, 700, '{}', 'skill beyond a constant', 'less loss | on 700 rows', 'lightest',
             '[{"feature": "member_no", "reason": "looks like an identifier"}]', 'd1', 'f1', 'p1',
             '{"task": "classification", "label": {"column": "is_bad", "event": "default"}, "card": {
                "purpose": "Decide.", "owner": "Risk", "review_after_days": 365,
                "exclusions": ["Declined applications"], "limits": ["One country", "Two years"]}}'),
            ('credit', 'all', 'risk', 1, false, 'old', date '2024-12-31', null, null,
             800, 600, '{}', 'no skill', 'as good', 'lightest', '[]', 'd0', 'f0', 'p0', '{}'),
            ('it''s', 'very active', 'segmentation', 1, true, 'first', date '2025-12-31', null, null,
             500, 500, '{}', 'natural', 'gap', 'best', '[]', 'd2', 'f2', 'p2', '{}')
        ) as rows (model_name, population, model_kind, model_version, is_serving, status_reason, as_of_date,
            first_learned_date, last_learned_date, row_count, fit_row_count, library_versions, verdict,
            verdict_reason, choice_reason, features_left_out, declaration_hash, feature_contract_hash,
            data_fingerprint, declaration)
    """,
    "mart_model_metrics": """
        select * from (values
            ('credit', 'all', 'scorecard', 'out of time', 'all', 'roc_auc', 0.78125, 0.74, 0.82,
             'constant', 0.5, 250, true, true),
            ('credit', 'all', 'scorecard', 'out of time', 'all', 'brier', 0.1, null, null,
             'constant', 0.2, 250, true, true),
            ('credit', 'all', 'xgboost', 'out of time', 'all', 'roc_auc', 0.79, 0.75, 0.83, 'constant', 0.5,
             250, false, true),
            ('credit', 'all', 'scorecard', 'out of time', 'sex=female', 'approval_ratio', 0.91, 0.8, 1.0,
             'four-fifths rule', 0.8, 120, true, true),
            ('credit', 'all', 'scorecard', 'out of time', 'all', 'roc_auc', 0.6123, 0.5, 0.7, 'constant', 0.5,
             200, true, false)
        ) as rows (model_name, population, candidate, split, subgroup, metric, value, interval_low,
            interval_high, baseline, baseline_value, row_count, is_served, is_serving)
    """,
    "mart_model_curves": """
        select 'credit' as model_name, 'calibration' as curve, 'scorecard' as series, 1 as position,
            0.105 as x, 0.11 as y, 0.09 as y_low, 0.13 as y_high, 125 as row_count
        union all select 'credit', 'calibration', 'scorecard', 2, 0.3, 0.29, 0.26, 0.32, 125
    """,
}


@pytest.fixture
def folder(tmp_path) -> Path:
    with duckdb.connect() as connection:
        for name, query in MARTS.items():
            connection.sql(query).write_parquet(str(tmp_path / f"{name}.parquet"))
    return tmp_path


def card(folder: Path, name: str = "model_card_credit.md") -> str:
    write_model_cards(folder)
    return (folder / name).read_text()


def test_there_is_a_card_for_every_model_in_force_and_for_no_other(folder):
    names = [path.name for path in write_model_cards(folder)]

    assert names == ["model_card_credit.md", "model_card_it_s_very_active.md"]


def test_a_card_says_what_the_model_is_for_and_where_it_ends(folder):
    text = card(folder)

    assert "* **purpose**: Decide." in text
    assert "* **owner**: Risk" in text
    assert "* **next review**: 2026-12-31" in text
    assert "* **first learned date**: 2023-01-01" in text
    assert "* Declined applications" in text
    assert "* One country\n* Two years" in text
    assert "member_no" in text
    assert "looks like an identifier" in text


def test_figures_stand_with_interval_and_baseline_and_are_those_of_the_version_in_force(folder):
    text = card(folder)

    assert "| roc_auc | out of time | 0.7812 | 0.74 | 0.82 | constant | 0.5 | 250 |" in text
    assert "| brier | out of time | 0.1 |  |  | constant | 0.2 | 250 |" in text
    assert "0.6123" not in text
    assert "| xgboost | out of time | roc_auc | 0.79 |" in text
    assert "| scorecard | 1 | 0.105 | 0.11 | 0.09 | 0.13 | 125 |" in text


def test_groups_of_people_are_called_monitoring_and_no_finding_of_compliance(folder):
    subgroups = card(folder).split("## Subgroups")[1].split("##")[0]

    assert "sex=female" in subgroups
    assert "0.91" in subgroups
    assert "monitoring, no finding about legal compliance" in subgroups


def test_every_query_on_a_card_runs_where_the_card_lies_and_finds_what_is_shown(folder):
    text = card(folder)
    queries = re.findall(r"```sql\n(.*?)```", text, flags=re.DOTALL)

    assert len(queries) >= 9
    with duckdb.connect() as connection:
        connection.execute("set file_search_path = ?", [str(folder)])
        for query in queries:
            for row in connection.execute(query).fetchall():
                for value in row:
                    if isinstance(value, float):
                        assert f"{value:.4g}" in text


def test_a_bar_in_a_text_does_not_break_a_table(folder):
    assert "less loss \\| on 700 rows" in card(folder)


def test_a_model_that_is_no_risk_model_has_a_card_without_purpose(folder):
    text = card(folder, "model_card_it_s_very_active.md")

    assert text.startswith("# Model card: it's, population very active")
    assert "## Purpose" not in text
    assert "* **verdict**: natural" in text


def test_without_the_marts_about_models_there_are_no_cards(tmp_path):
    assert write_model_cards(tmp_path) == []
