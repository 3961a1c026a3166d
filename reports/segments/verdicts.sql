select
    segmentation || if(population = 'all', '', ', ' || population) as model,
    segment_count,
    verdict,
    verdict_reason,
    choice_reason,
    silhouette,
    stability_ari_mean
from mart_segment_quality
where is_serving and is_chosen
-- The segments that the marts are built around come first.
order by model not like 'rfmn_segments%', 1
