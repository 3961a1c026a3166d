-- One row per customer and day with a login. Several rows for one day say the same thing twice: the highest count
-- is kept. A table, because that means sorting the ledger.

{{ config(materialized='table') }}

with

logins as (

    select * from {{ ref('base_brokerage__logins') }}

    where rejected_reason is null

),

final as (

    select
        customer_id,
        login_date,

        -- A row without a count still says that there was a login.
        coalesce(max(login_count), 1) as login_count,
        count(*) as version_count

    from logins

    group by
        customer_id,
        login_date

)

select * from final
