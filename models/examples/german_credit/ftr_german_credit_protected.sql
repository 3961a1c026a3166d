-- One row per credit: protected attributes, for monitoring. Never features. Supplied, see examples/german_credit.

{{ supplied_features() }}
