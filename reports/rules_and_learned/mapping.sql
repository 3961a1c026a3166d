select
    activity_status,
    rule_segment,
    learned_segment as rfmn_segment,
    share_of_rule_segment,
    customer_count,
    share_of_learned_segment,
    lift,
    is_expected
from mart_segment_mapping
order by 1, 2, 3
