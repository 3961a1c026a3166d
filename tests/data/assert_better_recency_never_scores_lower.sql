-- Recency is monotone: among customers of one activity status, fewer days since the last trade never score lower.
-- Returned: neighbouring values out of order.

with

customers as (

    select
        ftr_rfmn.activity_status,
        ftr_rfmn.days_since_last_trade,
        rule_rfmn_scores.r_score

    from {{ ref('ftr_rfmn') }} as ftr_rfmn

    inner join {{ ref('rule_rfmn_scores') }} as rule_rfmn_scores
        on ftr_rfmn.customer_id = rule_rfmn_scores.customer_id

    where rule_rfmn_scores.r_score is not null

),

neighbours as (

    select
        customers.*,
        lag(r_score) over (
            partition by activity_status
            order by days_since_last_trade asc, r_score desc
        ) as score_of_fewer_days

    from customers

)

select * from neighbours

where r_score > score_of_fewer_days
