-- The partials are additive and complete: their sums over all days are those of the staged ledgers. Returned: ledgers
-- whose sums differ.

with

totals as (

    select
        'trades' as ledger,
        (select sum(trade_count) from {{ ref('int_trades_summed_to_customer_days') }}) as counted,
        (select count(*) from {{ ref('stg_brokerage__trades') }}) as counted_in_ledger,
        (select sum(traded_notional_usd) from {{ ref('int_trades_summed_to_customer_days') }}) as amount_usd,
        (select sum(traded_notional_usd) from {{ ref('stg_brokerage__trades') }}) as amount_in_ledger_usd

    union all

    select
        'cash_movements' as ledger,
        (select sum(movement_count) from {{ ref('int_cash_movements_summed_to_customer_days') }}) as counted,
        (select count(*) from {{ ref('stg_brokerage__cash_movements') }}) as counted_in_ledger,
        (
            select sum(cash_in_usd + cash_out_usd) from {{ ref('int_cash_movements_summed_to_customer_days') }}
        ) as amount_usd,
        (select sum(amount_usd) from {{ ref('stg_brokerage__cash_movements') }}) as amount_in_ledger_usd

)

select * from totals

where
    coalesce(counted, 0) <> counted_in_ledger
    or coalesce(amount_usd, 0) <> coalesce(amount_in_ledger_usd, 0)
