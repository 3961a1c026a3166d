select
    activity_status,
    rule_segment,
    coalesce(rfmn_segment, 'no segment') as rfmn_segment,
    metric(customers) as customer_count
from mart_customer_segments
where rule_segment is not null
group by 1, 2, 3
order by 1, sum(metric(customers)) over (partition by rule_segment) desc, 2, 3
