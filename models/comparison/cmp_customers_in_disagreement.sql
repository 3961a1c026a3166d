-- One row per customer whose two answers disagree: their features, and the learned segment that would reconcile them.

with

customers as (

    select * from {{ ref('cmp_customer_agreement') }}

    where agreement = 'disagrees'

),

features as (

    select * from {{ ref('ftr_rfmn') }}

),

final as (

    select
        features.*,
        customers.expected_segment_id

    from customers

    inner join features
        on customers.customer_id = features.customer_id

)

select * from final
