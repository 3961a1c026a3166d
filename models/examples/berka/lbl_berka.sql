-- One row per loan: how it went, as far as the end of 1998 can tell. Supplied, see examples/berka.

{{ supplied_features() }}
