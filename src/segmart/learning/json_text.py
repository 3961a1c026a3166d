"""Deterministic JSON: equal content gives equal text."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np


def to_json(content: Any) -> str:
    """Return deterministic JSON: sorted keys, and null for what is not a finite number."""
    return json.dumps(_finite(content), sort_keys=True, ensure_ascii=False, allow_nan=False)


def _finite(content: Any) -> Any:
    if isinstance(content, Mapping):
        return {str(key): _finite(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_finite(value) for value in content]
    if isinstance(content, float | np.floating):
        return float(content) if np.isfinite(content) else None
    if isinstance(content, np.integer):
        return int(content)
    return content
