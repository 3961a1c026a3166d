-- One row per customer as of `as_of_date`: how unusual their trading is, by which of two detectors, and in what.

with

behaviour as (

    select * from {{ ref('ftr_trading_behaviour') }}

),

scores as (

    select * from {{ ref('ml_trading_anomalies__scored') }}

),

models as (

    select * from {{ ref('reg_model_versions') }}

    where
        model_name = 'trading_anomalies'
        and is_serving

),

final as (

    select
        behaviour.customer_id,
        behaviour.as_of_date,
        behaviour.investment_status,
        scores.anomaly_score,
        scores.is_anomaly,
        case
            when scores.is_density_anomaly and scores.is_isolation_anomaly then 'by both detectors'
            when scores.is_density_anomaly then 'by density'
            when scores.is_isolation_anomaly then 'by isolation'
            when scores.anomaly_score is not null then 'not unusual'
        end as flagged,
        scores.anomaly_reason,
        scores.density_score,
        scores.is_density_anomaly,
        scores.isolation_score,
        scores.is_isolation_anomaly,
        behaviour.trades_per_week,
        behaviour.portfolio_value_usd,
        behaviour.avg_holding_days,
        behaviour.volatility_exposure,
        scores.unscored_reason,
        models.verdict as anomaly_verdict,
        models.choice_reason as detector_reason

    from behaviour

    left join scores
        on behaviour.customer_id = scores.customer_id

    left join models
        on behaviour.investment_status = models.population

)

select * from final
