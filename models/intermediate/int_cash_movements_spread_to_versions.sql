-- One row per version of a cash movement of a customer who has applied for a loan, with the days on which it was the
-- last one known. Most movements are told once, and the ledger need not be sorted for them.

with

applicants as (

    select distinct customer_id from {{ ref('int_applications_windowed_to_their_day') }}

),

staged_movements as (

    select * from {{ ref('stg_brokerage__cash_movements') }}

),

movements_told_again as (

    select movement_id from staged_movements

    -- Nobody has applied: the ledger need not be read again.
    where
        version_count > 1
        and exists (select applicants.customer_id from applicants)

),

versions_told_again as (

    select
        base_movements.movement_id,
        base_movements.customer_id,
        base_movements.direction,
        cast(round(base_movements.amount_usd, 2) as decimal(18, 2)) as amount_usd,
        cast(base_movements.moved_at as date) as moved_date,
        cast(coalesce(base_movements.recorded_at, base_movements.moved_at) as date) as known_from_date,

        -- The order by which staging finds the last version, from its end.
        lead(cast(coalesce(base_movements.recorded_at, base_movements.moved_at) as date)) over (
            partition by base_movements.movement_id
            order by
                coalesce(base_movements.recorded_at, base_movements.moved_at) asc,
                base_movements.moved_at asc,
                base_movements.customer_id desc,
                base_movements.direction desc,
                base_movements.amount_usd asc
        ) as known_until_date

    from {{ ref('base_brokerage__cash_movements') }} as base_movements

    inner join movements_told_again
        on base_movements.movement_id = movements_told_again.movement_id

    where base_movements.rejected_reason is null

),

versions as (

    select
        movement_id,
        customer_id,
        direction,
        amount_usd,
        moved_date,
        cast(recorded_at as date) as known_from_date,
        cast(null as date) as known_until_date

    from staged_movements

    where version_count = 1

    union all

    select * from versions_told_again

    -- Overtaken on the day it was recorded: no day ended with it.
    where known_until_date is null or known_until_date > known_from_date

),

final as (

    select versions.*

    from versions

    inner join applicants
        on versions.customer_id = applicants.customer_id

)

select * from final
