-- One row per version of a trade by a customer who has applied for a loan, with the days on which it was the last one
-- known: what a day knew of the trades, and not what was corrected or recorded since. Most trades are told once, and
-- the ledger need not be sorted for them.

with

applicants as (

    select distinct customer_id from {{ ref('int_applications_windowed_to_their_day') }}

),

staged_trades as (

    select * from {{ ref('stg_brokerage__trades') }}

),

trades_told_again as (

    select trade_id from staged_trades

    -- Nobody has applied: the ledger need not be read again.
    where
        version_count > 1
        and exists (select applicants.customer_id from applicants)

),

versions_told_again as (

    select
        base_trades.trade_id,
        base_trades.customer_id,
        base_trades.asset_id,
        cast(base_trades.traded_at as date) as traded_date,
        base_trades.notional_usd as traded_notional_usd,
        cast(base_trades.known_at as date) as known_from_date,

        -- The order by which staging finds the last version, from its end.
        lead(cast(base_trades.known_at as date)) over (
            partition by base_trades.trade_id
            order by
                base_trades.known_at asc,
                base_trades.traded_at asc,
                base_trades.customer_id desc,
                base_trades.asset_id desc nulls first,
                base_trades.side desc,
                base_trades.quantity asc,
                base_trades.price_usd asc
        ) as known_until_date

    from {{ ref('base_brokerage__trades') }} as base_trades

    inner join trades_told_again
        on base_trades.trade_id = trades_told_again.trade_id

    where base_trades.rejected_reason is null

),

versions as (

    select
        trade_id,
        customer_id,
        asset_id,
        traded_date,
        traded_notional_usd,
        cast(recorded_at as date) as known_from_date,
        cast(null as date) as known_until_date

    from staged_trades

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
