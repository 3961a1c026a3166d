"""The report as a file: from which version, compared with which, replaced in one step."""

import pytest
from report_cases import SEGMENTS, declared, published, section

from segmart.errors import BuildError
from segmart.reporting import writing
from segmart.reporting.numbers import change_in_words, figure_in_words, in_words
from segmart.reporting.writing import model_cards, version_before, write_report


@pytest.fixture(autouse=True)
def _without_libraries(monkeypatch):
    monkeypatch.setattr(writing, "bundle", lambda cache: "/* libraries */")


def test_the_report_lies_beside_the_marts_and_leaves_nothing_else(tmp_path):
    published(tmp_path / "published", {"mart_a": SEGMENTS})
    written = write_report(declared(tmp_path / "reports", [section()]), tmp_path / "published")
    assert written.path == tmp_path / "published" / "report.html"
    assert written.byte_count == written.path.stat().st_size
    assert (written.shown_count, written.empty_count) == (1, 0)
    assert "publication 2025-12-31-a" in written.path.read_text()
    assert not list((tmp_path / "published").glob("*.partial"))


def test_it_is_compared_with_the_version_made_before_whatever_its_name(tmp_path):
    place = tmp_path / "published"
    for version, hour in (("2025-12-31-z", 1), ("2025-12-31-y", 2), ("2025-12-31-a", 3), ("2025-12-31-b", 4)):
        published(place, {"mart_a": SEGMENTS}, version, f"2026-01-01T0{hour}:00:00+00:00")
    assert version_before(place / "versions" / "2025-12-31-a").name == "2025-12-31-y"
    assert version_before(place / "versions" / "2025-12-31-z") is None


def test_a_report_that_fails_leaves_the_last_one(tmp_path):
    published(tmp_path / "published", {"mart_a": SEGMENTS})
    reports = declared(tmp_path / "reports", [section()])
    before = write_report(reports, tmp_path / "published").path.read_text()
    (reports / "main" / "sizes.sql").write_text("nonsense")
    with pytest.raises(Exception, match="cannot be asked"):
        write_report(reports, tmp_path / "published")
    assert (tmp_path / "published" / "report.html").read_text() == before


def test_without_a_publication_there_is_no_report(tmp_path):
    with pytest.raises(BuildError, match="nothing is published"):
        write_report(declared(tmp_path / "reports", [section()]), tmp_path / "published")


def test_model_cards_are_read_by_name_with_their_title(tmp_path):
    (tmp_path / "model_card_b.md").write_text("# Model card: b\n\nText.\n")
    (tmp_path / "model_card_a.md").write_text("# Model card: a\n\nMore.\n")
    assert model_cards(tmp_path) == [("a", "More."), ("b", "Text.")]


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [
        (0.98765, "share, 0 to 1", "98.8 %"),
        (143_500_000, "USD", "143.5 m USD"),
        (-2_500_000_000, "USD", "-2.5 bn USD"),
        (12_345, "USD per customer", "12.3 k USD per customer"),
        (9_999, "USD", "9,999 USD"),
        (5_000, "customers", "5,000"),
        (2.5, "lots", "2.500"),
        (None, "USD", "unknown"),
    ],
)
def test_figures_are_told_in_their_unit(value, unit, told):
    assert figure_in_words(value, unit) == told


@pytest.mark.parametrize(
    ("value", "before", "unit", "told"),
    [
        (0.5, 0.48, "share, 0 to 1", "2.00 points more than before"),
        (90, 100, "USD", "10.0 % less than before"),
        (5, 5, "USD", "as before"),
        (5, 0, "USD", "more than before, when it was 0"),
        (5, None, "USD", ""),
        (None, 5, "USD", ""),
    ],
)
def test_changes_are_points_of_shares_and_per_cent_of_all_else(value, before, unit, told):
    assert change_in_words(value, before, unit) == told


def test_a_name_becomes_words():
    assert in_words("days_since_trade") == "Days since trade"
