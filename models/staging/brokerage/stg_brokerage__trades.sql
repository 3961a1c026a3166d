-- One row per trade: the version recorded last. A table, because finding the versions of a trade means sorting the
-- ledger; incremental, because only trades recorded since the last build can have a new version. `version_count`
-- and `version_notional_usd` cover all versions of the trade, also those dropped: by them the next build sees
-- whether the recorded past is still the one it knows.

{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='trade_id',
    pre_hook="{{ forget_a_ledger_whose_past_changed() }}",
) }}

with

trades as (

    -- Named one by one: what is only for the quarantine need not be sorted.
    select
        trade_id,
        customer_id,
        asset_id,
        side,
        quantity,
        price_usd,
        case when fee_usd_fault is null then fee_usd end as fee_usd,
        traded_at,
        known_at,
        notional_usd

    from {{ ref('base_brokerage__trades') }}

    where rejected_reason is null

),

{% if is_incremental() %}
last_build as (

    select coalesce(max(recorded_at), cast('0001-01-01' as timestamp)) as last_recorded_at from {{ this }}

),

trades_recorded_since as (

    select distinct trades.trade_id

    from trades

    inner join last_build
        on trades.known_at > last_build.last_recorded_at

),
{% endif %}

versions as (

    select
        trades.*,
        count(*) over (partition by trades.trade_id) as version_count,
        sum(trades.notional_usd) over (partition by trades.trade_id) as version_notional_usd,

        -- Every column takes part, so that equal inputs give equal outputs whatever the row order.
        row_number() over (
            partition by trades.trade_id
            order by
                trades.known_at desc,
                trades.traded_at desc,
                trades.customer_id asc,
                trades.asset_id asc nulls last,
                trades.side asc,
                trades.quantity desc,
                trades.price_usd desc,
                trades.fee_usd asc nulls last
        ) as version_rank

    from trades

    {% if is_incremental() %}
    inner join trades_recorded_since
        on trades.trade_id = trades_recorded_since.trade_id
    {% endif %}

),

final as (

    select
        trade_id,
        customer_id,
        asset_id,
        side,
        cast(quantity as decimal(28, 8)) as quantity,
        price_usd,
        fee_usd,

        -- Decimal, so that sums do not depend on the order in which an engine adds.
        notional_usd as traded_notional_usd,
        traded_at,
        cast(traded_at as date) as traded_date,
        known_at as recorded_at,
        version_count,
        cast(version_notional_usd as decimal(38, 2)) as version_notional_usd

    from versions

    where version_rank = 1

)

select * from final
