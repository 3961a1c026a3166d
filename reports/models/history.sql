select
    model_name || if(population = 'all', '', ', ' || population) as model,
    model_version,
    status,
    status_reason,
    fit_reason,
    as_of_date,
    row_count,
    verdict
from mart_model_registry
order by 1, 2 desc
