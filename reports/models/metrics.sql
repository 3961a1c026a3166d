with serving as (
    select
        *,
        -- Within one model figures of one kind share an axis: those between -1 and 1.
        abs(value) <= 1 and coalesce(abs(interval_low), 0) <= 1 and coalesce(abs(interval_high), 0) <= 1
            as is_share
    from mart_model_metrics
    where is_serving and is_served and subgroup = 'all'
)

select
    model_name || if(population = 'all', '', ', ' || population) || if(is_share, '', ' (other units)') as model,
    replace(metric, '_', ' ') || ', ' || split as figure,
    value,
    interval_low,
    interval_high,
    baseline,
    baseline_value,
    case
        when baseline_value is null or interval_low is null or better is null then null
        when better = 'higher' then interval_low > baseline_value
        when better = 'lower' then interval_high < baseline_value
    end as is_clearly_better,
    unit,
    row_count,
    definition
from serving
where value is not null
order by 1, 2
