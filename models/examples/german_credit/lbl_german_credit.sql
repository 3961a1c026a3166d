-- One row per credit: whether it went bad. Supplied, see examples/german_credit.

{{ supplied_features() }}
