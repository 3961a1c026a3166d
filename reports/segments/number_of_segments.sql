with tried as (
    select
        *,
        segmentation || if(population = 'all', '', ', ' || population) as model
    from mart_segment_quality
    where is_serving
),

measures as (
    select
        model,
        segment_count,
        is_chosen,
        1 as place,
        'Inertia' as measure,
        inertia as value,
        null as low,
        null as high
    from tried
    union all
    select
        model,
        segment_count,
        is_chosen,
        2,
        'Silhouette',
        silhouette,
        silhouette_low,
        silhouette_high
    from tried
    union all
    select
        model,
        segment_count,
        is_chosen,
        3,
        'Gap statistic',
        gap,
        gap - 2 * gap_standard_error,
        gap + 2 * gap_standard_error
    from tried
    union all
    select
        model,
        segment_count,
        is_chosen,
        4,
        'Stability',
        stability_ari_mean,
        stability_ari_low,
        stability_ari_high
    from tried
)

select
    model,
    measure,
    segment_count,
    value,
    low,
    high,
    is_chosen
from measures
where value is not null
-- The segments that the marts are built around come first.
order by model not like 'rfmn_segments%', model, place, segment_count
