"""The possible fit of a risk model, of any task: all its rows are one population."""

from collections.abc import Iterable, Mapping
from typing import Any

from segmart import frames
from segmart.learning.declaration import EVERYBODY, parse_refit
from segmart.learning.fitting import Occasion, declaration_text
from segmart.learning.guards import check_grain
from segmart.learning.provenance import feature_contract_hash
from segmart.learning.registry import history_of, next_model_version, read_registry
from segmart.risk.declaration import META_KEY, RiskDeclaration


def occasion_of(
    model_name: str,
    declared: RiskDeclaration,
    features: Any,
    column_types: Mapping[str, str],
    feature_names: Iterable[str],
    registry: Any,
    refit: bool | str | None,
) -> Occasion:
    """Return the possible fit of a model on a feature table that has rows.

    `feature_names` are the columns whose types the model depends on. Raises FeatureError for a table whose
    grain is wrong.
    """
    facts = frames.grain_facts(features, declared.entity, declared.date_column)
    written = read_registry(registry)
    return Occasion(
        model_name=model_name,
        model_version=next_model_version(written, model_name),
        model_kind=META_KEY,
        population=EVERYBODY,
        as_of_date=check_grain(model_name, declared.entity, declared.date_column, facts),
        declaration=declaration_text(declared, EVERYBODY),
        feature_contract_hash=feature_contract_hash(feature_names, column_types),
        refit_after_days=declared.refit_after_days,
        is_requested=parse_refit(model_name, refit),
        history=history_of(written, model_name, EVERYBODY),
    )
