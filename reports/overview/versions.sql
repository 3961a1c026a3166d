with now_serving as (
    select
        model_name,
        population,
        model_version,
        verdict,
        fit_reason
    from mart_model_registry
    where is_serving
),

serving_before as (
    select
        model_name,
        population,
        model_version
    from previous_mart_model_registry
    where is_serving
)

select
    now.model_name || if(now.population = 'all', '', ', ' || now.population) as model,
    before.model_version as version_before,
    now.model_version as version_now,
    case
        when before.model_version is null then 'new'
        when before.model_version = now.model_version then 'same version'
        else 'other version'
    end as change,
    now.fit_reason as why_it_was_learned,
    now.verdict
from now_serving as now
left join serving_before as before
    on
        now.model_name = before.model_name
        and now.population = before.population
order by 1
