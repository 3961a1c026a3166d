-- One row per customer as of `as_of_date`: what they do, the segment the rules give, the segment learned, whether the
-- two agree, and what to do next.

with

features as (

    select * from {{ ref('ftr_rfmn') }}

),

rule_segments as (

    select * from {{ ref('rule_customer_segments') }}

),

rfmn_segments as (

    select * from {{ ref('cmp_learned_segments') }}

    where segmentation = 'rfmn_segments'

),

trading_profiles as (

    select * from {{ ref('cmp_learned_segments') }}

    where segmentation = 'trading_profiles'

),

anomalies as (

    select * from {{ ref('ml_trading_anomalies__scored') }}

),

agreement as (

    select * from {{ ref('cmp_customer_agreement') }}

),

final as (

    select
        features.customer_id,
        features.as_of_date,
        features.activity_status,

        features.days_since_last_trade,
        features.trade_count_365d,
        features.traded_notional_usd_365d,
        features.net_asset_value_usd,

        rule_segments.r_score,
        rule_segments.f_score,
        rule_segments.m_score,
        rule_segments.n_score,
        rule_segments.nav_tier,
        rule_segments.rule_segment,

        rfmn_segments.segment_id as rfmn_segment_id,
        rfmn_segments.segment_name as rfmn_segment,
        rfmn_segments.distance as rfmn_distance,
        rfmn_segments.margin as rfmn_margin,
        rfmn_segments.next_segment_name as rfmn_next_segment,
        rfmn_segments.unassigned_reason as rfmn_unassigned_reason,
        rfmn_segments.verdict as rfmn_verdict,

        trading_profiles.segment_id as trading_segment_id,
        trading_profiles.segment_name as trading_segment,
        trading_profiles.margin as trading_margin,
        trading_profiles.unassigned_reason as trading_unassigned_reason,
        trading_profiles.verdict as trading_verdict,
        anomalies.is_anomaly as is_trading_anomaly,

        agreement.agreement,

        -- The rules' action speaks for where a customer is in their life with us. Where the learned segment clearly
        -- contradicts it, the learned one describes what the customer really does.
        case
            when agreement.agreement = 'disagrees' and rfmn_segments.recommended_action is not null
                then rfmn_segments.recommended_action
            else rule_segments.rule_recommended_action
        end as recommended_action

    from features

    left join rule_segments
        on features.customer_id = rule_segments.customer_id

    left join rfmn_segments
        on features.customer_id = rfmn_segments.customer_id

    left join trading_profiles
        on features.customer_id = trading_profiles.customer_id

    left join anomalies
        on features.customer_id = anomalies.customer_id

    left join agreement
        on features.customer_id = agreement.customer_id

)

select * from final
