-- One row per application by a customer whose money moved in the 180 days before it, as known before the application
-- day.

with

applications as (

    select * from {{ ref('int_applications_windowed_to_their_day') }}

),

cash_movements as (

    select * from {{ ref('int_cash_movements_spread_to_versions') }}

),

movements_before_application as (

    select
        applications.application_id,
        cash_movements.direction,
        cash_movements.amount_usd

    from applications

    inner join cash_movements
        on
            applications.customer_id = cash_movements.customer_id
            and applications.application_date > cash_movements.moved_date
            and applications.application_date <= cash_movements.moved_date + interval '180' day
            and applications.application_date > cash_movements.known_from_date
            and (
                cash_movements.known_until_date is null
                or applications.application_date <= cash_movements.known_until_date
            )

),

final as (

    select
        application_id,
        sum(amount_usd) filter (where direction = 'in') as cash_in_usd_180d,
        sum(amount_usd) filter (where direction = 'out') as cash_out_usd_180d

    from movements_before_application

    group by application_id

)

select * from final
