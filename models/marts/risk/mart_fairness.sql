-- One row per model that serves, split, protected attribute and group: how its members are approved, and how right
-- their probabilities are. To be watched; what is lawful is not decided here.

with

metrics as (

    select * from {{ ref('reg_metrics') }}

    where
        is_serving
        and is_served
        -- Such as gender=F; the parts of other models are segments and have no approvals.
        and subgroup like '%=%'

),

groups_of_people as (

    select
        model_name,
        model_version,
        population,
        candidate,
        split,
        subgroup,
        max(as_of_date) as as_of_date,
        max(row_count) as row_count,
        {% for metric in [
            'approval_rate', 'approval_ratio', 'mean_pd', 'base_rate', 'mean_pd_to_base_rate', 'roc_auc'
        ] %}
        max(case when metric = '{{ metric }}' then value end) as {{ metric }},
        max(case when metric = '{{ metric }}' then interval_low end) as {{ metric }}_low,
        max(case when metric = '{{ metric }}' then interval_high end) as {{ metric }}_high,
        {% endfor %}
        max(case when metric = 'approval_ratio' then baseline_value end) as four_fifths

    from metrics

    group by
        model_name,
        model_version,
        population,
        candidate,
        split,
        subgroup

    having count(case when metric = 'approval_rate' then 1 end) > 0

),

final as (

    select
        model_name,
        cast(model_version as integer) as model_version,
        candidate as served_candidate,
        split,
        split_part(subgroup, '=', 1) as protected_attribute,
        -- The name of a group may hold the sign too.
        substring(subgroup, length(split_part(subgroup, '=', 1)) + 2) as group_name,
        as_of_date,
        cast(row_count as bigint) as row_count,
        approval_rate,
        approval_rate_low,
        approval_rate_high,
        approval_ratio,
        approval_ratio_low,
        approval_ratio_high,
        approval_ratio < four_fifths as is_below_four_fifths,
        mean_pd,
        mean_pd_low,
        mean_pd_high,
        base_rate,
        base_rate_low,
        base_rate_high,
        mean_pd_to_base_rate,
        mean_pd_to_base_rate_low,
        mean_pd_to_base_rate_high,
        roc_auc,
        roc_auc_low,
        roc_auc_high,
        'Monitoring, not a statement of legal compliance.' as note

    from groups_of_people

)

select * from final
