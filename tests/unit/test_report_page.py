"""The page: what is shown of answers, and that no text of a mart is anything but text on it."""

import base64
import hashlib
import json
import re

import pytest
from report_cases import SEGMENTS, asked, section

from segmart.reporting.page import Edition, json_for_html, render

EDITION = Edition("2025-12-31-a", "2025-12-31", None, "marts")
HOSTILE = [
    "</script><script>window.hacked = 1</script>",
    '"><img src=x onerror="window.hacked = 1">',
    "O'Brien & Söhne <b>",
    "محفظة كبيرة",
    "{{ 7 * 7 }}",
    "line\u2028separator",
]


def page(tmp_path, sections, marts=None, bundle="/* drawn */", **more) -> str:
    report, found = asked(tmp_path, sections, marts, **more)
    return render(report, found, EDITION, bundle)


def data_of(html: str) -> dict:
    return json.loads(
        re.search(r'<script type="application/json" id="report-data">(.*?)</script>', html, re.S)[1]
    )


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_a_text_in_finding_filter_and_data(tmp_path, name):
    quoted = name.replace("'", "''")
    html = page(
        tmp_path,
        [section(finding="select max(segment) from answer", is_headline=True)],
        {"mart_a": f"select '{quoted}' as segment, 1 as customer_count union all select 'A', 2"},
        filters={"segment": "Segment"},
    )
    assert len(re.findall(r"<script\b", html)) == 3
    assert not re.search(r"<img|<b>", html)
    assert "49" not in re.search(r"<h3[^>]*>(.*?)</h3>", html, re.S)[1]
    assert sorted(row[0] for row in data_of(html)["figures"]["main-sizes"]["rows"]) == sorted([name, "A"])


def test_json_in_a_page_reads_back_and_ends_no_element():
    text = json_for_html({"names": HOSTILE})
    assert json.loads(text) == {"names": HOSTILE}
    assert not set("<>&\u2028") & set(text)


def test_only_the_pages_own_scripts_may_run(tmp_path):
    html = page(tmp_path, [section()])
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)[1]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy.split("style-src")[0]
    for script in re.findall(r'<script type="module">(.*?)</script>', html, re.S):
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy


def test_nothing_on_the_page_is_asked_of_a_network(tmp_path):
    html = page(tmp_path, [section()])
    assert not re.findall(r'(?:src|href)="(?!#)', html)
    assert "url(" not in html
    assert "@import" not in html


def test_equal_answers_give_an_equal_page(tmp_path):
    assert page(tmp_path / "a", [section()]) == page(tmp_path / "b", [section()])


def test_a_section_without_rows_says_so_in_words(tmp_path):
    html = page(tmp_path, [section()], {"mart_a": f"select * from ({SEGMENTS}) where false"})
    assert '<dt>Sizes</dt><dd class="nothing">There is nothing.</dd>' in html
    assert "data-figure" not in re.sub(r"<script.*?</script>", "", html, flags=re.S)


def test_a_subject_that_is_switched_off_leaves_no_trace(tmp_path):
    html = page(tmp_path, [section(), section("other", heading="Loans", needs=["mart_loans"])])
    assert "Loans" not in html
    assert "Sizes" in html


def test_a_tab_without_sections_to_show_is_no_tab(tmp_path):
    html = page(tmp_path, [section(needs=["mart_loans"])])
    assert '<button type="button" role="tab"' not in html
    assert "None of the marts" in html


def test_a_first_publication_says_that_there_is_none_before(tmp_path):
    html = page(tmp_path, [section(needs=["mart_a", "previous_mart_a"], nothing="The first one.")])
    assert "The first one." in html


def test_a_finding_is_the_title_and_the_heading_its_topic(tmp_path):
    html = page(tmp_path, [section(finding="select 'Most are small.' from answer limit 1")])
    assert re.search(r'<p class="topic">Sizes</p>\s*<h3 [^>]*>Most are small.</h3>', html)


def test_headlines_stand_on_the_page_of_findings_and_lead_to_their_section(tmp_path):
    told = section(finding="select 'Most are small.' from answer limit 1", is_headline=True)
    quiet = section("quiet", finding="select 'Not this.' from answer limit 1")
    html = page(
        tmp_path, [section("all", heading="Found", needs=[], chart={"kind": "findings"}), told, quiet]
    )
    assert '<a href="#main-sizes" dir="auto">Most are small.</a>' in html
    assert '<a href="#main-quiet"' not in html


def test_filters_offer_declared_values_first_and_none_where_there_is_no_choice(tmp_path):
    columns = {"activity_status": {"label": "Activity", "values": ["inactive", "active"]}}
    filters = {"activity_status": "Activity", "segment": "Segment", "absent": "Absent"}
    html = page(tmp_path, [section()], filters=filters, columns=columns)
    assert re.findall(r'<button type="button" data-filter="activity_status" value="(\w+)"', html) == [
        *("inactive", "active")
    ]
    assert 'data-filter="absent"' not in html


def test_more_than_four_values_are_chosen_from_a_list(tmp_path):
    many = "select 'segment ' || range as segment, 1 as customer_count from range(5)"
    html = page(tmp_path, [section()], {"mart_a": many}, filters={"segment": "Segment"})
    assert '<select id="filter-segment"' in html


def test_key_figures_are_written_with_their_definition(tmp_path):
    from report_cases import metric

    chart = {"kind": "figures", "metrics": ["net_value"]}
    metrics = {
        "net_value": metric("net_value", "sum(nav) * 1e6", label="Net value", description="All of it.")
    }
    html = page(tmp_path, [section(chart=chart)], metrics=metrics)
    assert re.search(r"<dt>Net value</dt>\s*<dd>7.0 m USD</dd>", html)
    assert "<dt>Net value</dt><dd>All of it.</dd>" in html


def test_documents_are_markdown_without_any_html_of_theirs(tmp_path):
    from report_cases import declared, published

    from segmart.reporting.answers import answers, opened
    from segmart.reporting.declaration import read_report

    version = published(tmp_path / "published", {"mart_a": SEGMENTS})
    report = read_report(declared(tmp_path / "reports", [section(chart={"kind": "documents"})]))
    text = "## Use\n\n| a | b |\n|---|---|\n| 1 | <img src=x> |\n"
    with opened(version, None) as marts:
        found = list(answers(report, marts, {}, [("A <card>", text)]))
    html = render(report, found, EDITION, "")
    assert "<summary>A &lt;card&gt;</summary><h5>Use</h5>" in html
    assert "<td>&lt;img src=x&gt;</td>" in html
