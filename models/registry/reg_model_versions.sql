-- One row per model, version and population, of the registries named by the variable `registries`: what was fitted,
-- and whether it serves now. The champion is the last row that became one.

with

versions as (

    {% for registry in var('registries') %}
    {{ 'union all by name' if not loop.first }}
    select * from {{ ref(registry) }}
    {% endfor %}

),

last_champions as (

    select
        model_name,
        population,
        max(model_version) as model_version

    from versions

    where status = 'champion'

    group by
        model_name,
        population

),

final as (

    select
        versions.*,
        last_champions.model_version is not null as is_serving

    from versions

    left join last_champions
        on
            versions.model_name = last_champions.model_name
            and versions.population = last_champions.population
            and versions.model_version = last_champions.model_version

)

select * from final
