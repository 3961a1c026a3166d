with areas as (
    -- One for each candidate: that of the folds, which the curve is drawn from, where there are folds.
    select *
    from mart_model_metrics
    where metric = 'roc_auc' and subgroup = 'all' and is_serving
    qualify row_number() over (
        partition by model_name, population, candidate order by split = 'cross-validation' desc, split
    ) = 1
)

select
    curves.model_name || if(curves.population = 'all', '', ', ' || curves.population) as model,
    curves.series as candidate,
    curves.x as flagged_wrongly,
    curves.y as found,
    areas.is_served,
    areas.split,
    areas.value as area,
    areas.interval_low as area_low,
    areas.interval_high as area_high
from mart_model_curves as curves
left join areas
    on
        curves.model_name = areas.model_name
        and curves.population = areas.population
        and curves.series = areas.candidate
where curves.curve = 'roc'
order by 1, 2, curves.position
