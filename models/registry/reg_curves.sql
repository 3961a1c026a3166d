-- One row per point of every curve of the models that serve now. Those of earlier versions stay in their registries.

with

serving as (

    select * from {{ ref('reg_model_versions') }}

    where
        is_serving
        and curves is not null

),

points as (

    select
        model_name,
        model_version,
        population,
        as_of_date,
        {{ rows_of_json('curves', {
            'curve': 'varchar',
            'series': 'varchar',
            'position': 'integer',
            'label': 'varchar',
            'x': 'double',
            'y': 'double',
            'y_low': 'double',
            'y_high': 'double',
            'row_count': 'bigint',
        }) }}

    from serving

)

select * from points
