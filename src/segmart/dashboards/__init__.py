"""The Superset dashboard: it lies in YAML, a publication completes it, and Superset imports the archive.

The layout is Superset's own export, one file for each database, dataset, chart and dashboard. Of a dataset it
names only the mart: columns and metrics are the publication's. So what a metric means is said in one place,
and a chart can use nothing that is not published.
"""

from segmart.dashboards.checking import strangers
from segmart.dashboards.completing import complete, filtered
from segmart.dashboards.layout import Layout, read_layout, write_archive

__all__ = ["Layout", "complete", "filtered", "read_layout", "strangers", "write_archive"]
