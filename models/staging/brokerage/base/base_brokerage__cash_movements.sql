-- Every row of the cash ledger, typed, with the first check it fails.

{% set checks = [
    {'column': 'movement_id', 'fails_when': 'movement_id is null', 'reason': 'missing key'},
    {'column': 'customer_id', 'fails_when': 'customer_id is null', 'reason': 'missing customer'},
    {'column': 'moved_at', 'fails_when': 'not ' ~ is_plausible_date('moved_at'), 'reason': 'impossible date'},
    {
        'column': 'direction',
        'fails_when': "direction is null or direction not in ('in', 'out')",
        'reason': 'unknown category',
    },
    {'column': 'amount_usd', 'fails_when': 'not ' ~ is_finite('amount_usd'), 'reason': 'not a finite number'},
    {'column': 'amount_usd', 'fails_when': 'amount_usd <= 0', 'reason': 'not above zero'},
    {'column': 'amount_usd', 'fails_when': 'amount_usd >= 1e13', 'reason': 'beyond any account'},
    {'column': 'customer_id', 'fails_when': 'known_customer_id is null', 'reason': 'unknown customer'},
] %}

with

cash_movements as (

    select {{ typed({
        'movement_id': 'varchar',
        'customer_id': 'varchar',
        'direction': 'varchar',
        'amount_usd': 'double',
        'moved_at': 'timestamp',
        'recorded_at': 'timestamp',
    }) }}

    from {{ source('brokerage', 'cash_movements') }}

),

known_customers as (

    select customer_id as known_customer_id from {{ ref('stg_brokerage__customers') }}

),

cash_movements_checked as (

    select
        cash_movements.*,
        {{ first_failed(checks) }} as failed_check

    from cash_movements

    left join known_customers
        on cash_movements.customer_id = known_customers.known_customer_id

),

final as (

    select
        cash_movements_checked.*,
        {{ failed_check_told(checks) }}

    from cash_movements_checked

)

select * from final
