select
    model_name || if(population = 'all', '', ', ' || population) as model,
    series as class,
    -- Bins of equal width around their middles, the first of which begins at 0.
    x - min(x) over (partition by model_name, population) as bin_start,
    x + min(x) over (partition by model_name, population) as bin_end,
    y as share,
    row_count
from mart_model_curves
where curve = 'score_distribution'
order by 1, 2, position
