-- One row per user: eleven scores. Supplied, see examples/credit_profiling.

{{ supplied_features() }}
