with serving as (
    select
        curves.*,
        curves.model_name || if(curves.population = 'all', '', ', ' || curves.population) as model
    from mart_model_curves as curves
    inner join mart_model_registry as registry
        using (model_name, model_version, population)
    where registry.is_serving and curves.curve = 'confusion'
),

served as (
    select distinct
        model_name,
        model_version,
        population,
        candidate
    from mart_model_metrics
    where is_served and is_serving
)

select
    serving.model,
    'was ' || split_part(replace(serving.label, 'actual ', ''), ', predicted ', 1) as was_actually,
    'predicted ' || split_part(serving.label, ', predicted ', 2) as was_predicted,
    serving.y as share,
    serving.row_count,
    split_part(replace(serving.label, 'actual ', ''), ', predicted ', 1)
    = split_part(serving.label, ', predicted ', 2) as is_right,
    -- The first of the four is the class without the event.
    split_part(replace(serving.label, 'actual ', ''), ', predicted ', 1)
    <> first_value(split_part(replace(serving.label, 'actual ', ''), ', predicted ', 1))
        over (partition by serving.model order by serving.position) as has_event
from serving
inner join served
    on
        serving.model_name = served.model_name
        and serving.model_version = served.model_version
        and serving.series = served.candidate
order by 1, serving.position
