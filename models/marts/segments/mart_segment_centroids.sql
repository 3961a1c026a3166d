-- One row per segment that serves now and feature it was learned from: the segment's centre in the feature's own unit.

with

segments as (

    select * from {{ ref('reg_serving_segments') }}

),

centroids as (

    select * from {{ ref('reg_serving_centroids') }}

),

final as (

    select
        segments.model_name as segmentation,
        segments.population,
        segments.segment_id,
        centroids.feature,
        {{ as_of_date() }} as as_of_date,
        cast(segments.model_version as integer) as model_version,
        segments.segment_name,
        segments.segment_rank,
        segments.row_count as learned_count,
        centroids.centroid_value,
        segments.profile_in_words,
        segments.recommended_action,
        segments.verdict

    from centroids

    inner join segments
        on
            centroids.model_name = segments.model_name
            and centroids.population = segments.population
            and centroids.segment_id = segments.segment_id

)

select * from final
