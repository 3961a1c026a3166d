"""The dashboard in a real Superset: `make test-bi`, not part of the usual tests.

It needs the environment of `make bi` (or the one that SEGMART_SUPERSET names) and a publication (that of
`make build`, or the folder that SEGMART_PUBLISHED names). Where there is a Chromium too, the dashboard is
looked at in it, and a picture of it is kept in `target/`.
"""

import contextlib
import itertools
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest

PROJECT = Path(__file__).parents[2]
FOLDER = PROJECT / "bi" / "superset"
ENVIRONMENT = Path(os.environ.get("SEGMART_SUPERSET", FOLDER / ".venv"))
PUBLISHED = Path(os.environ.get("SEGMART_PUBLISHED", PROJECT / "published"))
PICTURE = PROJECT / "target" / "superset_dashboard.png"
PASSWORD = "only for this test"

KEY_FIGURES = {"As of", "Customers", "Net asset value", "Rules and learned agree", "Expected loss"}
SIX_CHARTS = {
    "Customers by activity status",
    "Customers by rule segment",
    "Net asset value by learned segment",
    "Customers by rule segment and learned segment",
    "Expected loss of approved applications by credit band",
    "Customers by learned compliance tier and tier of the rules",
}

pytestmark = [
    pytest.mark.skipif(
        not (ENVIRONMENT / "bin" / "superset").exists(),
        reason=f"no Superset in {ENVIRONMENT}; `make bi` installs it",
    ),
    pytest.mark.skipif(
        not (PUBLISHED / "current").exists(),
        reason=f"nothing is published in {PUBLISHED}; `make build` does it",
    ),
]


@dataclass
class Publication:
    """A copy of what is published, and a second version of it with half of the customers."""

    folder: Path

    @property
    def database(self) -> Path:
        return self.folder / "segmart.duckdb"

    def show(self, version: str) -> None:
        """Replace what readers see, in the one step in which a publication does it."""
        beside = self.folder / ".current.partial"
        beside.symlink_to(f"versions/{version}")
        os.replace(beside, self.folder / "current")

    def customers(self, version: str) -> int:
        database = self.folder / "versions" / version / "segmart.duckdb"
        with duckdb.connect(str(database), read_only=True) as connection:
            return connection.execute("select count(*) from marts.mart_customer_segments").fetchone()[0]


@pytest.fixture(scope="module")
def publication(tmp_path_factory) -> Publication:
    folder = tmp_path_factory.mktemp("bi") / "published"
    whole, half = folder / "versions" / "whole", folder / "versions" / "half"
    shutil.copytree(PUBLISHED / "current", whole)
    shutil.copytree(whole, half)
    database = half / "segmart.duckdb"
    database.chmod(0o644)
    with duckdb.connect(str(database)) as connection:
        for mart in ("mart_customer_segments", "mart_credit_risk", "mart_compliance_risk"):
            connection.execute(f"delete from marts.{mart} where hash(customer_id) % 2 = 0")
    publication = Publication(folder)
    publication.show("whole")
    for name in ("segmart.duckdb", "manifest.json"):
        (folder / name).symlink_to(f"current/{name}")
    return publication


@dataclass
class Superset:
    """A server, where it keeps what it knows, and one who is logged in to it."""

    home: Path
    address: str
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.session = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())

    def ask(self, path: str, content: object = None) -> dict:
        request = urllib.request.Request(f"{self.address}/api/v1/{path}", headers=self.headers)
        data = None
        if content is not None:
            request.add_header("Content-Type", "application/json")
            data = json.dumps(content).encode()
        try:
            with self.session.open(request, data, timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            pytest.fail(f"{path}: {error.code} {error.read().decode()[:2000]}")

    def log_in(self) -> None:
        login = {"username": "admin", "password": PASSWORD, "provider": "db"}
        self.headers["Authorization"] = f"Bearer {self.ask('security/login', login)['access_token']}"
        self.headers["X-CSRFToken"] = self.ask("security/csrf_token/")["result"]
        self.headers["Referer"] = self.address

    def charts(self) -> dict[str, int]:
        """Return the number of each chart by its name."""
        found = self.ask("chart/?q=(page_size:100)")["result"]
        return {chart["slice_name"]: chart["id"] for chart in found}

    def rows(self, chart: int) -> list[dict]:
        """Return the answer to a chart's query."""
        (result,) = self.ask(f"chart/{chart}/data/")["result"]
        return result["data"]


def environment(home: Path) -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        "SUPERSET_CONFIG_PATH": str(FOLDER / "superset_config.py"),
        "SEGMART_BI_HOME": str(home),
        "SEGMART_BI_PASSWORD": PASSWORD,
    }


