-- One row per segment of every segmentation that serves now: its name, action, and profile in words.

with

serving as (

    select * from {{ ref('reg_model_versions') }}

    where is_serving

),

segments as (

    select
        model_name,
        model_version,
        population,
        verdict,
        {{ rows_of_json('segments', {
            'segment_id': 'integer',
            'segment_name': 'varchar',
            'recommended_action': 'varchar',
            'segment_rank': 'integer',
            'jaccard': 'double',
            'profile_in_words': 'varchar',
            'row_count': 'bigint',
            'centroid': 'json',
        }) }}

    from serving

)

select * from segments
