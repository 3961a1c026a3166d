-- One row per customer as of `as_of_date`: the risk score to be predicted. Supplied, see examples/crypto_users.

{{ supplied_features() }}
