"""The crypto-trader case the notebook's way with scikit-learn and segmart's way, on the same 50,000 users.

Each side runs in a process of its own, one after another, the sides taking turns; CPU time (all threads) and
peak memory are those of the whole process, imports and reading the file included. Compared is equal work:

    search      k-means with ten starts for k = 2..7, the silhouette of each, DBSCAN (eps 0.7, 15 neighbours)
    everything  the same, two principal components, and the case's random forest of 500 trees with its R²

Left out on our side is what the notebook does not do (gap statistic, bootstrap stability, the verdict,
intervals of the risk model), and on both sides plots and permutation importance. What a whole declared fit
costs, all of that included but for the forest, is shown below the comparison.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

FILE = "crypto_users/crypto_users_50000.csv"
BEHAVIOUR = ["trade_frequency_per_week", "portfolio_value_usd", "avg_holding_days", "volatility_exposure"]
FEATURES = [*BEHAVIOUR[:2], "risk_score", *BEHAVIOUR[2:]]
SEGMENT_COUNTS = range(2, 8)
EPS, MINIMUM_NEIGHBOURS = 0.7, 15
SEED = 42


class Measured(NamedTuple):
    """What one process took, and what it found."""

    cpu_seconds: float
    peak_mebibytes: float
    found: dict[str, Any]


class Target(NamedTuple):
    """What one side promises against another: this many times less CPU time, and memory where it does."""

    ours: str
    theirs: str
    cpu: float
    memory: float | None


TARGETS = [
    Target("exact", "notebook", cpu=12, memory=10),
    Target("estimated", "notebook", cpu=40, memory=None),
    Target("exact_with_forest", "notebook_with_forest", cpu=4, memory=None),
]


def users(data: Path) -> Any:
    """Return the case's table with its three interactions."""
    import pandas as pd

    table = pd.read_csv(data / FILE)
    table["frequency_x_volatility"] = table["trade_frequency_per_week"] * table["volatility_exposure"]
    table["portfolio_x_volatility"] = table["portfolio_value_usd"] * table["volatility_exposure"]
    patience = table["avg_holding_days"] + 1
    table["frequency_per_holding_day"] = table["trade_frequency_per_week"] / patience
    return table


def notebook(data: Path) -> dict[str, Any]:
    """Search and DBSCAN as the notebook does them."""
    from sklearn.cluster import DBSCAN, KMeans
    from sklearn.metrics import silhouette_score
    from sklearn.preprocessing import StandardScaler

    points = StandardScaler().fit_transform(users(data)[FEATURES])
    silhouettes = []
    for segment_count in SEGMENT_COUNTS:
        labels = KMeans(segment_count, n_init=10, random_state=SEED).fit_predict(points)
        silhouettes.append(silhouette_score(points, labels))
    clusters = DBSCAN(eps=EPS, min_samples=MINIMUM_NEIGHBOURS).fit_predict(points)
    return found_in(silhouettes, clusters)


def notebook_with_forest(data: Path) -> dict[str, Any]:
    """Everything the notebook does but for plots."""
    from sklearn.decomposition import PCA
    from sklearn.ensemble import RandomForestRegressor
    from sklearn.metrics import r2_score
    from sklearn.model_selection import train_test_split
    from sklearn.preprocessing import StandardScaler

    found = notebook(data)
    table = users(data)
    plane = PCA(2).fit(StandardScaler().fit_transform(table[FEATURES]))
    inputs, scores = table[risk_features(table)], table["risk_score"]
    train_x, test_x, train_y, test_y = train_test_split(inputs, scores, test_size=0.2, random_state=SEED)
    forest = RandomForestRegressor(
        500,
        max_depth=15,
        min_samples_split=10,
        min_samples_leaf=4,
        max_features="sqrt",
        random_state=SEED,
        n_jobs=-1,
    )
    predicted = forest.fit(train_x, train_y).predict(test_x)
    return found | {"plane": sum(plane.explained_variance_ratio_), "r_squared": r2_score(test_y, predicted)}


def ours(data: Path, is_exact: bool) -> dict[str, Any]:
    """Search and DBSCAN by segmart."""
    import numpy as np

    from segmart.anomaly.dbscan import dbscan
    from segmart.segmentation.clustering import k_means
    from segmart.segmentation.search import Effort
    from segmart.segmentation.silhouettes import mean_silhouettes

    points, effort = coordinates(data), Effort()
    priority = list(range(len(FEATURES)))
    labelings = [
        k_means(points, segment_count, SEED, effort.starts, priority).labels
        for segment_count in SEGMENT_COUNTS
    ]
    rows = np.arange(len(points))
    if not is_exact:
        rows = np.sort(np.random.default_rng(SEED).choice(len(points), effort.silhouette_rows, replace=False))
    measured = mean_silhouettes(points, labelings, rows)
    clusters = dbscan(points, EPS, MINIMUM_NEIGHBOURS).labels
    bounds = [(silhouette.interval.low, silhouette.interval.high) for silhouette in measured]
    return found_in([silhouette.value for silhouette in measured], clusters) | {"bounds": bounds}


