"""Prints as JSON what MetricFlow finds wrong with the metrics, and its answers to the questions on stdin.

    python metricflow_answers.py <project> <profiles>

The project need be no more than dbt_project.yml and dbt's records in `target`. stdin holds a JSON list of
[metric, group by or null]. A process of its own, because dbt keeps a database open after it has returned; and
not the command `mf`, which asks the network for its newest version first and starts anew for every question.
"""

import json
import sys
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from dbt_metricflow.cli.cli_configuration import CLIConfiguration
from metricflow.engine.metricflow_engine import MetricFlowEngine, MetricFlowQueryRequest
from metricflow.validation.data_warehouse_model_validator import DataWarehouseModelValidator
from metricflow_semantic_interfaces.validations.semantic_manifest_validator import SemanticManifestValidator


def main() -> None:
    project, profiles = (Path(argument) for argument in sys.argv[1:])
    configuration = CLIConfiguration()
    configuration.setup(profiles, project, configure_file_logging=False)
    answers = [ask(configuration.mf, metric, group_by) for metric, group_by in json.load(sys.stdin)]
    print(json.dumps({"faults": faults(configuration), "answers": answers}, default=plain))


def ask(engine: MetricFlowEngine, metric: str, group_by: str | None) -> list[list]:
    names = [group_by] if group_by else None
    request = MetricFlowQueryRequest.create(metric_names=[metric], group_by_names=names)
    return [list(row) for row in engine.query(request).result_df.rows]


def faults(configuration: CLIConfiguration) -> list[str]:
    """Return what is wrong with the definitions by themselves, and with what they say of the database."""
    manifest = configuration.semantic_manifest
    database = DataWarehouseModelValidator(configuration.sql_client)
    results = [
        SemanticManifestValidator().validate_semantic_manifest(manifest),
        database.validate_semantic_models(manifest),
        database.validate_dimensions(manifest),
        database.validate_entities(manifest),
        database.validate_simple_metrics(manifest),
        database.validate_metrics(manifest),
    ]
    return [issue.message for result in results for issue in (*result.errors, *result.warnings)]


def plain(value: object) -> float | str:
    """Return as JSON knows it what a database answers with."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date | datetime):
        return value.isoformat()[:10]
    raise TypeError(f"no metric was expected to answer with {value!r}")


if __name__ == "__main__":
    main()
