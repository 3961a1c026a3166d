-- One row per cash movement: the version recorded last. A table, because that means sorting the ledger.

{{ config(materialized='table') }}

with

cash_movements as (

    select
        base_cash_movements.*,
        coalesce(recorded_at, moved_at) as known_at

    from {{ ref('base_brokerage__cash_movements') }} as base_cash_movements

    where rejected_reason is null

),

versions as (

    select
        cash_movements.*,
        count(*) over (partition by movement_id) as version_count,
        row_number() over (
            partition by movement_id
            order by
                known_at desc,
                moved_at desc,
                customer_id asc,
                direction asc,
                amount_usd desc
        ) as version_rank

    from cash_movements

),

final as (

    select
        movement_id,
        customer_id,
        direction,
        cast(round(amount_usd, 2) as decimal(18, 2)) as amount_usd,
        moved_at,
        cast(moved_at as date) as moved_date,
        known_at as recorded_at,
        version_count

    from versions

    where version_rank = 1

)

select * from final
