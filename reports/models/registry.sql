select
    model_name || if(population = 'all', '', ', ' || population) as model,
    model_kind,
    model_version,
    as_of_date,
    row_count,
    segment_count,
    verdict,
    verdict_reason,
    status_reason
from mart_model_registry
where is_serving
order by 1
