-- One row per application by a customer with a valuation before the application day: the last one.

with

applications as (

    select * from {{ ref('int_applications_windowed_to_their_day') }}

),

account_values as (

    select * from {{ ref('stg_brokerage__account_values') }}

),

final as (

    select
        applications.application_id,
        max_by(account_values.net_asset_value_usd, account_values.value_date) as net_asset_value_usd

    from applications

    inner join account_values
        on
            applications.customer_id = account_values.customer_id
            and applications.application_date > account_values.value_date

    group by applications.application_id

)

select * from final
