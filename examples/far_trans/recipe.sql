-- From the public file to `int_investor_versions`: new names; "Not_Available" is null, the prefix "Predicted_" a flag.
-- In 12,501 rows the last questionnaire is later than the row itself, so nobody can have known of it on that day; the
-- date stays as it is given, with a flag.

copy (
    select
        "customerID" as customer_id,
        cast("timestamp" as timestamp) as known_from,
        lower(replace("customerType", ' ', '_')) as customer_type,
        nullif(lower(replace("riskLevel", 'Predicted_', '')), 'not_available') as risk_level,
        starts_with("riskLevel", 'Predicted_') as is_risk_level_predicted,
        nullif(lower(replace("investmentCapacity", 'Predicted_', '')), 'not_available') as investment_capacity,
        starts_with("investmentCapacity", 'Predicted_') as is_investment_capacity_predicted,
        cast("lastQuestionnaireDate" as date) as last_questionnaire_date,
        cast("lastQuestionnaireDate" as date) > cast("timestamp" as date) as is_questionnaire_dated_later
    from read_csv(getvariable('data') || '/customer_information.csv.gz', all_varchar = true, header = true)
) to (getvariable('out') || '/int_investor_versions.parquet') (format parquet);
