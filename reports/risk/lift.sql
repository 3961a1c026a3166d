with serving as (
    select
        curves.*,
        curves.model_name || if(curves.population = 'all', '', ', ' || curves.population) as model
    from mart_model_curves as curves
    inner join mart_model_registry as registry
        using (model_name, model_version, population)
    where registry.is_serving and curves.curve = 'lift'
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
    serving.series as candidate,
    serving.position as tenth,
    serving.y as lift,
    served.candidate is not null as is_served
from serving
left join served
    on
        serving.model_name = served.model_name
        and serving.model_version = served.model_version
        and serving.series = served.candidate
order by 1, 2, 3
