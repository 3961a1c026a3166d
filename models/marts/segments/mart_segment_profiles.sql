-- One row per segmentation (the rules are one), activity status, segment and feature: what is typical, how much it
-- varies, and how it compares with everyone of the same activity status.

with

profiles as (

    select * from {{ ref('cmp_segment_profiles') }}

    where segmentation <> 'everyone'

),

everyone as (

    select * from {{ ref('cmp_segment_profiles') }}

    where segmentation = 'everyone'

),

final as (

    select
        profiles.segmentation,
        profiles.activity_status,
        profiles.segment,
        profiles.feature,
        {{ as_of_date() }} as as_of_date,
        profiles.customer_count,
        cast(profiles.customer_count as double) / everyone.customer_count as customer_share,
        profiles.known_count,
        profiles.mean_value,
        profiles.median_value,
        profiles.quartile_1_value,
        profiles.quartile_3_value,
        everyone.mean_value as population_mean_value,
        everyone.median_value as population_median_value,

        -- 100 is the mean of everyone of this activity status; without a positive mean there is nothing to compare.
        case
            when everyone.mean_value > 0
                then 100 * profiles.mean_value / everyone.mean_value
        end as index_to_population

    from profiles

    inner join everyone
        on
            profiles.activity_status = everyone.activity_status
            and profiles.feature = everyone.feature

)

select * from final
