-- One row per learned segmentation and customer it was asked about: the segment, how clearly it holds, what it may be
-- called, and what to do. A further segmentation is one more line here.

{{ config(materialized='view') }}

with

assigned as (

    {% for segmentation in ['rfmn_segments', 'trading_profiles'] %}
    {{ 'union all' if not loop.first }}
    select
        '{{ segmentation }}' as segmentation,
        assigned_segments.*
    from {{ ref('ml_' ~ segmentation ~ '__assigned') }} as assigned_segments
    {% endfor %}

),

texts as (

    select * from {{ ref('reg_serving_segments') }}

),

final as (

    select
        assigned.segmentation,
        assigned.customer_id,
        assigned.population,
        assigned.segment_id,
        assigned.segment_name,
        assigned.distance,
        assigned.margin,
        assigned.next_segment_name,
        assigned.unassigned_reason,
        texts.verdict,
        texts.recommended_action

    from assigned

    left join texts
        on
            assigned.segmentation = texts.model_name
            and assigned.population = texts.population
            and assigned.segment_id = texts.segment_id

)

select * from final
