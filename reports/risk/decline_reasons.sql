select
    applications.reason_1 as reason,
    coalesce(customers.activity_status, 'unknown') as activity_status,
    coalesce(customers.rfmn_segment, 'no segment') as rfmn_segment,
    count(*) as declined_count
from mart_credit_risk as applications
left join mart_customer_segments as customers using (customer_id)
where applications.decision = 'decline' and applications.reason_1 is not null
group by 1, 2, 3
order by sum(count(*)) over (partition by applications.reason_1) desc, 1, 2, 3
