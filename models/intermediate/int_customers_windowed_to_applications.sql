-- One row per application: how old the applicant was and since when a customer, by the version of the register that was
-- known on the application day. A register that holds only its last state is taken to have known it: an empty age would
-- tell that the customer's row has changed since, and that is the future.

with

applications as (

    select * from {{ ref('int_applications_windowed_to_their_day') }}

),

customers as (

    select
        customer_id,
        opened_date,
        case when birth_date_fault is null then birth_date end as birth_date,
        coalesce(cast(recorded_at as date), cast('0001-01-01' as date)) as known_from_date,
        recorded_at

    from {{ ref('base_brokerage__customers') }}

    where rejected_reason is null

),

customers_as_known as (

    select
        applications.application_id,
        applications.application_date,
        customers.*,
        customers.known_from_date <= applications.application_date as was_known

    from applications

    inner join customers
        on applications.customer_id = customers.customer_id

),

customers_ranked as (

    select
        customers_as_known.*,
        row_number() over (
            partition by application_id
            order by
                was_known desc,
                case when was_known then recorded_at end desc nulls last,
                known_from_date asc,
                recorded_at asc nulls first,
                opened_date desc nulls last,
                birth_date desc nulls last
        ) as version_rank

    from customers_as_known

),

final as (

    select
        application_id,

        -- Completed years: the difference of the dates read as the numbers yyyymmdd.
        case
            when birth_date <= application_date
                then cast(floor((
                    (extract(year from application_date) - extract(year from birth_date)) * 10000
                    + (extract(month from application_date) - extract(month from birth_date)) * 100
                    + extract(day from application_date) - extract(day from birth_date)
                ) / 10000.0) as integer)
        end as age_years,
        case when opened_date <= application_date then opened_date end as opened_date

    from customers_ranked

    where version_rank = 1

)

select * from final
