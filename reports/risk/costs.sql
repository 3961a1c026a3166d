with serving as (
    select
        curves.*,
        curves.model_name || if(curves.population = 'all', '', ', ' || curves.population) as model
    from mart_model_curves as curves
    inner join mart_model_registry as registry
        using (model_name, model_version, population)
    where registry.is_serving and curves.curve = 'expected_cost'
)

select
    model,
    series as how,
    x as cut_off,
    y as cost,
    y_low as low,
    y_high as high
from serving
order by 1, 2, position
