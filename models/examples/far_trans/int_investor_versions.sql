-- One row per investor and day the register was changed for them. Supplied, see examples/far_trans.

{{ supplied_features() }}
