with serving as (
    select
        curves.*,
        curves.model_name || if(curves.population = 'all', '', ', ' || curves.population) as model
    from mart_model_curves as curves
    inner join mart_model_registry as registry
        using (model_name, model_version, population)
    where registry.is_serving and curves.curve = 'correlation'
)

select
    model,
    replace(series, '_', ' ') as feature,
    replace(label, '_', ' ') as other_feature,
    y as correlation,
    row_count
from serving
order by 1, 2, 3
