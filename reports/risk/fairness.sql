select
    model_name || ': ' || replace(protected_attribute, '_', ' ') || ' ' || group_name as group_of,
    approval_ratio,
    approval_ratio_low as interval_low,
    approval_ratio_high as interval_high,
    approval_rate,
    mean_pd,
    base_rate,
    row_count,
    is_below_four_fifths
from mart_fairness
where split = 'cross-validation' and approval_ratio is not null
order by 1
