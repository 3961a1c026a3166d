"""The files of a dashboard: read from a folder, looked at by their kind, written as an archive."""

import zipfile
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from segmart.errors import InputError

# A file's path inside the export, and what is written in it.
Layout = dict[str, dict[str, Any]]

# The folder that Superset expects all files of an archive to lie in; its name does not matter.
ROOT = "segmart_dashboard"


def read_layout(folder: Path) -> Layout:
    """Return the YAML files below a folder by their path in it; raise InputError when there is none."""
    paths = sorted(folder.rglob("*.yaml"))
    if not paths:
        raise InputError(f"{folder} holds no dashboard; it is in bi/superset/dashboard of the project")
    return {
        path.relative_to(folder).as_posix(): yaml.safe_load(path.read_text(encoding="utf-8"))
        for path in paths
    }


def write_archive(layout: Layout, path: Path) -> None:
    """Write the files of a layout as the archive that Superset imports; equal layouts give equal bytes.

    Raises InputError when it cannot be written there.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in sorted(layout):
                text = yaml.safe_dump(layout[name], sort_keys=False, allow_unicode=True)
                # With a date that does not change: that of the writing would make equal archives different.
                archive.writestr(zipfile.ZipInfo(f"{ROOT}/{name}"), text, zipfile.ZIP_DEFLATED)
    except OSError as error:
        raise InputError(f"the archive {path} cannot be written ({error}); name another file") from error


def files(layout: Layout, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the files of one kind: databases, datasets, charts or dashboards."""
    return ((path, content) for path, content in layout.items() if path.startswith(f"{kind}/"))


def filters(dashboard: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the filters that a dashboard offers."""
    return dashboard["metadata"]["native_filter_configuration"]


def without_missing_marts(layout: Layout, published: Collection[str]) -> Layout:
    """Return the layout without unpublished marts, their charts and filters, and rows that held nothing else.

    Raises InputError when no chart is left.
    """
    missing = {
        dataset["uuid"] for _, dataset in files(layout, "datasets") if dataset["table_name"] not in published
    }
    gone = {chart["uuid"] for _, chart in files(layout, "charts") if chart["dataset_uuid"] in missing}
    if len(gone) == len(list(files(layout, "charts"))):
        raise InputError("none of the marts that the dashboard shows is published; run `segmart build`")
    return {
        path: _reduced(content, gone, missing) if path.startswith("dashboards/") else content
        for path, content in layout.items()
        if content.get("uuid") not in missing | gone
    }


def _reduced(dashboard: dict[str, Any], gone: set[str], missing: set[str]) -> dict[str, Any]:
    """Return a dashboard without some charts and without filters on missing datasets."""
    kept = [
        each
        for each in filters(dashboard)
        if not any(target["datasetUuid"] in missing for target in each["targets"])
    ]
    return dashboard | {
        "position": _without_charts(dashboard["position"], gone),
        "metadata": dashboard["metadata"] | {"native_filter_configuration": kept},
    }


def _without_charts(position: dict[str, Any], gone: set[str]) -> dict[str, Any]:
    """Return the places of a dashboard without those of some charts, and without rows that are then empty."""
    empty = {
        key
        for key, part in position.items()
        if isinstance(part, dict)
        and (part.get("meta", {}).get("uuid") in gone or (part["type"] == "ROW" and not part["children"]))
    }
    if not empty:
        return position
    kept = {key: part for key, part in position.items() if key not in empty}
    for key, part in kept.items():
        if isinstance(part, dict) and "children" in part:
            kept[key] = part | {"children": [child for child in part["children"] if child not in empty]}
    return _without_charts(kept, gone)
