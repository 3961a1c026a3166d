-- Every row of the customer register, typed, with the first check it fails and the faults of its optional values.

{% set checks = [
    {'column': 'customer_id', 'fails_when': 'customer_id is null', 'reason': 'missing key'},
    {
        'column': 'opened_date',
        'fails_when': 'given_opened_date is not null and not ' ~ is_plausible_date('opened_date'),
        'reason': 'impossible date',
    },
] %}

with

customers as (

    select {{ typed({
        'customer_id': 'varchar',
        'opened_date': 'date',
        'birth_date': 'date',
        'country': 'varchar',
        'customer_type': 'varchar',
        'gender': 'varchar',
        'annual_income_usd': 'double',
        'spending_score': 'double',
        'recorded_at': 'timestamp',
    }) }}

    from {{ source('brokerage', 'customers') }}

),

customers_checked as (

    select
        customers.*,
        {{ first_failed(checks) }} as failed_check,

        -- An optional value that cannot be true is emptied; the customer stays, or their trades would go too.
        case
            when birth_date is null and given_birth_date is not null then 'not a date'
            when birth_date < cast('1900-01-01' as date) then 'older than anyone'
            when birth_date > coalesce(opened_date, cast(recorded_at as date))
                then 'born after the account was opened'
        end as birth_date_fault,
        case
            when given_annual_income_usd is not null and not {{ is_finite('annual_income_usd') }}
                then 'not a finite number'
            when annual_income_usd < 0 then 'negative'
        end as annual_income_usd_fault,
        case
            when given_spending_score is not null and not {{ is_finite('spending_score') }} then 'not a finite number'
            when spending_score not between 0 and 100 then 'outside 0 to 100'
        end as spending_score_fault,
        case
            when customer_type not in ('individual', 'corporate') then 'unknown category'
        end as customer_type_fault

    from customers

),

final as (

    select
        customers_checked.*,
        {{ failed_check_told(checks) }}

    from customers_checked

)

select * from final