def import_dashboard(home: Path, publication: Publication) -> None:
    """Do what `make bi` does after installing."""
    archive = home / "dashboard.zip"
    segmart = [sys.executable, "-m", "segmart.cli", "dashboard", "--project-dir", PROJECT]
    run([*segmart, "--published", publication.folder, "--out", archive], os.environ)
    run([ENVIRONMENT / "bin" / "python", FOLDER / "import_dashboard.py", archive], environment(home))


def run(command: list, variables: Mapping[str, str]) -> None:
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]


@pytest.fixture(scope="module")
def superset(tmp_path_factory, publication) -> Superset:
    home = tmp_path_factory.mktemp("superset")
    import_dashboard(home, publication)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [ENVIRONMENT / "bin" / "gunicorn", "--bind", f"127.0.0.1:{port}", "--threads", "4"]
    with (home / "server.log").open("w") as log:
        server = subprocess.Popen(
            [*command, "superset.app:create_app()"],
            env=environment(home),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            superset = Superset(home, f"http://127.0.0.1:{port}")
            wait_for(f"{superset.address}/health", server)
            superset.log_in()
            yield superset
        finally:
            server.terminate()
            server.wait(timeout=30)


def wait_for(address: str, server: subprocess.Popen, patience_seconds: float = 120) -> None:
    until = time.monotonic() + patience_seconds
    while time.monotonic() < until and server.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=5):
            return
        time.sleep(0.5)
    pytest.fail(f"Superset did not answer at {address}")


def test_every_chart_answers_with_rows(superset):
    charts = superset.charts()
    assert charts.keys() == KEY_FIGURES | SIX_CHARTS
    for name, number in charts.items():
        assert superset.rows(number), name


def test_charts_show_what_the_marts_hold(superset, publication):
    charts = superset.charts()
    (total,) = superset.rows(charts["Customers"])
    assert total == {"customers": publication.customers("whole")}
    segments = superset.rows(charts["Customers by rule segment"])
    with duckdb.connect(str(publication.database), read_only=True) as connection:
        expected = connection.execute(
            "select rule_segment, activity_status, count(*) from marts.mart_customer_segments group by all"
        ).fetchall()
        ((loss,),) = connection.execute(
            "select sum(expected_loss_usd) from marts.mart_credit_risk where decision = 'approve'"
        ).fetchall()
    assert {tuple(row.values()) for row in segments} == set(expected)
    (shown,) = superset.rows(charts["Expected loss"])
    assert shown["expected_loss"] == pytest.approx(loss)


def test_every_metric_of_a_dataset_answers_as_the_publication_defines_it(superset, publication):
    manifest = json.loads((publication.folder / "manifest.json").read_text(encoding="utf-8"))
    numbers = {each["table_name"]: each["id"] for each in superset.ask("dataset/")["result"]}
    metrics = {name: said for name, said in manifest["metrics"].items() if said["mart"] in numbers}
    assert len(metrics) > 10
    for name, said in metrics.items():
        query = {"metrics": [name], "columns": [], "row_limit": 1}
        dataset = {"id": numbers[said["mart"]], "type": "table"}
        (answer,) = superset.ask("chart/data", {"datasource": dataset, "queries": [query]})["result"]
        with duckdb.connect(str(publication.database), read_only=True) as connection:
            ((expected,),) = connection.execute(
                f"select {said['expression']} from marts.{said['mart']} where {said['filter'] or 'true'}"
            ).fetchall()
        assert answer["data"] == [{name: pytest.approx(expected)}], name


def test_whoever_writes_sql_in_superset_reads_marts_and_no_other_file(superset):
    (database,) = superset.ask("database/")["result"]
    wanted = {"database_id": database["id"], "sql": "select count(*) as n from marts.dim_customers"}
    assert superset.ask("sqllab/execute/", wanted)["data"][0]["n"] > 0
    with pytest.raises(pytest.fail.Exception, match=r"disabled|Permission"):
        superset.ask("sqllab/execute/", wanted | {"sql": "select * from read_text('/etc/hostname')"})


def test_a_publication_blocks_no_reader_and_no_reader_sees_anything_but_a_version(superset, publication):
    number = superset.charts()["Customers"]
    allowed = {publication.customers(version) for version in ("whole", "half")}
    assert len(allowed) == 2
    seen, stop = set(), threading.Event()

    def read() -> None:
        while not stop.is_set():
            seen.add(superset.rows(number)[0]["customers"])

    with ThreadPoolExecutor() as pool:
        readers = [pool.submit(read) for _ in range(3)]
        turns = itertools.count()
        until = time.monotonic() + 60
        while (turn := next(turns)) < 20 or (seen != allowed and time.monotonic() < until):
            publication.show(("half", "whole")[turn % 2])
            time.sleep(0.2)
        stop.set()
    for reader in readers:
        reader.result()
    assert seen == allowed
    publication.show("half")
    assert superset.rows(number)[0]["customers"] == publication.customers("half")
    publication.show("whole")


