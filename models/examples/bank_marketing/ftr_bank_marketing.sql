-- One row per call: what was known of the customer before it. Supplied, see examples/bank_marketing.

{{ supplied_features() }}
