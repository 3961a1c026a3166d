-- One row per point of every chart about a model that serves now, with the names of its axes.

with

points as (

    select * from {{ ref('reg_curves') }}

),

definitions as (

    select * from {{ ref('curve_definitions') }}

),

final as (

    select
        points.model_name,
        cast(points.model_version as integer) as model_version,
        points.population,
        points.curve,
        points.series,
        points.position,
        points.as_of_date,
        points.label,
        points.x,
        points.y,
        points.y_low,
        points.y_high,
        points.row_count,
        definitions.x_name,
        definitions.y_name,
        definitions.description

    from points

    left join definitions
        on points.curve = definitions.curve

)

select * from final
