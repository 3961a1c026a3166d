-- Customers who are in both publications, by their segment before and now.
with both_times as (
    select
        now.as_of_date,
        before.as_of_date as as_of_date_before,
        now.rfmn_segment,
        before.rfmn_segment as rfmn_segment_before
    from mart_customer_segments as now
    inner join previous_mart_customer_segments as before
        on now.customer_id = before.customer_id
)

select
    coalesce(rfmn_segment_before, 'no segment') as before,
    coalesce(rfmn_segment, 'no segment') as now,
    rfmn_segment_before,
    rfmn_segment,
    max(as_of_date_before) as as_of_date_before,
    count(*) as customer_count,
    count(*) / sum(count(*)) over (partition by rfmn_segment_before) as share_of_before
from both_times
group by 1, 2, 3, 4
order by 1, 2
