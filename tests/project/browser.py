"""The report as a person meets it: in a browser without network, tab by tab."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
# Root may not use the sandbox, and nothing of the browser itself is to look for a network.
OPTIONS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]


@dataclass
class Reader:
    """One person's page, with everything that it complained of or asked a network for."""

    page: Any
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def open(self, path: Path) -> None:
        self.page.on("console", lambda said: self._note(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self._note(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(path.as_uri())
        self.run("window.segmartReport.ready.then(() => true)")

    def run(self, script: str) -> Any:
        return self.page.evaluate(f"() => {script}")

    @property
    def tabs(self) -> list[str]:
        return self.run("[...document.querySelectorAll('[role=tabpanel]')].map(panel => panel.id)")

    def go_to(self, tab: str) -> None:
        """Choose a tab and wait for all its charts."""
        self.page.click(f"#tab-{tab}")
        self.run(
            "Promise.all(window.segmartReport.figures.filter(f => !f.element.closest('[hidden]'))"
            ".map(f => f.drawn)).then(() => true)"
        )

    def charts(self, tab: str) -> dict[str, int]:
        """Return how many marks each chart of a tab has."""
        return self.run(
            f"Object.fromEntries([...document.querySelectorAll('#{tab} .chart')].map(chart => ["
            "chart.closest('article').id,"
            "chart.querySelectorAll('canvas, [aria-roledescription], .mark-symbol path, .mark-rect path,"
            " .mark-line path, .mark-area path').length]))"
        )

    def _note(self, text: str) -> None:
        self.complaints.append(text)


@contextmanager
def reader(width: int = 1440, colours: str = "light", **settings: Any) -> Iterator[Reader]:
    """Open a browser without network, of a width in pixels, on a machine set to light or dark colours."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=colours, offline=True, **settings
        )
        try:
            yield Reader(context.new_page())
        finally:
            browser.close()
