with serving as (
    select
        curves.curve,
        curves.series,
        curves.position,
        curves.x,
        curves.y,
        metrics.value as shown_share,
        curves.model_name || if(curves.population = 'all', '', ', ' || curves.population) as model,
        count(*) over (partition by curves.model_name, curves.population) as point_count
    from mart_model_curves as curves
    left join mart_model_metrics as metrics
        on
            curves.model_name = metrics.model_name
            and curves.model_version = metrics.model_version
            and curves.population = metrics.population
            and metrics.metric = 'explained_variance_of_two_components'
            and metrics.is_served
            and metrics.subgroup = 'all'
    where curves.curve in ('pca_points', 'pca_centroids')
)

-- The points of a segment are in the order of a hash: the first of them are a sample of the sample.
select
    model,
    series as segment,
    x as first_component,
    y as second_component,
    curve = 'pca_centroids' as is_centre,
    -- Once is enough.
    if(curve = 'pca_centroids', shown_share, null) as shown_share
from serving
qualify position <= ceil(max(position) over (partition by model, series) * least(1, 800 / point_count))
-- The segments that the marts are built around come first.
order by model not like 'rfmn_segments%', 1, 2, 5, position
