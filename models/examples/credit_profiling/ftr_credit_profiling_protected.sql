-- One row per credit: protected attributes, for monitoring and for the published split. Never features. Supplied, see examples/credit_profiling.

{{ supplied_features() }}
