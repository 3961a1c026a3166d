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

    select * from {{ ref('ml_rfmn_segments__assigned') }}

),

rfmn_segment_texts as (

    select * from {{ ref('reg_serving_segments') }}

    where model_name = 'rfmn_segments'

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
        rfmn_segment_texts.verdict as rfmn_verdict,

        agreement.agreement,

        -- The rules' action speaks for where a customer is in their life with us. Where the learned segment clearly
        -- contradicts it, the learned one describes what the customer really does.
        case
            when agreement.agreement = 'disagrees' and rfmn_segment_texts.recommended_action is not null
                then rfmn_segment_texts.recommended_action
            else rule_segments.rule_recommended_action
        end as recommended_action

    from features

    left join rule_segments
        on features.customer_id = rule_segments.customer_id

    left join rfmn_segments
        on features.customer_id = rfmn_segments.customer_id

    left join rfmn_segment_texts
        on
            features.activity_status = rfmn_segment_texts.population
            and rfmn_segments.segment_id = rfmn_segment_texts.segment_id

    left join agreement
        on features.customer_id = agreement.customer_id

)

select * from final
