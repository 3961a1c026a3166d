-- One row per model version, population, candidate, split, subgroup and metric: the figure, how sure it is, what it is
-- to be compared with, and what it means.

with

metrics as (

    select * from {{ ref('reg_metrics') }}

),

definitions as (

    select * from {{ ref('metric_definitions') }}

),

final as (

    select
        metrics.model_name,
        cast(metrics.model_version as integer) as model_version,
        metrics.population,
        metrics.candidate,
        metrics.split,
        metrics.subgroup,
        metrics.metric,
        metrics.as_of_date,
        metrics.value,
        metrics.interval_low,
        metrics.interval_high,
        metrics.row_count,
        metrics.baseline,
        metrics.baseline_value,
        definitions.better,
        definitions.unit,
        metrics.is_served,
        metrics.is_serving,
        definitions.definition

    from metrics

    left join definitions
        on metrics.metric = definitions.metric

)

select * from final
