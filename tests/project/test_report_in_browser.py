"""The report is looked at: every tab at three widths, by mouse, by keyboard and by an accessibility check."""

import json
import re
from pathlib import Path

import pytest
from browser import CHROMIUM, Reader, reader
from conftest import PROJECT

from segmart.publishing import publish
from segmart.reporting.writing import write_report

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="there is no Chromium to look with; on Debian: apt-get install chromium"
)

WIDTHS = (1440, 1024, 390)
# What was seen, for a person to look at.
SCREENSHOTS = PROJECT / "target" / "screenshots"


@pytest.fixture(scope="module")
def page(built, tmp_path_factory) -> Path:
    published = tmp_path_factory.mktemp("looked_at") / "published"
    publish(built.places.warehouse, built.places.target, published, "2025-12-31")
    return write_report(PROJECT / "reports", published).path


def serious(seen: Reader) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(seen.page).response["violations"]
    return [
        f"{each['id']}: {each['nodes'][0]['html'][:200]}"
        for each in found
        if each["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("width", WIDTHS)
def test_every_tab_is_whole_and_open_to_everybody_at_this_width(page, width):
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    checked = 0
    # A check of accessibility brings its own script, which the page's policy would not let run.
    with reader(width, bypass_csp=True) as seen:
        seen.open(page)
        assert len(seen.tabs) == 6
        for tab in seen.tabs:
            seen.go_to(tab)
            seen.page.screenshot(path=SCREENSHOTS / f"{tab}_{width}.png", full_page=True)
            charts = seen.charts(tab)
            assert all(marks > 0 for marks in charts.values()), charts
            checked += len(charts)
            # Nothing is cut off at the right.
            assert seen.run("document.documentElement.scrollWidth") <= width
            assert serious(seen) == []
        assert checked >= 30
        assert seen.complaints == []
        assert [url for url in seen.requests if not url.startswith(("file:", "data:", "blob:"))] == []


def test_the_page_keeps_its_own_policy_and_dark_colours_are_open_to_everybody_too(page):
    with reader(colours="dark") as seen:
        seen.open(page)
        for tab in seen.tabs:
            seen.go_to(tab)
        assert seen.complaints == []
        assert seen.run("document.documentElement.dataset.theme") == "dark"
    with reader(colours="dark", bypass_csp=True) as seen:
        seen.open(page)
        for tab in seen.tabs:
            seen.go_to(tab)
            assert serious(seen) == []


def rows_shown(seen: Reader, section: str) -> list[list[str]]:
    seen.run(f"document.querySelector('#{section} details.data').open = true")
    seen.page.wait_for_selector(f"#{section} details.data table", state="attached")
    return seen.run(
        f"[...document.querySelectorAll('#{section} details.data tbody tr')]"
        ".map(row => [...row.cells].map(cell => cell.textContent))"
    )


def test_filters_change_charts_tables_and_what_is_said_of_them(page):
    with reader() as seen:
        seen.open(page)
        seen.go_to("segments")
        before, marks = rows_shown(seen, "segments-sizes"), seen.charts("segments")
        seen.page.click('button[data-filter="activity_status"][value="inactive"]')
        seen.go_to("segments")
        after = rows_shown(seen, "segments-sizes")
        assert {row[0] for row in before} == {"active", "inactive", "nonactive"}
        assert {row[0] for row in after} == {"inactive"}
        assert 0 < seen.charts("segments")["segments-sizes"] < marks["segments-sizes"]
        assert seen.page.is_visible("#segments-sizes .scope")
        told = seen.page.inner_text("#segments-sizes .scope")
        assert told == "Shown: inactive. The sentence above is about all."
        assert seen.page.inner_text("#segments-verdicts .scope").startswith("Not filtered")

        seen.page.select_option("#filter-rfmn_segment", "Dormant, small assets")
        seen.go_to("segments")
        assert [row[1] for row in rows_shown(seen, "segments-sizes")] == ["Dormant, small assets"]
        seen.page.select_option("#filter-rfmn_segment", "Large volume")
        assert seen.page.is_visible("#segments-sizes .filtered-out")

        seen.page.select_option("#filter-rfmn_segment", index=0)
        seen.page.click('button[data-filter="activity_status"][data-all]')
        seen.go_to("segments")
        assert rows_shown(seen, "segments-sizes") == before
        assert seen.complaints == []


def test_a_choice_changes_chart_and_title(page):
    with reader() as seen:
        seen.open(page)
        seen.go_to("segments")
        title, marks = seen.page.inner_text("#segments-index h3"), seen.charts("segments")["segments-index"]
        seen.page.select_option("#segments-index-choice", "rules")
        seen.go_to("segments")
        assert seen.page.inner_text("#segments-index h3") != title
        # Figures in other units have no baseline, and so no sentence: that of another model must not stay.
        seen.go_to("models")
        seen.page.select_option("#models-metrics-choice", "credit_default (other units)")
        assert seen.page.inner_text("#models-metrics h3") == "Figures beside their baselines"
        seen.go_to("segments")
        assert seen.charts("segments")["segments-index"] > marks


def test_tabs_are_used_by_keyboard_and_found_by_address(page):
    with reader() as seen:
        seen.open(page)
        seen.page.focus("#tab-overview")
        seen.page.keyboard.press("ArrowRight")
        assert seen.page.is_visible("#segments")
        assert not seen.page.is_visible("#overview")
        seen.page.keyboard.press("End")
        assert seen.run("document.activeElement.id") == "tab-data_quality"
        seen.page.keyboard.press("Home")
        # A finding of the first page leads to its section on another.
        seen.page.click('#overview a[href="#risk-decisions"]')
        seen.page.wait_for_selector("#risk-decisions", state="visible")
        assert seen.page.is_visible("#risk")


def test_colours_are_changed_and_paper_shows_every_tab(page):
    with reader() as seen:
        seen.open(page)
        ink = seen.run("getComputedStyle(document.body).color")
        seen.page.click("button.theme")
        assert seen.run("getComputedStyle(document.body).color") != ink
        seen.run("window.segmartReport.drawAll().then(restore => restore())")
        seen.page.emulate_media(media="print")
        assert all(seen.page.is_visible(f"#{tab}") for tab in seen.tabs)
        assert all(marks > 0 for tab in seen.tabs for marks in seen.charts(tab).values())
        # Drawn while hidden, a chart would have no width.
        widths = seen.run("[...document.querySelectorAll('.chart svg')].map(chart => chart.clientWidth)")
        assert len(widths) > 30
        assert min(widths) > 150


def test_data_are_saved_as_csv(page):
    with reader() as seen:
        seen.open(page)
        seen.go_to("segments")
        rows = rows_shown(seen, "segments-sizes")
        with seen.page.expect_download() as download:
            seen.page.click("#segments-sizes button.save")
        lines = Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()
        assert lines[0] == '"activity_status","rfmn_segment","customer_count","nav_usd"'
        assert len(lines) == len(rows) + 1


HOSTILE = '<img src=x onerror="window.hacked=1"></script><script>window.hacked=1</script>'


def test_hostile_names_are_texts_to_whoever_looks(page, tmp_path):
    html = page.read_text()
    # Escaped as the page's data are, it stands for a segment in charts, filters, tables and findings.
    name = json.dumps(HOSTILE + " محفظة O'Brien")[1:-1].replace("<", "\\u003c").replace(">", "\\u003e")
    data = re.search(r'id="report-data">(.*?)</script>', html, re.S)[1]
    (tmp_path / "report.html").write_text(html.replace(data, data.replace("Upper middle volume", name)))
    with reader() as seen:
        seen.open(tmp_path / "report.html")
        seen.go_to("segments")
        seen.page.select_option("#segments-index-choice", "rules")
        seen.page.hover("#segments-people_and_money .chart svg")
        assert any(HOSTILE in cell for row in rows_shown(seen, "segments-sizes") for cell in row)
        seen.go_to("rules_and_learned")
        assert seen.run("window.hacked") is None
        assert seen.page.locator("img").count() == 0
        assert seen.complaints == []
