-- One row per call: whether the customer subscribed a term deposit. Supplied, see examples/bank_marketing.

{{ supplied_features() }}
