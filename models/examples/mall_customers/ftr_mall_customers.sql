-- One row per customer of the mall. Supplied, see examples/mall_customers.

{{ supplied_features() }}
