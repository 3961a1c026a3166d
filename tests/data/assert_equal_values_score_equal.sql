-- Customers of one activity status with the same value have the same score. Returned: customers who score lower than
-- another one with the same value.

with

customers as (

    select
        ftr_rfmn.activity_status,
        ftr_rfmn.days_since_last_trade,
        ftr_rfmn.trade_count_365d,
        ftr_rfmn.traded_notional_usd_365d,
        coalesce(ftr_rfmn.net_asset_value_usd, 0) as net_asset_value_usd,
        rule_rfmn_scores.customer_id,
        rule_rfmn_scores.r_score,
        rule_rfmn_scores.f_score,
        rule_rfmn_scores.m_score,
        rule_rfmn_scores.n_score

    from {{ ref('ftr_rfmn') }} as ftr_rfmn

    inner join {{ ref('rule_rfmn_scores') }} as rule_rfmn_scores
        on ftr_rfmn.customer_id = rule_rfmn_scores.customer_id

),

best_scores as (

    select
        customers.*,
        max(r_score) over (partition by activity_status, days_since_last_trade) as best_r_score,
        max(f_score) over (partition by activity_status, trade_count_365d) as best_f_score,
        max(m_score) over (partition by activity_status, traded_notional_usd_365d) as best_m_score,
        max(n_score) over (partition by activity_status, net_asset_value_usd) as best_n_score

    from customers

)

select * from best_scores

where
    r_score < best_r_score
    or f_score < best_f_score
    or m_score < best_m_score
    or n_score < best_n_score
