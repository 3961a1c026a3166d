select
    segmentation,
    activity_status,
    segment,
    replace(feature, '_', ' ') as feature_in_words,
    mean_value,
    population_mean_value,
    -- Doublings, so that half and twice the average are equally far from it.
    case
        when index_to_population > 0 then log2(index_to_population / 100)
        when index_to_population = 0 then -10
    end as index_doublings,
    case
        when index_to_population is null then '–'
        when index_to_population < 9.5 then printf('%.2f', index_to_population / 100)
        else printf('%.1f', index_to_population / 100)
    end as index_in_words,
    customer_count
from mart_segment_profiles
-- Figures of fewer than five customers would be about persons.
where customer_count >= 5
-- A feature that nobody has makes no column.
qualify count(index_to_population) over (partition by segmentation, feature) > 0
order by 1, 2, 3, 4
