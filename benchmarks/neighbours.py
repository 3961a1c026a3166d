"""Missing values of 200,000 customers filled from neighbours: time and peak memory, ours and scikit-learn's.

Twelve correlated features, each missing for a tenth of the customers. Each side runs in a process of its own;
time and peak memory are those of the whole process, imports and making the customers included:

    nothing       the customers are made and read, nothing is filled
    ours          donors are chosen among all, and everybody is filled from them
    scikit-learn  KNNImputer fitted on the same donors; with everybody a donor there would be 29 billion pairs
    assigned      a segmentation with imputation from neighbours is learned and assigns everybody, in batches

How well values are filled is told beside it: the part of the variance of the hidden values that the filled
ones explain, where the median of the feature explains nothing.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from typing import Any

FEATURES = [f"feature_{number:02d}" for number in range(12)]
MISSING, DONORS, NEIGHBOURS, SEED = 0.1, 1_000, 5, 42


def customers(rows: int) -> tuple[Any, Any]:
    """Return values (rows, 12) that three causes move together, complete and with gaps."""
    import numpy as np

    generator = np.random.default_rng(SEED)
    causes = generator.normal(size=(rows, 3)) @ generator.normal(size=(3, len(FEATURES)))
    complete = causes + 0.5 * generator.normal(size=causes.shape)
    complete = (complete - complete.mean(axis=0)) / complete.std(axis=0)
    return complete, np.where(generator.random(complete.shape) < MISSING, np.nan, complete)


def nothing(rows: int) -> dict[str, Any]:
    """Make the customers only."""
    customers(rows)
    return {}


def ours(rows: int) -> dict[str, Any]:
    """Choose donors and fill everybody."""
    from segmart.learning.neighbours import fit_neighbours

    complete, values = customers(rows)
    neighbours = fit_neighbours(values, values, FEATURES, NEIGHBOURS, DONORS)
    return explained(complete, values, neighbours.filled(values))


def scikit_learn(rows: int) -> dict[str, Any]:
    """Fill everybody by KNNImputer from the same donors."""
    import numpy as np
    from sklearn.impute import KNNImputer

    from segmart.learning.neighbours import fit_neighbours

    complete, values = customers(rows)
    donors = fit_neighbours(values, values, FEATURES, NEIGHBOURS, DONORS).donors
    imputer = KNNImputer(n_neighbors=NEIGHBOURS).fit(np.array(donors, dtype=float))
    return explained(complete, values, imputer.transform(values))


def assigned(rows: int) -> dict[str, Any]:
    """Learn a segmentation and assign everybody."""
    import duckdb
    import pandas as pd

    from segmart.segmentation import assign_segments, fit_segmentation

    _, values = customers(rows)
    table = pd.DataFrame(values, columns=FEATURES).assign(
        customer_id=[f"C{number:07d}" for number in range(rows)], as_of_date=pd.Timestamp("2025-12-31").date()
    )
    population = {
        "rank_by": FEATURES[0],
        "segments": {"fixed": 3, "because": "a benchmark", "search": [3, 3]},
        "features": [{"name": name, "impute": "knn"} for name in FEATURES],
    }
    declared = {"entity": "customer_id", "as_of": "as_of_date", "populations": {"all": population}}
    session = duckdb.connect()
    features = session.from_df(table)
    registry = fit_segmentation("benchmark", declared, features)
    batches = assign_segments(session, "benchmark", declared, features, registry)
    return {"customers_assigned": sum(batch.num_rows - batch["segment_id"].null_count for batch in batches)}


SIDES = {"nothing": nothing, "ours": ours, "scikit-learn": scikit_learn, "assigned": assigned}


def explained(complete: Any, values: Any, filled: Any) -> dict[str, Any]:
    """Return what part of the variance of the hidden values the filled ones explain."""
    import numpy as np

    hidden = np.isnan(values)
    return {
        "explained": round(float(1 - ((filled - complete)[hidden] ** 2).mean() / complete[hidden].var()), 3)
    }


def measure(side: str, rows: int) -> None:
    """Run one side in a process of its own and print what it took and what it found."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    command = [sys.executable, __file__, "--rows", str(rows), "--side", side]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    wall = time.monotonic() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    found = json.loads(done.stdout.splitlines()[-1])
    peak = found.pop("peak_kibibytes") / 1024**2
    print(
        f"{side:14} wall {wall:6.1f} s   cpu {cpu:6.1f} s   peak {peak:5.2f} GiB   {found or ''}", flush=True
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--side", choices=SIDES, help="run one side in this process")
    options = parser.parse_args()
    if options.side:
        found = SIDES[options.side](options.rows)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(json.dumps(found | {"peak_kibibytes": peak}))
        return
    for side in SIDES:
        measure(side, options.rows)


if __name__ == "__main__":
    main()
