-- Every row of the suitability questionnaires, typed, with the first check it fails.

{% set checks = [
    {'column': 'questionnaire_id', 'fails_when': 'questionnaire_id is null', 'reason': 'missing key'},
    {'column': 'customer_id', 'fails_when': 'customer_id is null', 'reason': 'missing customer'},
    {
        'column': 'answered_date',
        'fails_when': 'not ' ~ is_plausible_date('answered_date'),
        'reason': 'impossible date',
    },
    {
        'column': 'declared_risk_score',
        'fails_when': 'not ' ~ is_finite('declared_risk_score'),
        'reason': 'not a finite number',
    },
    {
        'column': 'declared_risk_score',
        'fails_when': 'declared_risk_score not between 0 and 1',
        'reason': 'outside 0 to 1',
    },
    {
        'column': 'customer_id',
        'fails_when': 'known_customer_id is null and register.customer_count > 0',
        'reason': 'unknown customer',
    },
] %}

with

questionnaires as (

    select {{ typed({
        'questionnaire_id': 'varchar',
        'customer_id': 'varchar',
        'answered_date': 'date',
        'declared_risk_score': 'double',
        'recorded_at': 'timestamp',
    }) }}

    from {{ source('suitability', 'questionnaires') }}

),

known_customers as (

    select customer_id as known_customer_id from {{ ref('stg_brokerage__customers') }}

),

-- Who supplies finished features needs no register: then there is nothing to hold a customer against.
register as (

    select count(*) as customer_count from known_customers

),

questionnaires_checked as (

    select
        questionnaires.*,
        {{ first_failed(checks) }} as failed_check

    from questionnaires

    left join known_customers
        on questionnaires.customer_id = known_customers.known_customer_id

    cross join register

),

final as (

    select
        questionnaires_checked.*,
        {{ failed_check_told(checks) }}

    from questionnaires_checked

)

select * from final
