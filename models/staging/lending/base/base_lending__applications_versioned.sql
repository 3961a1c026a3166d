-- One row per sound row of the loan applications: a version of an application, its number, and the days on which it
-- was the last one known. Whoever asks what was known on a day asks here; optional values that cannot be true are
-- empty. A table, because that means sorting the register.

{{ config(materialized='table') }}

{% set emptied = [
    'interest_rate_ratio',
    'instalment_usd',
    'annual_income_usd',
    'employment_months',
    'dependant_count',
    'existing_loan_count',
    'existing_monthly_debt_usd',
    'decision',
] %}
{% set kept = ['customer_id', 'applied_date', 'requested_amount_usd', 'term_months', 'purpose', 'housing', 'channel'] %}

with

applications as (

    select
        application_id,
        {% for column in kept %}
        {{ column }},
        {% endfor %}
        {% for column in emptied %}
        case when {{ column }}_fault is null then {{ column }} end as {{ column }},
        {% endfor %}
        known_at

    from {{ ref('base_lending__applications') }}

    where rejected_reason is null

),

versions as (

    select
        applications.*,
        count(*) over (partition by application_id) as version_count,

        -- Every column takes part, so that equal inputs give equal outputs whatever the row order.
        row_number() over (
            partition by application_id
            order by {{ (['known_at'] + kept + emptied) | join(' asc nulls first, ') }} asc nulls first
        ) as version_number

    from applications

),

final as (

    select
        versions.*,
        cast(known_at as date) as known_from_date,
        lead(cast(known_at as date)) over (
            partition by application_id
            order by version_number asc
        ) as known_until_date

    from versions

)

select * from final
