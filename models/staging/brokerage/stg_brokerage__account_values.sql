-- One row per customer and day. Account values carry no time of recording: of several rows for one day the one with
-- the highest net asset value is kept. A table, because that means sorting the ledger.

{{ config(materialized='table') }}

with

account_values as (

    select * from {{ ref('base_brokerage__account_values') }}

    where rejected_reason is null

),

versions as (

    select
        account_values.*,
        count(*) over (partition by customer_id, value_date) as version_count,
        row_number() over (
            partition by customer_id, value_date
            order by
                net_asset_value_usd desc,
                cash_usd desc nulls last,
                holdings_usd desc nulls last
        ) as version_rank

    from account_values

),

final as (

    select
        customer_id,
        value_date,
        cash_usd,
        holdings_usd,
        cast(round(net_asset_value_usd, 2) as decimal(18, 2)) as net_asset_value_usd,
        version_count

    from versions

    where version_rank = 1

)

select * from final
