with outcomes as (
    select
        model_name || if(population = 'all', '', ', ' || population) as model,
        model_name,
        population,
        series,
        position,
        -- actual default, predicted no default
        split_part(replace(label, 'actual ', ''), ', predicted ', 1) as actual,
        split_part(label, ', predicted ', 2) as predicted,
        y as share,
        row_count
    from mart_model_curves
    where curve = 'confusion'
)

select
    outcomes.model,
    'was ' || outcomes.actual as was_actually,
    'predicted ' || outcomes.predicted as was_predicted,
    outcomes.share,
    outcomes.row_count,
    outcomes.actual = outcomes.predicted as is_right,
    -- The first of the four is the class without the event.
    outcomes.actual <> first_value(outcomes.actual) over (
        partition by outcomes.model order by outcomes.position
    ) as has_event
from outcomes
where
    exists (
        select 1
        from mart_model_metrics as metrics
        where
            metrics.is_served
            and metrics.is_serving
            and outcomes.model_name = metrics.model_name
            and outcomes.population = metrics.population
            and outcomes.series = metrics.candidate
    )
order by outcomes.model, outcomes.position
