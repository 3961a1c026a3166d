-- One row per customer whose rule segment and learned segment disagree: in which direction, on what evidence, the
-- smallest change of behaviour that would reconcile the two, and what we propose.

with

customers as (

    select * from {{ ref('cmp_customer_agreement') }}

    where agreement = 'disagrees'

),

changes as (

    select * from {{ ref('cmp_smallest_changes') }}

),

segments as (

    select * from {{ ref('reg_serving_segments') }}

    where model_name = 'rfmn_segments'

),

features as (

    select * from {{ ref('ftr_rfmn') }}

),

customers_with_ranks as (

    select
        customers.*,
        own_segments.verdict,
        own_segments.segment_rank as learned_rank,
        expected_segments.segment_rank as expected_rank,
        round(100 * customers.share_of_rule_segment, 1) || ' % of ' || customers.rule_segment || ' behave like '
        || customers.learned_segment || ', ' || round(100 * customers.expected_share, 1) || ' % like '
        || customers.expected_segment || '; this customer stands clearly inside ' || customers.learned_segment
        || ' (margin ' || round(coalesce(customers.learned_margin, 1), 2) || ')' as evidence

    from customers

    left join segments as own_segments
        on
            customers.activity_status = own_segments.population
            and customers.learned_segment_id = own_segments.segment_id

    left join segments as expected_segments
        on
            customers.activity_status = expected_segments.population
            and customers.expected_segment_id = expected_segments.segment_id

),

final as (

    select
        customers_with_ranks.customer_id,
        customers_with_ranks.as_of_date,
        customers_with_ranks.activity_status,
        customers_with_ranks.rule_segment,
        customers_with_ranks.learned_segment_id,
        customers_with_ranks.learned_segment,
        customers_with_ranks.expected_segment_id,
        customers_with_ranks.expected_segment,
        case
            when customers_with_ranks.learned_rank < customers_with_ranks.expected_rank then 'rules place higher'
            when customers_with_ranks.learned_rank > customers_with_ranks.expected_rank then 'rules place lower'
            else 'rules place elsewhere'
        end as mismatch_kind,
        customers_with_ranks.evidence,
        customers_with_ranks.share_of_rule_segment,
        customers_with_ranks.lift,
        customers_with_ranks.learned_margin,
        features.days_since_last_trade,
        features.trade_count_365d,
        features.traded_notional_usd_365d,
        features.net_asset_value_usd,
        changes.change_in_words as smallest_change,
        changes.changes as smallest_change_json,
        changes.scaled_size as smallest_change_size,
        changes.flips as smallest_change_flips,
        case
            when customers_with_ranks.verdict in ('natural', 'reproducible')
                then 'Serve as ' || customers_with_ranks.learned_segment
            else 'Review: the learned segments of this status are not reproducible enough to overrule the rules'
        end as proposal

    from customers_with_ranks

    left join changes
        on customers_with_ranks.customer_id = changes.customer_id

    left join features
        on customers_with_ranks.customer_id = features.customer_id

)

select * from final
