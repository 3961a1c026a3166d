"""Writes `report.html` beside the published marts, in one step, from one version of them."""

import os
from dataclasses import dataclass
from pathlib import Path

from segmart.metrics import Metric
from segmart.publishing import REPORT, only_one, read_manifest, resolve
from segmart.reporting.answers import answers, opened
from segmart.reporting.bundle import bundle
from segmart.reporting.declaration import read_report
from segmart.reporting.page import Edition, render


@dataclass(frozen=True)
class Written:
    """The report as written: where, how large, how many sections have something to show, and how many not."""

    path: Path
    byte_count: int
    shown_count: int
    empty_count: int


def write_report(
    folder: Path,
    published: Path,
    out: Path | None = None,
    cache: Path | None = None,
    memory_limit: str = "1GB",
) -> Written:
    """Make the report declared in `folder` from what is published, and put it in the place of the last one.

    It reads the version that is current now and the one that was current before it, and never the warehouse.
    `cache` is a folder where the drawing libraries are kept between reports. Raises DeclarationError where
    the declaration does not fit the marts, BuildError where nothing is published.
    """
    path = out or published / REPORT
    version = resolve(published)
    manifest = read_manifest(version)
    previous = version_before(version)
    metrics = {name: Metric(name, **entry) for name, entry in manifest.get("metrics", {}).items()}
    report = read_report(folder).named_after(metrics)
    with opened(version, previous, report.joined, memory_limit) as marts:
        found = list(answers(report, marts, metrics, model_cards(version)))
    edition = Edition(
        version=manifest["version"],
        as_of_date=manifest["as_of_date"],
        previous=read_manifest(previous)["version"] if previous else None,
        schema=_most_frequent([entry["schema"] for entry in manifest["marts"].values()]),
    )
    text = render(report, found, edition, bundle(cache)).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    with only_one(path.parent / f".{path.name}.lock", f"report to {path}"):
        beside = path.with_name(f".{path.name}.partial")
        beside.write_bytes(text)
        os.replace(beside, path)
    with_rows = sum(bool(answer.rows) for answer in found)
    return Written(path, len(text), with_rows, len(found) - with_rows)


def version_before(version: Path) -> Path | None:
    """Return the publication that was made before a version and is still kept, None if there is none.

    By the time in their manifests: names do not tell which of two publications of one date came first.
    """
    made = {
        read_manifest(folder)["published_at"]: folder
        for folder in version.parent.iterdir()
        if not folder.name.startswith(".")
    }
    own = read_manifest(version)["published_at"]
    return made[max(earlier)] if (earlier := [moment for moment in made if moment < own]) else None


def model_cards(version: Path) -> list[tuple[str, str]]:
    """Return title and text of the model cards of a version, by name."""
    cards = []
    for path in sorted(version.glob("model_card_*.md")):
        title, _, text = path.read_text(encoding="utf-8").partition("\n")
        cards.append((title.removeprefix("# Model card: "), text.strip()))
    return cards


def _most_frequent(names: list[str]) -> str:
    """Return the name that occurs most often, of several the first by name."""
    return max(sorted(set(names)), key=names.count)
