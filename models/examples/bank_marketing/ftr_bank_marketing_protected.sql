-- One row per call: protected attributes of the customer, for monitoring. Never features. Supplied, see examples/bank_marketing.

{{ supplied_features() }}
