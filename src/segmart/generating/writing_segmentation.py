"""The files of a generated segmentation, as texts by their path in the project."""

from segmart.generating.deciding import Decision
from segmart.generating.segmenting import Segmenting
from segmart.generating.writing import (
    AS_OF_DATE,
    Column,
    Origin,
    as_of_column,
    document,
    exposure,
    given_column,
    heading,
    key_column,
    left_out_notes,
    mart_column,
    mart_model,
    supplied_as,
    supplied_model,
    supplied_sql,
)
from segmart.generating.writing_learned import learned_segmentation_files

OWNER = "{name: Customer analytics, email: customer-analytics@example.com}"
# What the mart says of a row beside its own columns: no column of a file may take one of these names.
SEGMENT_COLUMNS = (
    Column(
        "segment_id",
        "integer",
        '"Id of the segment; kept across refits, never reused. Null: see unassigned_reason."',
    ),
    Column(
        "segment_name", "varchar", '"Name of the segment, from the seed `segment_names` where it has one."'
    ),
    Column(
        "segment_profile",
        "varchar",
        '"What sets the segment apart from all rows, most telling feature first."',
    ),
    Column(
        "recommended_action",
        "varchar",
        '"What to do with its rows, from the seed `segment_names`. Null: nothing is recommended yet."',
    ),
    Column(
        "margin",
        "double",
        "\"{{ doc('learned_margin') }}\"",
        data_tests="[{within: {arguments: {minimum: 0, maximum: 1}}}]",
    ),
    Column("distance", "double", '"Distance from the centre of the segment, in scaled units."'),
    Column("verdict", "varchar", "\"{{ doc('verdict') }}\""),
    Column("unassigned_reason", "varchar", '"Why the row has no segment; null when it has one."'),
)
TAKEN_NAMES = ("as_of_date", "population", "model_version", *(column.name for column in SEGMENT_COLUMNS))


def segmentation_files(origin: Origin, plan: Segmenting, segments: str) -> dict[str, str]:
    """Return the files of a segmentation by path; `segments` is what its YAML says of their number."""
    name = origin.model
    key = next(decision for decision in plan.decisions if decision.part == "id")
    return {
        f"models/{name}/_{name}__models.yml": _models_yml(origin, plan, key),
        f"models/{name}/ftr_{name}.sql": supplied_sql(
            "One row per row of the file: what segments are learned from."
        ),
        f"models/{name}/mart_{name}.sql": _mart_sql(origin, plan, key),
        **learned_segmentation_files(origin, plan, key, segments),
    }


def _learned(plan: Segmenting) -> list[Decision]:
    """Return the columns that are learned from, in the order of the features."""
    by_name = {decision.name: decision for decision in plan.decisions if decision.part == "feature"}
    return [by_name[feature.name] for feature in plan.features]


def _models_yml(origin: Origin, plan: Segmenting, key: Decision) -> str:
    name = origin.model
    learned = _learned(plan)
    features = supplied_model(
        origin,
        f"ftr_{name}",
        f"What the segmentation {name} learns from, one row per {key.name}, supplied from {origin.file_name} "
        f"({origin.row_count:,} rows when this was written).",
        [
            supplied_as(origin, key, key_column(origin, key, related_to=f"mart_{name}")),
            as_of_column(origin, plan.decisions),
            *(given_column(origin, decision) for decision in learned),
        ],
        left_out_notes(plan.decisions),
    )
    mart = mart_model(
        origin,
        "customer_segments",
        f"One row per {key.name} of {origin.file_name}: its segment, how clearly it belongs there, how far "
        "segments can be trusted, and what they were learned from.",
        [
            key_column(origin, key, related_to=f"ftr_{name}"),
            AS_OF_DATE,
            *SEGMENT_COLUMNS,
            *(mart_column(decision) for decision in learned),
        ],
        # Whoever has no segment is told why, and nobody else is.
        '[{type: check, expression: "(segment_id is null) <> (unassigned_reason is null)"}]',
    )
    return document(
        heading(origin),
        f"models:\n{features}",
        mart,
        exposure(origin, OWNER, f"Segments of the rows of {origin.file_name}, for whoever asked for them."),
    )


def _mart_sql(origin: Origin, plan: Segmenting, key: Decision) -> str:
    name, entity = origin.model, key.name
    learned = [f"features.{decision.name}" for decision in _learned(plan)]
    columns = [
        f"features.{entity}",
        "features.as_of_date",
        "assigned.segment_id",
        "assigned.segment_name",
        "segments.profile_in_words as segment_profile",
        "segments.recommended_action",
        "assigned.margin",
        "assigned.distance",
        "segments.verdict",
        "assigned.unassigned_reason",
        *learned,
    ]
    listed = ",\n        ".join(columns)
    return f"""\
-- One row per row of the supplied table: its segment, and what that was learned from. It asks the registry of
-- its own model and no other, so that it can be built without the rest of the project.

with

features as (

    select * from {{{{ ref('ftr_{name}') }}}}

),

assigned as (

    select * from {{{{ ref('ml_{name}__assigned') }}}}

),

-- Of all versions: a row has the words of the one that assigned it.
segments as (

    select
        model_version,
        verdict,
        {{{{ rows_of_json('segments', {{
            'segment_id': 'integer',
            'recommended_action': 'varchar',
            'profile_in_words': 'varchar',
        }}) }}}}

    from {{{{ ref('ml_{name}__fit') }}}}

    where segments is not null

),

final as (

    select
        {listed}

    from features

    left join assigned
        on features.{entity} = assigned.{entity}

    left join segments
        on
            assigned.model_version = segments.model_version
            and assigned.segment_id = segments.segment_id

)

select * from final
"""
