-- From the public file to the feature table `ftr_login_days`: new names, nothing else. The windows of the file are
-- nested months (1M lies in 2M); accounts are text, or their leading zeros would be lost.

copy (
    select
        master_account as customer_id,
        date '2024-12-31' as as_of_date,
        cast(login_count_1m as integer) as login_day_count_1m,
        cast(login_count_2m as integer) as login_day_count_2m,
        cast(login_count_3m as integer) as login_day_count_3m,
        cast(login_count_6m as integer) as login_day_count_6m
    from read_csv(getvariable('data') || '/active_login.csv', all_varchar = true, header = true)
) to (getvariable('out') || '/ftr_login_days.parquet') (format parquet);
