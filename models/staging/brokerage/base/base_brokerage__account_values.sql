-- Every row of the daily account values, typed, with the first check it fails.

{% set checks = [
    {'column': 'customer_id', 'fails_when': 'customer_id is null', 'reason': 'missing key'},
    {
        'column': 'value_date',
        'fails_when': 'not ' ~ is_plausible_date('value_date'),
        'reason': 'impossible date',
    },
    {
        'column': 'net_asset_value_usd',
        'fails_when': 'not ' ~ is_finite('net_asset_value_usd'),
        'reason': 'not a finite number',
    },
    {
        'column': 'net_asset_value_usd',
        'fails_when': 'abs(net_asset_value_usd) >= 1e13',
        'reason': 'beyond any account',
    },
    {
        'column': 'net_asset_value_usd',
        'fails_when': 'abs(net_asset_value_usd - cash_usd - holdings_usd) > 0.01 + 1e-6 * abs(net_asset_value_usd)',
        'reason': 'not cash plus holdings',
    },
    {'column': 'customer_id', 'fails_when': 'known_customer_id is null', 'reason': 'unknown customer'},
] %}

with

account_values as (

    select {{ typed({
        'customer_id': 'varchar',
        'value_date': 'date',
        'cash_usd': 'double',
        'holdings_usd': 'double',
        'net_asset_value_usd': 'double',
    }) }}

    from {{ source('brokerage', 'account_values') }}

),

known_customers as (

    select customer_id as known_customer_id from {{ ref('stg_brokerage__customers') }}

),

account_values_checked as (

    select
        account_values.*,
        {{ first_failed(checks) }} as failed_check

    from account_values

    left join known_customers
        on account_values.customer_id = known_customers.known_customer_id

),

final as (

    select
        account_values_checked.*,
        {{ failed_check_told(checks) }}

    from account_values_checked

)

select * from final
