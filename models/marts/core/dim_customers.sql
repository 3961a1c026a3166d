-- One row per customer as of `as_of_date`: who they are, in what may be shown.

with

features as (

    select * from {{ ref('ftr_rfmn') }}

),

customers as (

    select
        stg_customers.*,
        {{ age_in_years('birth_date') }} as age_years

    from {{ ref('stg_brokerage__customers') }} as stg_customers

),

age_bands as (

    select * from {{ ref('age_bands') }}

),

final as (

    select
        features.customer_id,
        features.as_of_date,
        features.activity_status,
        customers.opened_date,
        features.account_age_days,
        customers.customer_type,
        customers.country,
        customers.birth_date,

        -- Bands: enough to read a segment by, too little to find a person.
        coalesce(age_bands.age_band, 'unknown') as age_band

    from features

    left join customers
        on features.customer_id = customers.customer_id

    left join age_bands
        on customers.age_years between age_bands.age_min and age_bands.age_max

)

select * from final
