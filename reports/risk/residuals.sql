with serving as (
    select
        curves.*,
        curves.model_name || if(curves.population = 'all', '', ', ' || curves.population) as model
    from mart_model_curves as curves
    inner join mart_model_registry as registry
        using (model_name, model_version, population)
    where registry.is_serving and curves.curve = 'residuals'
)

select
    model || ': ' || series as model,
    x as prediction,
    y as residual
from serving
where position <= 1000
order by 1, position
