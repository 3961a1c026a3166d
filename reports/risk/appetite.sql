with compared as (
    select
        appetite.contradiction,
        coalesce(customers.activity_status, 'unknown') as activity_status,
        coalesce(customers.rfmn_segment, 'no segment') as rfmn_segment,
        -- Tenths of a score from 0 to 1; the last one holds 1 too.
        least(floor(appetite.declared_risk_score * 10), 9) / 10 as declared,
        least(greatest(floor(appetite.revealed_risk_score * 10), 0), 9) / 10 as revealed
    from mart_risk_appetite as appetite
    left join mart_customer_segments as customers using (customer_id)
    where appetite.declared_risk_score is not null and appetite.revealed_risk_score is not null
)

select
    declared,
    revealed,
    contradiction,
    activity_status,
    rfmn_segment,
    count(*) as customer_count
from compared
group by all
order by declared, revealed, contradiction, activity_status, rfmn_segment
