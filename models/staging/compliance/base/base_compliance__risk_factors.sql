-- Every row of the risk factors, read as people type them, with the first check it fails and the faults of its optional
-- values. A table, because reading by hand costs more than keeping what was read.

{{ config(materialized='table') }}

{% set columns = {
    'text': [
        'customer_id', 'channel', 'occupation', 'source_of_income', 'account_type', 'residence_country', 'nationality',
        'gender', 'industry', 'place_of_birth',
    ],
    'number': [
        'expected_monthly_volume_usd', 'actual_monthly_volume_usd', 'cash_monthly_volume_usd', 'average_balance_usd',
    ],
    'count': [
        'online_transfer_count_30d', 'non_face_to_face_count_30d', 'alert_count_365d', 'cash_report_count_365d',
    ],
    'flag': ['is_pep', 'is_high_net_worth', 'was_reported_before'],
    'date': ['birth_date', 'customer_since_date', 'assessed_date'],
} %}

{% set checks = [
    {'column': 'customer_id', 'fails_when': 'customer_id is null', 'reason': 'missing key'},
    {
        'column': 'assessed_date',
        'fails_when': 'assessed_date_fault is not null',
        'reason': 'not known when it was assessed',
    },
] %}

{#- What a value must be beyond readable, by kind and by column: an optional value that cannot be true is emptied, and
    the row stays. -#}
{% set faults = {
    'number': [{'fails_when': '{} < 0', 'reason': 'negative'}],
    'average_balance_usd': [],
    'count': [
        {'fails_when': '{} < 0', 'reason': 'negative'},
        {'fails_when': '{} <> floor({})', 'reason': 'not a whole number'},
        {'fails_when': '{} >= 1e9', 'reason': 'beyond any count'},
    ],
    'birth_date': [
        {'fails_when': "{} < cast('1900-01-01' as date)", 'reason': 'older than anyone'},
        {'fails_when': '{} > coalesce(customer_since_date, assessed_date)', 'reason': 'born after becoming a customer'},
    ],
    'customer_since_date': [{'fails_when': 'not ' ~ is_plausible_date('{}'), 'reason': 'impossible date'}],
    'assessed_date': [{'fails_when': 'not ' ~ is_plausible_date('{}'), 'reason': 'impossible date'}],
} %}

with

given as (

    select {{ given_and_said(columns) }}

    from {{ source('compliance', 'risk_factors') }}

),

notations as (

    select {{ notations_proven(columns) }}

    from given

),

risk_factors as (

    select
        given.*,
        notations.*,
        {{ read_by_hand(columns) }}

    from given

    cross join notations

),

faults_told as (

    select
        risk_factors.*,
        {{ faults_by_hand(columns, faults) }}

    from risk_factors

),

risk_factors_checked as (

    select
        faults_told.*,
        {{ first_failed(checks) }} as failed_check

    from faults_told

),

final as (

    select
        risk_factors_checked.*,
        {{ failed_check_told(checks) }}

    from risk_factors_checked

)

select * from final
