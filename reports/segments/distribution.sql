select
    activity_status,
    segment,
    segment as rfmn_segment,
    replace(feature, '_', ' ') as feature_in_words,
    quartile_1_value,
    median_value,
    quartile_3_value,
    known_count
from mart_segment_profiles
-- Figures of fewer than five customers would be about persons.
where segmentation = 'rfmn_segments' and median_value is not null and known_count >= 5
order by 4, 1, 2
