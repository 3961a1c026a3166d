-- One row per statement about a customer, channel and day of assessment; rows that say the same are one. Statements
-- that differ stay; what they make of the customer is decided later. A table, because that means sorting them.

{{ config(materialized='table') }}

{% set as_said = [
    'channel', 'occupation', 'source_of_income', 'account_type', 'residence_country', 'nationality', 'gender', 'industry',
    'place_of_birth',
] %}
{% set checked = [
    'is_pep', 'is_high_net_worth', 'was_reported_before', 'birth_date', 'customer_since_date',
    'expected_monthly_volume_usd', 'actual_monthly_volume_usd', 'cash_monthly_volume_usd', 'average_balance_usd',
] %}
{% set counts = [
    'online_transfer_count_30d', 'non_face_to_face_count_30d', 'alert_count_365d', 'cash_report_count_365d',
] %}
{% set facts = as_said + checked + counts %}

with

risk_factors as (

    select
        {% for column in as_said %}
        {{ column }},
        {% endfor %}
        {% for column in checked %}
        case when {{ column }}_fault is null then {{ column }} end as {{ column }},
        {% endfor %}
        {% for column in counts %}
        case when {{ column }}_fault is null then cast({{ column }} as integer) end as {{ column }},
        {% endfor %}
        customer_id,
        assessed_date

    from {{ ref('base_compliance__risk_factors') }}

    where rejected_reason is null

),

statements as (

    select
        {% for column in facts %}
        {{ column }},
        {% endfor %}
        customer_id,
        assessed_date,
        count(*) as version_count

    from risk_factors

    group by
        {% for column in facts %}
        {{ column }},
        {% endfor %}
        customer_id,
        assessed_date

),

final as (

    select
        statements.*,

        -- Every fact takes part, so that equal inputs give equal numbers whatever the row order.
        row_number() over (
            partition by customer_id, assessed_date
            order by {{ facts | join(' asc nulls last, ') }} asc nulls last
        ) as statement_number

    from statements

)

select * from final