def ours_with_forest(data: Path) -> dict[str, Any]:
    """Everything by segmart, the case's own forest grown by the risk engine."""
    import numpy as np
    from sklearn.model_selection import train_test_split

    from segmart.learning.declaration import Feature
    from segmart.learning.preparation import fit_recipe
    from segmart.risk.regression.candidates import train
    from segmart.risk.regression.customers import customers_of
    from segmart.risk.regression.declaration import ForestOptions
    from segmart.segmentation.components import principal_components

    found = ours(data, is_exact=True)
    plane = principal_components(coordinates(data))
    table = users(data)
    recipes = [
        fit_recipe(Feature(name=name), table[name].to_numpy(dtype=float), step=1e-4)
        for name in risk_features(table)
    ]
    customers, scores = customers_of(table, "user_id", recipes, None), table["risk_score"].to_numpy()
    learned_from, judged = train_test_split(np.arange(len(table)), test_size=0.2, random_state=SEED)
    forest = train("random_forest", ForestOptions(), customers.take(learned_from), scores[learned_from], SEED)
    errors = scores[judged] - forest.predict(customers.take(judged))
    r_squared = 1 - (errors**2).sum() / ((scores[judged] - scores[judged].mean()) ** 2).sum()
    return found | {"plane": sum(plane.explained_shares), "r_squared": r_squared}


def whole_fit(data: Path) -> dict[str, Any]:
    """A whole declared segmentation: also gap statistic, stability, verdict, figures and curves."""
    from segmart.segmentation import fit_segmentation

    features = [{"name": name} for name in FEATURES]
    segments = {"search": [SEGMENT_COUNTS.start, SEGMENT_COUNTS.stop - 1]}
    population = {"rank_by": "volatility_exposure", "segments": segments, "features": features}
    declared = {"entity": "user_id", "as_of": "as_of_date", "populations": {"all": population}}
    row = fit_segmentation("crypto_profiles", declared, users(data).assign(as_of_date="2025-12-31")).iloc[0]
    measured = [result["silhouette"] for result in json.loads(row["search_results"])]
    return {"silhouettes": [round(value, 4) for value in measured if value is not None]}


SIDES: dict[str, Callable[[Path], dict[str, Any]]] = {
    "notebook": notebook,
    "exact": lambda data: ours(data, is_exact=True),
    "estimated": lambda data: ours(data, is_exact=False),
    "notebook_with_forest": notebook_with_forest,
    "exact_with_forest": ours_with_forest,
    "whole_fit": whole_fit,
}


def coordinates(data: Path) -> Any:
    """Return the scaled coordinates (users, features), prepared as a declared fit prepares them."""
    import numpy as np

    from segmart.learning.declaration import Feature
    from segmart.learning.preparation import fit_recipe

    values = users(data)[FEATURES].to_numpy(dtype=float)
    columns = [
        fit_recipe(Feature(name=name), column, step=1e-4).coordinates(column)
        for name, column in zip(FEATURES, values.T, strict=True)
    ]
    return np.stack(columns, axis=1)


def risk_features(table: Any) -> list[str]:
    """Return the seven features of the case's forest: behaviour and interactions."""
    return [*BEHAVIOUR, *(name for name in table.columns if "_x_" in name or name.endswith("_holding_day"))]


def found_in(silhouettes: Any, clusters: Any) -> dict[str, Any]:
    """Return what a side found, so that both can be seen to have done the same."""
    return {
        "silhouettes": [round(float(value), 4) for value in silhouettes],
        "dbscan_clusters": int(clusters.max()) + 1,
        "dbscan_noise": int((clusters < 0).sum()),
    }


def measure(side: str, data: Path) -> Measured:
    """Run one side in a process of its own."""
    command = [sys.executable, __file__, "--data", str(data), "--side", side]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{side} failed with exit code {process.returncode}; run: {' '.join(command)}")
    return Measured(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, json.loads(output))


def report(runs: dict[str, list[Measured]]) -> dict[str, Any]:
    """Print the medians and the ratios beside their targets; return them."""
    medians = {
        side: {
            "cpu_seconds": statistics.median(run.cpu_seconds for run in measured),
            "peak_mebibytes": statistics.median(run.peak_mebibytes for run in measured),
            "found": measured[0].found,
        }
        for side, measured in runs.items()
    }
    for side, figures in medians.items():
        print(f"{side:22} cpu {figures['cpu_seconds']:7.1f} s   peak {figures['peak_mebibytes']:6.0f} MiB")
        print(f"{'':22} {figures['found']}")
    ratios = []
    for ours_, theirs, cpu, memory in TARGETS:
        if ours_ not in medians or theirs not in medians:
            continue
        less_cpu = medians[theirs]["cpu_seconds"] / medians[ours_]["cpu_seconds"]
        less_memory = medians[theirs]["peak_mebibytes"] / medians[ours_]["peak_mebibytes"]
        wanted = f"target {cpu} x" + (f", memory {memory} x" if memory else "")
        print(f"{ours_} against {theirs}: cpu {less_cpu:.1f} x, memory {less_memory:.1f} x less ({wanted})")
        ratios.append({"ours": ours_, "theirs": theirs, "cpu": less_cpu, "memory": less_memory})
    return {"medians": medians, "ratios": ratios}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help=f"the folder that holds {FILE}")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each side; medians are shown")
    parser.add_argument("--json", type=Path, help="write medians and ratios there")
    parser.add_argument("--only", nargs="+", choices=SIDES, default=list(SIDES), help="sides to run")
    parser.add_argument("--side", choices=SIDES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        print(json.dumps(SIDES[options.side](options.data)))
        return
    runs: dict[str, list[Measured]] = {side: [] for side in options.only}
    for _ in range(options.repeats):
        for side, measured in runs.items():
            measured.append(measure(side, options.data))
            print(f"{side}: {measured[-1].cpu_seconds:.1f} s", file=sys.stderr, flush=True)
    results = report(runs)
    if options.json:
        options.json.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
