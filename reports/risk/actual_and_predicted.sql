select
    model_name || ': ' || series as model,
    x as prediction,
    y as actual
from mart_model_curves
where
    curve = 'actual_vs_predicted'
    and position <= 1000
order by 1, position
