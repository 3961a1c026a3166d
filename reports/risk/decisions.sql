select
    applications.band,
    applications.decision,
    coalesce(customers.activity_status, 'unknown') as activity_status,
    coalesce(customers.rfmn_segment, 'no segment') as rfmn_segment,
    count(*) as application_count,
    sum(applications.expected_loss_usd) as expected_loss_usd,
    sum(applications.exposure_at_default_usd) as exposure_usd
from mart_credit_risk as applications
left join mart_customer_segments as customers using (customer_id)
where applications.decision is not null
group by 1, 2, 3, 4
order by 1, 2, 3, 4
