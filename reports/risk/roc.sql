with serving as (
    select
        curves.*,
        curves.model_name || if(curves.population = 'all', '', ', ' || curves.population) as model
    from mart_model_curves as curves
    inner join mart_model_registry as registry
        using (model_name, model_version, population)
    where registry.is_serving and curves.curve = 'roc' and registry.declaration ->> '$.task' = 'classification'
),

-- One area a candidate: the one that decided, out of time where that was possible.
areas as (
    select *
    from mart_model_metrics
    where metric = 'roc_auc' and subgroup = 'all'
    qualify row_number() over (
        partition by model_name, model_version, candidate order by split = 'cross-validation' desc, split
    ) = 1
)

select
    serving.model,
    serving.series as candidate,
    serving.x as flagged_wrongly,
    serving.y as found,
    metrics.is_served,
    metrics.split,
    metrics.value as area,
    metrics.interval_low as area_low,
    metrics.interval_high as area_high
from serving
left join areas as metrics
    on
        serving.model_name = metrics.model_name
        and serving.model_version = metrics.model_version
        and serving.series = metrics.candidate
order by 1, 2, serving.position
