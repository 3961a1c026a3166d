-- From the public file to the feature table `ftr_mall_customers`: new names with units, nothing else.

copy (
    select
        "CustomerID" as customer_id,
        date '2025-12-31' as as_of_date,
        cast("Age" as integer) as age_years,
        cast("Annual Income (k$)" as integer) as annual_income_kusd,
        cast("Spending Score (1-100)" as integer) as spending_score_points
    from read_csv(getvariable('data') || '/Mall_Customers.csv', all_varchar = true, header = true)
) to (getvariable('out') || '/ftr_mall_customers.parquet') (format parquet);
