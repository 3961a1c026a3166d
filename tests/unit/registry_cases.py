"""Rows of a registry, for tests that ask nothing of what was learned."""

import json
from datetime import date

from segmart.learning.registry import REGISTRY_TYPES


def registry_row(model_version: int, population: str = "all", status: str = "champion") -> dict:
    """Return the row of a version whose artefact says which one it is."""
    return dict.fromkeys(REGISTRY_TYPES) | {
        "model_name": "savers",
        "model_version": model_version,
        "population": population,
        "status": status,
        "as_of_date": date(2025, 1, model_version),
        "declaration_hash": "d1",
        "lineage": "[1]",
        "artefact": json.dumps({"model_version": model_version, "centres": [0.1 * model_version]}),
    }
