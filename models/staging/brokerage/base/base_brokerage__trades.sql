-- Every row of the trade ledger, typed, with the first check it fails.

{% set checks = [
    {'column': 'trade_id', 'fails_when': 'trade_id is null', 'reason': 'missing key'},
    {'column': 'customer_id', 'fails_when': 'customer_id is null', 'reason': 'missing customer'},
    {
        'column': 'traded_at',
        'fails_when': 'not ' ~ is_plausible_date('traded_at'),
        'reason': 'impossible date',
    },
    {
        'column': 'recorded_at',
        'fails_when': 'given_recorded_at is not null and not ' ~ is_plausible_date('recorded_at'),
        'reason': 'impossible date',
    },
    {
        'column': 'recorded_at',
        'fails_when': 'cast(recorded_at as date) < cast(traded_at as date)',
        'reason': 'recorded before it was traded',
    },
    {'column': 'side', 'fails_when': "side is null or side not in ('buy', 'sell')", 'reason': 'unknown category'},
    {'column': 'quantity', 'fails_when': 'not ' ~ is_finite('quantity'), 'reason': 'not a finite number'},
    {'column': 'quantity', 'fails_when': 'quantity <= 0', 'reason': 'not above zero'},
    {'column': 'price_usd', 'fails_when': 'not ' ~ is_finite('price_usd'), 'reason': 'not a finite number'},
    {'column': 'price_usd', 'fails_when': 'price_usd <= 0', 'reason': 'not above zero'},
    {'column': 'quantity', 'fails_when': 'quantity >= 1e15', 'reason': 'beyond any market'},
    {'column': 'price_usd', 'fails_when': 'quantity * price_usd >= 1e13', 'reason': 'beyond any market'},
    {'column': 'customer_id', 'fails_when': 'known_customer_id is null', 'reason': 'unknown customer'},
] %}

with

trades as (

    select {{ typed({
        'trade_id': 'varchar',
        'customer_id': 'varchar',
        'asset_id': 'varchar',
        'side': 'varchar',
        'quantity': 'double',
        'price_usd': 'double',
        'fee_usd': 'double',
        'traded_at': 'timestamp',
        'recorded_at': 'timestamp',
    }) }}

    from {{ source('brokerage', 'trades') }}

),

known_customers as (

    select customer_id as known_customer_id from {{ ref('stg_brokerage__customers') }}

),

trades_checked as (

    select
        trades.*,
        {{ first_failed(checks) }} as failed_check,
        case
            when trades.given_fee_usd is not null and not {{ is_finite('trades.fee_usd') }} then 'not a finite number'
            when trades.fee_usd < 0 then 'negative'
        end as fee_usd_fault

    from trades

    left join known_customers
        on trades.customer_id = known_customers.known_customer_id

),

final as (

    select
        trades_checked.*,
        {{ failed_check_told(checks) }},

        -- A ledger that does not say when a row was recorded is taken to have known it at once.
        coalesce(recorded_at, traded_at) as known_at,
        case when failed_check is null then cast(round(quantity * price_usd, 2) as decimal(18, 2)) end as notional_usd

    from trades_checked

)

select * from final
