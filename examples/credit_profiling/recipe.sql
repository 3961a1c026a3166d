-- From the two public files to features, label and protected attributes of 1,000 credits, and to the scores of 1,599
-- users. The files have one `user_id` in common by chance: they cannot be joined.
--
--   credits       Statlog German credit in codes: 947 rows equal one of `german_credit` in all 21 cells, 50 differ in
--                 one and 3 in two. Never learn from both. No row repeats another. Nothing is corrected
--   names, codes  as in the file, spaces and brackets included: the published figures are figures of these integers.
--                 Many are codes of categories without an order (`Purpose`), which the notebook takes for amounts
--   file_row      position in the file: the published split is drawn by position. Not a feature
--   label         1 is good in the file; a risk model predicts the bad outcome, so is_bad is its opposite
--   protected     marital status (its codes tell women from men), age and foreign worker are among the published
--                 features. Here they are a table of their own: monitoring and the reproduction read it, no model does
--   users         the red-wine data of UCI under new names: nothing here is knowledge about customers. `cluster` is
--                 empty in every row and left out; user_id is random. 240 rows repeat the scores of an earlier one
--                 under another id: kept and counted, because equal scores are no proof of the same person

create temporary view credits as
select
    row_number() over () as file_row,
    *
from read_csv(
    getvariable('data') || '/classification_data.csv', all_varchar = true, header = true, parallel = false
);

copy (
    select
        user_id as customer_id,
        date '2025-12-31' as as_of_date,
        cast(columns(* exclude (user_id, label, "Marital Status", "Age", "Foreign Worker")) as integer)
    from credits
) to (getvariable('out') || '/ftr_credit_profiling.parquet') (format parquet);

copy (
    select
        user_id as customer_id,
        date '2025-12-31' as as_of_date,
        cast("Marital Status" as integer) as "Marital Status",
        cast("Age" as integer) as "Age",
        cast("Foreign Worker" as integer) as "Foreign Worker"
    from credits
) to (getvariable('out') || '/ftr_credit_profiling_protected.parquet') (format parquet);

copy (
    select
        user_id as customer_id,
        date '2025-12-31' as as_of_date,
        case label when '1' then false when '0' then true end as is_bad
    from credits
) to (getvariable('out') || '/lbl_credit_profiling.parquet') (format parquet);

create temporary view users as
select
    user_id as customer_id,
    date '2025-12-31' as as_of_date,
    cast(columns(* exclude (user_id, "cluster")) as double)
from read_csv(getvariable('data') || '/users_data.csv', all_varchar = true, header = true);

copy (
    select
        *,
        cast(count(*) over (
            partition by loan_score, device_rating, data_quality, ltv_rate, bureau_score, total_tenure, months_active,
                savings_score, tx_score, usage_score, airtime_score
        ) as integer) as same_scores_count
    from users
) to (getvariable('out') || '/ftr_credit_users.parquet') (format parquet);
