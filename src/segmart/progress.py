"""Progress of long work, one line at a time."""

import sys


def report(message: str) -> None:
    """Write one line to stderr at once, so that a long fit is seen to move inside a dbt log."""
    print(f"segmart | {message}", file=sys.stderr, flush=True)
