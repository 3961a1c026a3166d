with serving as (
    select
        curves.*,
        curves.model_name || if(curves.population = 'all', '', ', ' || curves.population) as model
    from mart_model_curves as curves
    inner join mart_model_registry as registry
        using (model_name, model_version, population)
    where registry.is_serving and curves.curve = 'calibration'
)

select
    model,
    series as candidate,
    x as predicted,
    y as observed,
    y_low as low,
    y_high as high,
    row_count,
    exists(
        select 1
        from mart_model_metrics as metrics
        where
            metrics.model_name = serving.model_name
            and metrics.model_version = serving.model_version
            and metrics.candidate = serving.series
            and metrics.is_served
    ) as is_served
from serving
order by 1, 2, position
