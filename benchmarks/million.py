"""A build on 1,000,000 customers and about 20 million trades with DuckDB held to 2 GB: time and peak memory.

Three processes one after another: the demo ledger, a build from nothing (fit included), and a routine build.
Each figure is of a whole process with its children, as the operating system counts it.
"""

import argparse
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

PROJECT = Path(__file__).parents[1]
SEGMART = [sys.executable, "-m", "segmart.cli"]


def measure(label: str, command: list[str], environment: dict[str, str], log: Path) -> None:
    """Run a command in a process of its own, its output in a log, and print time and peak memory."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    with log.open("w") as output:
        done = subprocess.run(command, env=environment, stdout=output, stderr=subprocess.STDOUT, check=False)
    wall = time.monotonic() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    # The largest single process so far: figures are told in rising order of what is expected.
    peak = after.ru_maxrss / 1024**2
    outcome = "ok" if done.returncode == 0 else f"failed with exit code {done.returncode}, see {log}"
    figures = f"wall {wall:7.1f} s   cpu {cpu:7.1f} s   peak so far {peak:5.2f} GiB"
    print(f"{label:22} {figures}   {outcome}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="where ledger, warehouse and logs go")
    parser.add_argument("--customers", type=int, default=1_000_000)
    options = parser.parse_args()
    folder = options.folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "SEGMART_MEMORY_LIMIT": "2GB"}
    places = ["--warehouse", str(folder / "segmart.duckdb"), "--publish-to", str(folder / "published")]
    build = [*SEGMART, "build", "--project-dir", str(PROJECT), "--input", str(folder / "ledger"), *places]
    demo = [*SEGMART, "demo", "--customers", str(options.customers), "--out", str(folder / "ledger")]

    measure("demo ledger", demo, environment, folder / "demo.log")
    measure("build from nothing", build, environment, folder / "build.log")
    report = [*SEGMART, "report", "--project-dir", str(PROJECT), "--published", str(folder / "published")]
    measure("report", report, environment, folder / "report.log")
    measure("routine build", build, environment, folder / "routine.log")


if __name__ == "__main__":
    main()
