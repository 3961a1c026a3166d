-- One row per version of a cash movement of a customer who has applied for a loan, with the days on which it was the
-- last one known.

{{ spread_to_versions(
    ledger=ref('stg_brokerage__cash_movements'),
    told=ref('base_brokerage__cash_movements'),
    key='movement_id',
    columns={
        'direction': 'direction',
        'amount_usd': 'cast(round(amount_usd, 2) as decimal(18, 2))',
        'moved_date': 'cast(moved_at as date)',
    },
    known_at='coalesce(recorded_at, moved_at)',
    ascending=[
        'coalesce(recorded_at, moved_at) asc',
        'moved_at asc',
        'customer_id desc',
        'direction desc',
        'amount_usd asc',
    ],
) }}
