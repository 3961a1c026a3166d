-- One row per figure of every model version: what was measured of which candidate, on which rows, beside its baseline.

with

versions as (

    select * from {{ ref('reg_model_versions') }}

    where metrics is not null

),

measured as (

    select
        model_name,
        model_version,
        population,
        model_kind,
        as_of_date,
        is_serving,
        {{ rows_of_json('metrics', {
            'candidate': 'varchar',
            'split': 'varchar',
            'subgroup': 'varchar',
            'metric': 'varchar',
            'value': 'double',
            'interval_low': 'double',
            'interval_high': 'double',
            'row_count': 'bigint',
            'baseline': 'varchar',
            'baseline_value': 'double',
            'is_served': 'boolean',
        }) }}

    from versions

)

select * from measured
