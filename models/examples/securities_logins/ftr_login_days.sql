-- One row per customer as of `as_of_date`: on how many days they logged in. Supplied, see examples/securities_logins.

{{ supplied_features() }}
