"""What a fit rested on: the columns it was promised and the rows it saw, as hashes, and its libraries."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

LIBRARIES = ("numpy", "scikit-learn", "scipy", "segmart")


def feature_contract_hash(features: Iterable[str], column_types: Mapping[str, str]) -> str:
    """Return the hash of the names and types of the declared features; an absent one counts as such."""
    contract = [[name, column_types.get(name, "absent")] for name in sorted(features)]
    return hashlib.sha256(json.dumps(contract).encode()).hexdigest()


def data_fingerprint(frame: pd.DataFrame, key: str) -> str:
    """Return the hash of all keys and values of a frame, whatever the order of its rows."""
    ordered = frame.sort_values(key, kind="stable")
    columns = sorted(name for name in frame.columns if name != key)
    digest = hashlib.sha256(json.dumps([key, *columns]).encode())
    digest.update(json.dumps([str(value) for value in ordered[key]]).encode())
    for name in columns:
        if not is_numeric_dtype(ordered[name]):
            texts = [None if pd.isna(value) else str(value) for value in ordered[name]]
            digest.update(json.dumps(texts).encode())
            continue
        values = ordered[name].to_numpy(dtype=float, na_value=np.nan)
        # One bit pattern for every missing value and for both zeros.
        digest.update(np.where(np.isnan(values), np.nan, values + 0.0).astype("<f8").tobytes())
    return digest.hexdigest()


def library_versions(also: Iterable[str] = ()) -> dict[str, str]:
    """Return the versions of the libraries every fit depends on, and of others."""
    return {name: _version(name) for name in (*LIBRARIES, *also)}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed as a package"
