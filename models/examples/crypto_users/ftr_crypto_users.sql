-- One row per customer as of `as_of_date`: how they trade. Supplied, see examples/crypto_users.

{{ supplied_features() }}
