-- One row per segment that serves now and feature it was learned from: where its centre lies, in the unit of the
-- feature.

with

segments as (

    select * from {{ ref('reg_serving_segments') }}

),

centroids as (

    select
        model_name,
        population,
        segment_id,
        {{ entries_of_json('centroid') }}

    from segments

),

final as (

    select
        model_name,
        population,
        segment_id,
        key as feature,
        value as centroid_value

    from centroids

)

select * from final
