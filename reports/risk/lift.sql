with served as (
    select distinct
        model_name,
        population,
        candidate
    from mart_model_metrics
    where is_served and is_serving
)

select
    curves.model_name || if(curves.population = 'all', '', ', ' || curves.population) as model,
    curves.series as candidate,
    curves.position as tenth,
    curves.y as lift,
    served.candidate is not null as is_served
from mart_model_curves as curves
left join served
    on
        curves.model_name = served.model_name
        and curves.population = served.population
        and curves.series = served.candidate
where curves.curve = 'lift'
order by 1, 2, 3
