select
    model_name || if(population = 'all', '', ', ' || population) as model,
    series as how,
    x as cut_off,
    y as cost,
    y_low as low,
    y_high as high
from mart_model_curves
where curve = 'expected_cost'
order by 1, 2, position
