select
    model_name || if(population = 'all', '', ', ' || population) as model,
    label,
    y as share,
    y_low as low,
    y_high as high,
    row_count
from mart_model_curves
where curve = 'label_distribution'
order by 1, position
