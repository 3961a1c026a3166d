-- One row per version of a trade by a customer who has applied for a loan, with the days on which it was the last one
-- known.

{{ spread_to_versions(
    ledger=ref('stg_brokerage__trades'),
    told=ref('base_brokerage__trades'),
    key='trade_id',
    columns={
        'asset_id': 'asset_id',
        'traded_date': 'cast(traded_at as date)',
        'traded_notional_usd': 'notional_usd',
    },
    known_at='known_at',
    ascending=[
        'known_at asc',
        'traded_at asc',
        'customer_id desc',
        'asset_id desc nulls first',
        'side desc',
        'quantity asc',
        'price_usd asc',
    ],
) }}
