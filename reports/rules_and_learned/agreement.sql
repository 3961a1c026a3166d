with measured as (
    select
        activity_status,
        max(agreement_rate) as agreement_rate,
        max(agreement_rate_low) as agreement_rate_low,
        max(agreement_rate_high) as agreement_rate_high,
        max(agreement_rate_by_chance) as agreement_rate_by_chance,
        max(adjusted_rand_index) as adjusted_rand_index,
        max(adjusted_rand_index_low) as adjusted_rand_index_low,
        max(adjusted_rand_index_high) as adjusted_rand_index_high,
        max(adjusted_mutual_information) as adjusted_mutual_information,
        max(adjusted_mutual_information_low) as adjusted_mutual_information_low,
        max(adjusted_mutual_information_high) as adjusted_mutual_information_high,
        max(cramers_v) as cramers_v,
        max(cramers_v_low) as cramers_v_low,
        max(cramers_v_high) as cramers_v_high
    from mart_segment_mapping
    group by 1
)

select
    activity_status,
    'Agreement rate' as measure,
    agreement_rate as value,
    agreement_rate_low as interval_low,
    agreement_rate_high as interval_high,
    agreement_rate_by_chance as baseline_value,
    1 as place
from measured
union all
select
    activity_status,
    'Adjusted Rand index',
    adjusted_rand_index,
    adjusted_rand_index_low,
    adjusted_rand_index_high,
    0,
    2
from measured
union all
select
    activity_status,
    'Adjusted mutual information',
    adjusted_mutual_information,
    adjusted_mutual_information_low,
    adjusted_mutual_information_high,
    0,
    3
from measured
union all
select
    activity_status,
    'Cramér''s V',
    cramers_v,
    cramers_v_low,
    cramers_v_high,
    null,
    4
from measured
order by place, activity_status
