with serving as (
    select
        curves.*,
        curves.model_name || if(curves.population = 'all', '', ', ' || curves.population) as model
    from mart_model_curves as curves
    inner join mart_model_registry as registry
        using (model_name, model_version, population)
    where registry.is_serving and curves.curve = 'score_distribution'
)

select
    model,
    series as class,
    -- Bins of equal width around their middles.
    x - min(x) over (partition by model) as bin_start,
    x + min(x) over (partition by model) as bin_end,
    y as share,
    row_count
from serving
order by 1, 2, position