def test_a_second_import_replaces_the_first(superset, publication):
    manifest = publication.folder / "versions" / "whole" / "manifest.json"
    before = manifest.read_text(encoding="utf-8")
    changed = json.loads(before)
    changed["metrics"]["customers"]["expression"] = "2 * count(customer_id)"
    manifest.chmod(0o644)
    try:
        manifest.write_text(json.dumps(changed), encoding="utf-8")
        import_dashboard(superset.home, publication)
        (doubled,) = superset.rows(superset.charts()["Customers"])
    finally:
        manifest.write_text(before, encoding="utf-8")
        import_dashboard(superset.home, publication)
    assert doubled == {"customers": 2 * publication.customers("whole")}
    (total,) = superset.rows(superset.charts()["Customers"])
    assert total == {"customers": publication.customers("whole")}


# ------------------------------------------------------------------------------ what docs/bi.md leaves to us


@pytest.fixture(scope="module")
def blocks() -> dict[str, str]:
    """The two blocks of the page that are run here, by language."""
    text = (PROJECT / "docs" / "bi.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^```(\w+)[^\n]*superset\.py runs this.*?\n(.*?)^```", text, re.M | re.S))


def test_the_piece_of_sqlalchemy_in_the_guide_works(blocks, publication, tmp_path):
    (tmp_path / "published").symlink_to(publication.folder)
    command = [ENVIRONMENT / "bin" / "python", "-c", blocks["python"]]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    assert "mart_customer_segments" in done.stdout
    assert "('Low', " in done.stdout


def test_a_server_takes_the_archive_as_the_guide_says(blocks, superset, tmp_path):
    shutil.copy(superset.home / "dashboard.zip", tmp_path)
    token = superset.headers["Authorization"].removeprefix("Bearer ")
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", blocks["console"]],
        cwd=tmp_path,
        env={**os.environ, "SUPERSET": superset.address, "TOKEN": token},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert done.stdout.strip() == '{"message":"OK"}'


# ---------------------------------------------------------------------------------------------- in a browser


@pytest.fixture(scope="module")
def page(superset):
    """A page of a browser, logged in; it remembers what was asked for and what came back."""
    playwright = pytest.importorskip("playwright.sync_api", reason="no Playwright; it is a development tool")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("no Chromium: Debian has it as `chromium`")
    with playwright.sync_playwright() as engine:
        # Without a sandbox, which containers often do not have; only our own server is visited.
        browser = engine.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 1620})
        page.asked, page.answers = [], []
        page.on("requestfinished", lambda request: page.asked.append(request.url))
        page.on(
            "response", lambda answer: page.answers.append(answer) if "chart/data" in answer.url else None
        )
        page.goto(f"{superset.address}/login/")
        page.fill("input[type=text], input#username", "admin")
        page.fill("input[type=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda address: "login" not in address)
        yield page
        browser.close()


def shown_in(page) -> dict[str, list[dict]]:
    """Wait until a page is still, and return the rows that each of its charts has got, by its name."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(3000)
    rows = {}
    for answer in page.answers:
        if "/api/v1/chart/data" not in answer.url:
            continue
        assert answer.status == 200, answer.text()
        name = answer.request.post_data_json["form_data"].get("slice_id")
        rows[name] = answer.json()["result"][0]["data"]
    page.answers.clear()
    return rows


def test_the_dashboard_is_drawn_and_its_filters_act(superset, publication, page):
    names = {number: name for name, number in superset.charts().items()}
    page.goto(f"{superset.address}/superset/dashboard/segmart/")
    page.get_by_text("Customers by learned compliance tier and tier of the rules").wait_for()
    rows = {names[number]: found for number, found in shown_in(page).items() if number in names}
    assert rows.keys() == KEY_FIGURES | SIX_CHARTS
    assert all(rows.values())
    assert page.locator("canvas").count() == len(SIX_CHARTS)
    assert page.get_by_text("Unexpected error").count() == 0
    PICTURE.parent.mkdir(exist_ok=True)
    page.screenshot(path=PICTURE)

    page.get_by_role("combobox", name="NATIVE_FILTER-activity_status").click()
    page.get_by_title("inactive", exact=True).click()
    page.get_by_role("button", name="Apply filters").click()
    rows = {names[number]: found for number, found in shown_in(page).items() if number in names}
    assert rows.keys() == (KEY_FIGURES | SIX_CHARTS) - {
        "Expected loss",
        "Expected loss of approved applications by credit band",
        "Customers by learned compliance tier and tier of the rules",
    }
    with duckdb.connect(str(publication.database), read_only=True) as connection:
        ((inactive,),) = connection.execute(
            "select count(*) from marts.mart_customer_segments where activity_status = 'inactive'"
        ).fetchall()
    assert rows["Customers"] == [{"customers": inactive}]


def test_nothing_was_fetched_from_another_server(superset, page):
    assert page.asked
    strangers = [url for url in page.asked if not url.startswith((superset.address, "data:", "blob:"))]
    assert strangers == []
