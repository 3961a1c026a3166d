-- One row per statement about a customer, channel and day of assessment: rows that say the same are one. A table, because
-- that means sorting them. Statements that differ stay: which of them holds is decided where the customer is made one.

{{ config(materialized='table') }}

{% set texts = [
    'channel', 'occupation', 'source_of_income', 'account_type', 'residence_country', 'nationality', 'gender', 'industry',
    'place_of_birth',
] %}
{% set amounts = [
    'expected_monthly_volume_usd', 'actual_monthly_volume_usd', 'cash_monthly_volume_usd', 'average_balance_usd',
] %}
{% set counts = [
    'online_transfer_count_30d', 'non_face_to_face_count_30d', 'alert_count_365d', 'cash_report_count_365d',
] %}
{% set others = ['is_pep', 'is_high_net_worth', 'was_reported_before', 'birth_date', 'customer_since_date'] %}
{% set facts = texts + others + amounts + counts %}

with

risk_factors as (

    select
        customer_id,
        assessed_date,
        {%- for column in texts %}
        {{ column }},
        {%- endfor %}
        {%- for column in others + amounts %}
        case when {{ column }}_fault is null then {{ column }} end as {{ column }},
        {%- endfor %}
        {%- for column in counts %}
        case when {{ column }}_fault is null then cast({{ column }} as integer) end as {{ column }}
        {{- ',' if not loop.last }}
        {%- endfor %}

    from {{ ref('base_compliance__risk_factors') }}

    where rejected_reason is null

),

statements as (

    select
        customer_id,
        assessed_date,
        {%- for column in facts %}
        {{ column }},
        {%- endfor %}
        count(*) as version_count

    from risk_factors

    group by
        customer_id,
        assessed_date,
        {%- for column in facts %}
        {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}

),

final as (

    select
        statements.*,
        row_number() over (
            partition by customer_id, assessed_date
            order by
                {%- for column in facts %}
                {{ column }} asc nulls last{{ ',' if not loop.last }}
                {%- endfor %}
        ) as statement_number

    from statements

)

select * from final
