-- One row per credit: what was known of it, in words. Supplied, see examples/german_credit.

{{ supplied_features() }}
