select
    segmentation || if(population = 'all', '', ', ' || population) as model,
    segment_name as segment,
    learned_count as customer_count,
    sum(learned_count) over (partition by segmentation, population, feature) as model_count,
    feature,
    centroid_value as value,
    profile_in_words
from mart_segment_centroids
-- The segments that the marts are built around come first.
order by model not like 'rfmn_segments%', 1, segment_rank, 2, 4
