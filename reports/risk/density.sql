select
    model_name || if(population = 'all', '', ', ' || population) as model,
    x as share_of_customers,
    y as distance,
    series = 'eps' as is_chosen
from mart_model_curves
where curve = 'k_distance'
order by 1, 2, position
