-- Every row of the loan applications, typed, with the first check it fails and the faults of its optional values.

{% set columns = {
    'application_id': 'varchar',
    'customer_id': 'varchar',
    'applied_date': 'date',
    'requested_amount_usd': 'double',
    'term_months': 'integer',
    'purpose': 'varchar',
    'interest_rate_ratio': 'double',
    'instalment_usd': 'double',
    'annual_income_usd': 'double',
    'employment_months': 'integer',
    'housing': 'varchar',
    'dependant_count': 'integer',
    'existing_loan_count': 'integer',
    'existing_monthly_debt_usd': 'double',
    'channel': 'varchar',
    'decision': 'varchar',
    'recorded_at': 'timestamp',
} %}

{% set checks = [
    {'column': 'application_id', 'fails_when': 'application_id is null', 'reason': 'missing key'},
    {'column': 'customer_id', 'fails_when': 'customer_id is null', 'reason': 'missing customer'},
    {'column': 'applied_date', 'fails_when': 'not ' ~ is_plausible_date('applied_date'), 'reason': 'impossible date'},
    {
        'column': 'recorded_at',
        'fails_when': 'given_recorded_at is not null and not ' ~ is_plausible_date('recorded_at'),
        'reason': 'impossible date',
    },
    {
        'column': 'recorded_at',
        'fails_when': dbt.datediff('cast(recorded_at as date)', 'applied_date', 'day') ~ ' > 1',
        'reason': 'recorded before it was made',
    },
    {
        'column': 'requested_amount_usd',
        'fails_when': 'not ' ~ is_finite('requested_amount_usd'),
        'reason': 'not a finite number',
    },
    {'column': 'requested_amount_usd', 'fails_when': 'requested_amount_usd <= 0', 'reason': 'not above zero'},
    {'column': 'requested_amount_usd', 'fails_when': 'requested_amount_usd >= 1e13', 'reason': 'beyond any loan'},
    {'column': 'term_months', 'fails_when': 'term_months is null', 'reason': 'not a whole number'},
    {'column': 'term_months', 'fails_when': 'term_months <= 0', 'reason': 'not above zero'},
    {'column': 'term_months', 'fails_when': 'term_months > 1200', 'reason': 'beyond any loan'},
    {'column': 'customer_id', 'fails_when': 'known_customer_id is null', 'reason': 'unknown customer'},
] %}

{#- What a value must be beyond readable: an optional value that cannot be true is emptied, and the row stays. -#}
{% set faults = {
    'interest_rate_ratio': {'fails_when': 'interest_rate_ratio not between 0 and 1', 'reason': 'outside 0 to 1'},
    'instalment_usd': {'fails_when': 'instalment_usd <= 0', 'reason': 'not above zero'},
    'annual_income_usd': {'fails_when': 'annual_income_usd < 0', 'reason': 'negative'},
    'employment_months': {'fails_when': 'employment_months not between 0 and 1200', 'reason': 'outside 0 to 1200'},
    'dependant_count': {'fails_when': 'dependant_count < 0', 'reason': 'negative'},
    'existing_loan_count': {'fails_when': 'existing_loan_count < 0', 'reason': 'negative'},
    'existing_monthly_debt_usd': {'fails_when': 'existing_monthly_debt_usd < 0', 'reason': 'negative'},
    'decision': {'fails_when': "decision not in ('approved', 'declined')", 'reason': 'unknown category'},
} %}

with

applications as (

    select {{ typed(columns) }}

    from {{ source('lending', 'applications') }}

),

known_customers as (

    select customer_id as known_customer_id from {{ ref('stg_brokerage__customers') }}

),

applications_checked as (

    select
        applications.*,
        {% for column, fault in faults.items() %}
        case
            {%- if columns[column] == 'double' %}
            when given_{{ column }} is not null and not {{ is_finite(column) }} then 'not a finite number'
            {%- elif columns[column] == 'integer' %}
            when given_{{ column }} is not null and {{ column }} is null then 'not a whole number'
            {%- endif %}
            when {{ fault.fails_when }} then '{{ fault.reason }}'
        end as {{ column }}_fault,
        {% endfor %}
        {{ first_failed(checks) }} as failed_check

    from applications

    left join known_customers
        on applications.customer_id = known_customers.known_customer_id

),

final as (

    select
        applications_checked.*,
        {{ failed_check_told(checks) }},

        -- A register that does not say when a row was recorded is taken to have known it on its day.
        coalesce(recorded_at, cast(applied_date as timestamp)) as known_at

    from applications_checked

)

select * from final
