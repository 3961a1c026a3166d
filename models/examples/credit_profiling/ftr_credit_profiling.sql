-- One row per credit: what the file tells of it, in its own codes and under its own names. Supplied, see examples/credit_profiling.

{{ supplied_features() }}
