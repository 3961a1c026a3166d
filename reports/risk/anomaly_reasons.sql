select
    split_part(anomalies.anomaly_reason, ' ', 1) as first_feature,
    coalesce(customers.activity_status, 'unknown') as activity_status,
    coalesce(customers.rfmn_segment, 'no segment') as rfmn_segment,
    count(*) as customer_count
from mart_anomalies as anomalies
left join mart_customer_segments as customers using (customer_id)
where anomalies.is_anomaly and anomalies.anomaly_reason is not null
group by 1, 2, 3
order by sum(count(*)) over (partition by split_part(anomalies.anomaly_reason, ' ', 1)) desc, 1, 2, 3
