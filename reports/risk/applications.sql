select
    applications.band,
    coalesce(customers.activity_status, 'unknown') as activity_status,
    coalesce(customers.rfmn_segment, 'no segment') as rfmn_segment,
    count(*) as application_count,
    count(applications.is_default) as known_count,
    count(*) filter (where applications.is_default) as default_count,
    sum(applications.probability_of_default) filter (where applications.is_default is not null)
        as probability_of_known
from mart_credit_risk as applications
left join mart_customer_segments as customers using (customer_id)
where applications.band is not null
group by 1, 2, 3
order by 1, 2, 3
