-- One row per customer: the segment learned, how unusual they are, and the risk score predicted beside the given one.

with

features as (

    select * from {{ ref('ftr_crypto_users') }}

),

segments as (

    select * from {{ ref('ml_crypto_profiles__assigned') }}

),

segment_texts as (

    select * from {{ ref('reg_serving_segments') }}

    where model_name = 'crypto_profiles'

),

anomalies as (

    select * from {{ ref('ml_crypto_anomalies__scored') }}

),

risk as (

    select * from {{ ref('ml_crypto_risk__scored') }}

),

versions as (

    select * from {{ ref('reg_model_versions') }}

    where is_serving

),

final as (

    select
        features.customer_id,
        features.as_of_date,
        features.given_segment,
        segments.segment_id as crypto_segment_id,
        segments.segment_name as crypto_segment,
        segments.margin as crypto_margin,
        segment_texts.verdict as crypto_verdict,
        anomalies.anomaly_score,
        anomalies.is_anomaly,
        anomalies.is_density_anomaly,
        anomalies.anomaly_reason,
        anomaly_versions.verdict as anomaly_verdict,
        features.risk_score,
        risk.predicted_value as predicted_risk_score,
        risk.interval_low as predicted_risk_score_low,
        risk.interval_high as predicted_risk_score_high,
        risk.served_candidate,
        risk_versions.verdict as skill_verdict

    from features

    left join segments
        on features.customer_id = segments.customer_id

    left join segment_texts
        on segments.segment_id = segment_texts.segment_id

    left join anomalies
        on features.customer_id = anomalies.customer_id

    left join risk
        on features.customer_id = risk.customer_id

    left join versions as anomaly_versions
        on anomaly_versions.model_name = 'crypto_anomalies'

    left join versions as risk_versions
        on risk_versions.model_name = 'crypto_risk'

)

select * from final
