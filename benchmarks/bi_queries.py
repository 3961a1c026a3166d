"""Twenty queries of a dashboard against what is published, in three ways of reading: latency of each query.

    new connection   segmart.duckdb, opened for each query, as a BI tool without a pool does
    kept connection  segmart.duckdb, opened once
    parquet          <mart>.parquet, read by a DuckDB in memory that is new for each query

Each round runs each way in a process of its own, because within a process DuckDB opens a file only once. The
ways take turns in going first, ratios are of the same round. The time of a query is from opening, where it
opens, to the last row in Python. The first query of a process also loads code: it is asked twice and counted
the second time.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb

# What people look at: key figures, one chart each, charts under a filter, a page of a list, one customer.
QUERIES = {
    "customers": "select count(customer_id) from mart_customer_segments",
    "net asset value": "select sum(net_asset_value_usd) from mart_customer_segments",
    "agreement rate": """
        select count(customer_id) filter (where agreement = 'agrees')
            / nullif(count(customer_id) filter (where agreement <> 'not compared'), 0)
        from mart_customer_segments""",
    "expected loss": "select sum(expected_loss_usd) from mart_credit_risk where decision = 'approve'",
    "activity": "select activity_status, count(customer_id) from mart_customer_segments group by all",
    "rule segments": """
        select rule_segment, activity_status, count(customer_id) as customers
        from mart_customer_segments group by all order by customers desc""",
    "assets by learned segment": """
        select activity_status, rfmn_segment, sum(net_asset_value_usd) as assets
        from mart_customer_segments group by all order by assets desc""",
    "rules x learned": """
        select rule_segment, rfmn_segment, count(customer_id)
        from mart_customer_segments group by all""",
    "loss by band": """
        select band, decision, sum(expected_loss_usd), avg(probability_of_default)
        from mart_credit_risk group by all order by band""",
    "applications by month": """
        select date_trunc('month', application_date) as month, count(*),
            count(*) filter (where decision = 'approve') / count(*)
        from mart_credit_risk group by month order by month""",
    "values of a filter": "select distinct rule_segment from mart_customer_segments order by rule_segment",
    "rule segments, active only": """
        select rule_segment, count(customer_id) as customers
        from mart_customer_segments where activity_status = 'active' group by all order by customers desc""",
    "one segment, by tier": """
        select nav_tier, count(customer_id), median(net_asset_value_usd)
        from mart_customer_segments where rule_segment = 'Champions' group by all""",
    "segments by country": """
        select country, rfmn_segment, count(*) as customers
        from mart_customer_segments join dim_customers using (customer_id)
        group by all order by customers desc limit 50""",
    "anomalies by segment": """
        select trading_segment, count(*) filter (where is_anomaly), count(anomaly_score)
        from mart_anomalies join mart_customer_segments using (customer_id) group by all""",
    "most unusual customers": """
        select customer_id, anomaly_score, anomaly_reason
        from mart_anomalies where is_anomaly order by anomaly_score desc limit 100""",
    "appetite by contradiction": """
        select contradiction, count(*), avg(appetite_gap) from mart_risk_appetite group by all""",
    "largest mismatches": """
        select customer_id, rule_segment, learned_segment, smallest_change
        from mart_segment_mismatches order by net_asset_value_usd desc limit 100""",
    "a curve": """
        select series, x, y from mart_model_curves
        where model_name = 'credit_default' and curve = 'roc' order by series, position""",
    "one customer": """
        select * from mart_customer_segments
        where customer_id = (select max(customer_id) from mart_customer_segments)""",
}

Ask = Callable[[str], list]


def new_connection(version: Path) -> Ask:
    """Return how to ask the published database with a connection for each query."""

    def ask(sql: str) -> list:
        with closing(duckdb.connect(str(version / "segmart.duckdb"), read_only=True)) as connection:
            connection.execute("use marts")
            return connection.execute(sql).fetchall()

    return ask


def kept_connection(version: Path) -> Ask:
    """Return how to ask the published database with one connection."""
    connection = duckdb.connect(str(version / "segmart.duckdb"), read_only=True)
    connection.execute("use marts")
    return lambda sql: connection.execute(sql).fetchall()


def parquet(version: Path) -> Ask:
    """Return how to ask the Parquet files, of which each query opens those that it names."""
    marts = {path.stem: path for path in version.glob("*.parquet")}

    def ask(sql: str) -> list:
        with closing(duckdb.connect()) as connection:
            for name, path in marts.items():
                if name in sql:
                    connection.read_parquet(str(path)).create_view(name)
            return connection.execute(sql).fetchall()

    return ask


WAYS = {"new connection": new_connection, "kept connection": kept_connection, "parquet": parquet}


def latencies(version: Path, way: str) -> dict[str, float]:
    """Return the milliseconds that each query takes in one way of reading."""
    ask = WAYS[way](version)
    ask(next(iter(QUERIES.values())))
    taken = {}
    for name, sql in QUERIES.items():
        started = time.perf_counter()
        rows = ask(sql)
        taken[name] = 1000 * (time.perf_counter() - started)
        if not rows:
            raise SystemExit(f"the query {name!r} found nothing: its figure would mean nothing")
    return taken


def in_a_process(version: Path, way: str) -> dict[str, float]:
    """Measure one way in a process of its own."""
    command = [sys.executable, __file__, "--published", str(version), "--way", way]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def quantile(values: list[float], share: float) -> float:
    """Return a quantile, interpolated between the values beside it."""
    return statistics.quantiles(values, n=100, method="inclusive")[round(100 * share) - 1]


def spread(values: list[float]) -> str:
    """Return the median and the range of ratios."""
    return f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--published", type=Path, required=True, help="a folder that `segmart build` published to"
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.way:
        print(json.dumps(latencies(options.published, options.way)))
        return

    version = Path(os.path.realpath(options.published / "current"))
    customers = duckdb.read_parquet(str(version / "dim_customers.parquet")).shape[0]
    print(f"{customers:,} customers, {len(QUERIES)} queries, {options.rounds} rounds")
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"DuckDB {duckdb.__version__}, {os.cpu_count()} cores, {platform.machine()}, load before {load}")

    ways = list(WAYS)
    rounds = []
    for number in range(options.rounds):
        turn = number % len(ways)
        rounds.append({way: in_a_process(version, way) for way in ways[turn:] + ways[:turn]})

    print(
        f"\n{'way':18}{'p50':>9}{'p95':>9}{'slowest':>10}   p95 against a new connection, of the same round"
    )
    for way in ways:
        taken = [value for each in rounds for value in each[way].values()]
        against = [
            quantile(list(each[way].values()), 0.95) / quantile(list(each[ways[0]].values()), 0.95)
            for each in rounds
        ]
        figures = f"{quantile(taken, 0.5):6.1f} ms{quantile(taken, 0.95):6.1f} ms{max(taken):7.1f} ms"
        print(f"{way:18}{figures}   {spread(against)}")

    print(f"\n{'median of a query, ms':30}" + "".join(f"{way:>18}" for way in ways))
    for name in QUERIES:
        medians = [statistics.median(each[way][name] for each in rounds) for way in ways]
        print(f"{name:30}" + "".join(f"{value:18.1f}" for value in medians))


if __name__ == "__main__":
    main()
