-- Every row of the daily logins, typed, with the first check it fails.

{% set checks = [
    {'column': 'customer_id', 'fails_when': 'customer_id is null', 'reason': 'missing key'},
    {
        'column': 'login_date',
        'fails_when': 'not ' ~ is_plausible_date('login_date'),
        'reason': 'impossible date',
    },
    {
        'column': 'login_count',
        'fails_when': 'given_login_count is not null and login_count is null',
        'reason': 'not a whole number',
    },
    {'column': 'login_count', 'fails_when': 'login_count <= 0', 'reason': 'not above zero'},
    {'column': 'customer_id', 'fails_when': 'known_customer_id is null', 'reason': 'unknown customer'},
] %}

with

logins as (

    select {{ typed({
        'customer_id': 'varchar',
        'login_date': 'date',
        'login_count': 'integer',
    }) }}

    from {{ source('brokerage', 'logins') }}

),

known_customers as (

    select customer_id as known_customer_id from {{ ref('stg_brokerage__customers') }}

),

logins_checked as (

    select
        logins.*,
        {{ first_failed(checks) }} as failed_check

    from logins

    left join known_customers
        on logins.customer_id = known_customers.known_customer_id

),

final as (

    select
        logins_checked.*,
        {{ failed_check_told(checks) }}

    from logins_checked

)

select * from final
