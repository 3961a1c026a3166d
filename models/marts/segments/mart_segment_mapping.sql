-- One row per activity status, rule segment and learned segment that share customers, with the agreement of the two
-- divisions of that activity status as a whole.

with

cells as (

    select * from {{ ref('cmp_segment_cells') }}

),

agreement as (

    select
        {% for measure in ['agreement_rate', 'adjusted_rand_index', 'adjusted_mutual_information', 'cramers_v'] %}
        max(value) filter (where measure = '{{ measure }}') as {{ measure }},
        max(interval_low) filter (where measure = '{{ measure }}') as {{ measure }}_low,
        max(interval_high) filter (where measure = '{{ measure }}') as {{ measure }}_high,
        {% endfor %}
        max(chance_baseline) filter (where measure = 'agreement_rate') as agreement_rate_by_chance,
        activity_status

    from {{ ref('cmp_segment_agreement') }}

    group by activity_status

),

final as (

    select
        cells.activity_status,
        cells.rule_segment,
        cells.learned_segment_id,
        cells.learned_segment,
        {{ as_of_date() }} as as_of_date,
        cells.customer_count,
        cells.rule_segment_count,
        cells.learned_segment_count,
        cells.share_of_rule_segment,
        cells.share_of_learned_segment,
        cells.lift,
        cells.is_expected,
        agreement.agreement_rate,
        agreement.agreement_rate_low,
        agreement.agreement_rate_high,
        agreement.agreement_rate_by_chance,
        agreement.adjusted_rand_index,
        agreement.adjusted_rand_index_low,
        agreement.adjusted_rand_index_high,
        agreement.adjusted_mutual_information,
        agreement.adjusted_mutual_information_low,
        agreement.adjusted_mutual_information_high,
        agreement.cramers_v,
        agreement.cramers_v_low,
        agreement.cramers_v_high

    from cells

    left join agreement
        on cells.activity_status = agreement.activity_status

)

select * from final
