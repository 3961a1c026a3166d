select
    model_name || ': ' || series as model,
    x as prediction,
    y as residual
from mart_model_curves
where
    curve = 'residuals'
    and position <= 1000
order by 1, position
