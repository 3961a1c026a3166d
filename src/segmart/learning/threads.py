"""One thread for libraries that would take several: equal rows then give equal sums, to the last digit."""

import sys
from contextlib import AbstractContextManager
from functools import cache


def one_thread() -> AbstractContextManager:
    """Hold the numerical libraries of this process to one thread while a block runs."""
    # Imported first, so that their libraries are among those that are found.
    import sklearn.cluster  # noqa: F401

    return _controller("xgboost" in sys.modules).limit(limits=1)


@cache
def _controller(with_xgboost: bool):
    """Return what knows the libraries that are loaded; to look for them takes longer than many a small fit.

    XGBoost may be loaded later and brings a library of its own.
    """
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
