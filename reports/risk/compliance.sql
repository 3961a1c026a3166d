select
    coalesce(assessed.tier, assessed.rule_tier) as tier,
    coalesce(customers.activity_status, 'unknown') as activity_status,
    coalesce(customers.rfmn_segment, 'no segment') as rfmn_segment,
    count(*) as customer_count,
    count(*) filter (where assessed.is_pep) as pep_count
from mart_compliance_risk as assessed
left join mart_customer_segments as customers using (customer_id)
group by 1, 2, 3
order by list_position(['Low', 'Medium', 'High'], coalesce(assessed.tier, assessed.rule_tier)), 2, 3
