"""What a report may declare, and what is said of a declaration that nobody understands."""

import pytest
import yaml
from report_cases import declared, metric, section

from segmart.errors import DeclarationError
from segmart.reporting.declaration import read_report


def test_a_folder_with_a_declaration_is_a_tab_in_its_order(tmp_path):
    folder = declared(tmp_path, [section()])
    (folder / "zebra").mkdir()
    about = {"label": "First", "order": 0, "about": "Before all.", "sections": []}
    (folder / "zebra" / "_zebra.yml").write_text(yaml.safe_dump(about))
    assert [tab.label for tab in read_report(folder).tabs] == ["First", "Main"]


def test_an_unknown_key_is_told_with_file_key_and_the_nearest_known_one(tmp_path):
    folder = declared(tmp_path, [section(heding="x")])
    with pytest.raises(DeclarationError, match=r"_main\.yml: key 'tab\.sections\.sizes\.heding'.*'heading'"):
        read_report(folder)


def test_an_unknown_kind_of_chart_is_told_with_those_there_are(tmp_path):
    folder = declared(tmp_path, [section(chart={"kind": "pie"})])
    with pytest.raises(DeclarationError, match=r"'bars'.*'heatmap'"):
        read_report(folder)


def test_two_sections_of_one_name_are_an_error(tmp_path):
    with pytest.raises(DeclarationError, match="two sections are called sizes"):
        read_report(declared(tmp_path, [section(), section()]))


def test_a_section_without_a_question_names_the_file_to_write(tmp_path):
    folder = declared(tmp_path, [section()])
    (folder / "main" / "sizes.sql").unlink()
    report = read_report(folder)
    with pytest.raises(DeclarationError, match=r"main\.sizes has no question: write .*main/sizes\.sql"):
        report.question_of(report.tabs[0], report.tabs[0].sections[0])


@pytest.mark.parametrize("text", [": :", "- a list"])
def test_a_file_that_is_no_mapping_is_named(tmp_path, text):
    folder = declared(tmp_path, [section()])
    (folder / "report.yml").write_text(text)
    with pytest.raises(DeclarationError, match=r"report\.yml"):
        read_report(folder)


def test_a_missing_report_is_named(tmp_path):
    with pytest.raises(DeclarationError, match=r"report\.yml is missing"):
        read_report(tmp_path)


@pytest.mark.parametrize("column", [{}, {"label": "Net asset value", "metric": "nav"}])
def test_a_column_has_a_label_or_a_metric(tmp_path, column):
    with pytest.raises(DeclarationError, match="either a label or the metric"):
        read_report(declared(tmp_path, [section()], columns={"nav": column}))


def test_the_column_of_a_metric_is_called_as_the_metric_is(tmp_path):
    report = read_report(declared(tmp_path, [section()], columns={"nav": {"metric": "net_value"}}))
    named = report.named_after({"net_value": metric("net_value", "sum(nav)", label="Net value")})
    assert named.columns["nav"].title == "Net value (USD)"
    assert report.named_after({}).columns["nav"].title == "Net value"
