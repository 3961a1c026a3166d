with serving as (
    select
        curves.*,
        curves.model_name || if(curves.population = 'all', '', ', ' || curves.population) as model
    from mart_model_curves as curves
    inner join mart_model_registry as registry
        using (model_name, model_version, population)
    where registry.is_serving and curves.curve = 'k_distance'
)

select
    model,
    x as share_of_customers,
    y as distance,
    series = 'eps' as is_chosen
from serving
order by 1, 2, position
