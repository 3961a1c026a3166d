-- One row per loan: protected attributes of the owner of its account, for monitoring. Never features. Supplied, see examples/berka.

{{ supplied_features() }}
