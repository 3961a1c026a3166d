-- One row per credit: whether it went bad. Supplied, see examples/credit_profiling.

{{ supplied_features() }}
