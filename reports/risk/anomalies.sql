with scored as (
    select
        anomalies.*,
        coalesce(customers.activity_status, 'unknown') as activity_status,
        coalesce(customers.rfmn_segment, 'no segment') as rfmn_segment,
        -- Fortieths of what scores span.
        (max(anomalies.anomaly_score) over () - min(anomalies.anomaly_score) over ()) / 40 as width,
        min(anomalies.anomaly_score) over () as lowest_score
    from mart_anomalies as anomalies
    left join mart_customer_segments as customers using (customer_id)
    where anomalies.anomaly_score is not null
),

binned as (
    select
        *,
        if(width > 0, least(floor((anomaly_score - lowest_score) / width), 39), 0) as bin
    from scored
)

select
    activity_status,
    rfmn_segment,
    if(is_anomaly, 'flagged', 'not flagged') as flagged,
    min(lowest_score + bin * width) as score_start,
    min(lowest_score + (bin + 1) * width) as score_end,
    count(*) as customer_count,
    count(*) filter (where is_anomaly) as flagged_count,
    count(*) filter (where is_density_anomaly and is_isolation_anomaly) as both_count
from binned
group by 1, 2, 3, bin
order by bin, 3, 1, 2
