select
    model_name || if(population = 'all', '', ', ' || population) as model,
    replace(series, '_', ' ') as feature,
    replace(label, '_', ' ') as other_feature,
    y as correlation,
    row_count
from mart_model_curves
where curve = 'correlation'
order by 1, 2, 3
