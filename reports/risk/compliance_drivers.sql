with told as (
    select
        assessed.customer_id,
        -- What comes after the colon is the customer's own figure.
        split_part(unnest([assessed.driver_1, assessed.driver_2, assessed.driver_3]), ':', 1) as driver
    from mart_compliance_risk as assessed
    where coalesce(assessed.tier, assessed.rule_tier) = 'High'
),

counted as (
    select
        told.driver,
        coalesce(customers.activity_status, 'unknown') as activity_status,
        coalesce(customers.rfmn_segment, 'no segment') as rfmn_segment,
        count(distinct told.customer_id) as customer_count
    from told
    left join mart_customer_segments as customers using (customer_id)
    where told.driver is not null
    group by 1, 2, 3
),

frequent as (
    select
        driver,
        sum(customer_count) as customer_count
    from counted
    group by 1
    order by 2 desc, 1
    limit 12
)

select
    counted.driver,
    counted.activity_status,
    counted.rfmn_segment,
    counted.customer_count
from counted
inner join frequent using (driver)
order by frequent.customer_count desc, 1, 2, 3
