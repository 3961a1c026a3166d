-- Every row of the instalments, typed, with the first check it fails.

{% set checks = [
    {'column': 'application_id', 'fails_when': 'application_id is null', 'reason': 'missing key'},
    {'column': 'instalment_number', 'fails_when': 'given_instalment_number is null', 'reason': 'missing key'},
    {'column': 'instalment_number', 'fails_when': 'instalment_number is null', 'reason': 'not a whole number'},
    {'column': 'due_date', 'fails_when': 'not ' ~ is_plausible_date('due_date'), 'reason': 'impossible date'},
    {'column': 'due_usd', 'fails_when': 'not ' ~ is_finite('due_usd'), 'reason': 'not a finite number'},
    {'column': 'due_usd', 'fails_when': 'due_usd <= 0', 'reason': 'not above zero'},
    {'column': 'due_usd', 'fails_when': 'due_usd >= 1e13', 'reason': 'beyond any loan'},
    {
        'column': 'paid_date',
        'fails_when': 'given_paid_date is not null and not ' ~ is_plausible_date('paid_date'),
        'reason': 'impossible date',
    },
    {
        'column': 'paid_usd',
        'fails_when': 'given_paid_usd is not null and not ' ~ is_finite('paid_usd'),
        'reason': 'not a finite number',
    },
    {'column': 'paid_usd', 'fails_when': 'paid_usd < 0', 'reason': 'negative'},
    {'column': 'paid_usd', 'fails_when': 'paid_usd >= 1e13', 'reason': 'beyond any loan'},
    {'column': 'paid_date', 'fails_when': 'paid_usd > 0 and paid_date is null', 'reason': 'paid on no day'},
    {'column': 'application_id', 'fails_when': 'applied_date is null', 'reason': 'unknown application'},
    {'column': 'due_date', 'fails_when': 'due_date < applied_date', 'reason': 'due before the application'},
] %}

with

repayments as (

    select {{ typed({
        'application_id': 'varchar',
        'instalment_number': 'integer',
        'due_date': 'date',
        'due_usd': 'double',
        'paid_date': 'date',
        'paid_usd': 'double',
    }) }}

    from {{ source('lending', 'repayments') }}

),

known_applications as (

    select
        application_id as known_application_id,
        applied_date

    from {{ ref('stg_lending__applications') }}

),

repayments_checked as (

    select
        repayments.*,
        {{ first_failed(checks) }} as failed_check

    from repayments

    left join known_applications
        on repayments.application_id = known_applications.known_application_id

),

final as (

    select
        repayments_checked.*,
        {{ failed_check_told(checks) }}

    from repayments_checked

)

select * from final
