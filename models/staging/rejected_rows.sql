-- The quarantine: one row per input row that was set aside, and per optional value that was emptied, with its reason.

{{ config(materialized='table') }}

with

rejections as (

    {{ rejected_from('brokerage', 'customers', 'customer_id') }}
    union all
    {{ emptied_from('brokerage', 'customers', 'customer_id', 'birth_date') }}
    union all
    {{ emptied_from('brokerage', 'customers', 'customer_id', 'annual_income_usd') }}
    union all
    {{ emptied_from('brokerage', 'customers', 'customer_id', 'spending_score') }}
    union all
    {{ emptied_from('brokerage', 'customers', 'customer_id', 'customer_type') }}
    union all
    {{ rejected_from('brokerage', 'trades', 'trade_id') }}
    union all
    {{ emptied_from('brokerage', 'trades', 'trade_id', 'fee_usd') }}
    union all
    {{ rejected_from('brokerage', 'assets', 'asset_id') }}
    union all
    {{ emptied_from('brokerage', 'assets', 'asset_id', 'annualised_volatility') }}
    union all
    {{ rejected_from('brokerage', 'account_values', "customer_id || ' ' || cast(given_value_date as varchar)") }}
    union all
    {{ rejected_from('brokerage', 'cash_movements', 'movement_id') }}
    union all
    {{ rejected_from('brokerage', 'logins', "customer_id || ' ' || cast(given_login_date as varchar)") }}
    union all
    {{ rejected_from('lending', 'applications', 'application_id') }}
    union all
    {{ emptied_from('lending', 'applications', 'application_id', 'interest_rate_ratio') }}
    union all
    {{ emptied_from('lending', 'applications', 'application_id', 'instalment_usd') }}
    union all
    {{ emptied_from('lending', 'applications', 'application_id', 'annual_income_usd') }}
    union all
    {{ emptied_from('lending', 'applications', 'application_id', 'employment_months') }}
    union all
    {{ emptied_from('lending', 'applications', 'application_id', 'dependant_count') }}
    union all
    {{ emptied_from('lending', 'applications', 'application_id', 'existing_loan_count') }}
    union all
    {{ emptied_from('lending', 'applications', 'application_id', 'existing_monthly_debt_usd') }}
    union all
    {{ emptied_from('lending', 'applications', 'application_id', 'decision') }}
    union all
    {{ rejected_from('lending', 'repayments', "application_id || ' ' || cast(given_instalment_number as varchar)") }}
    union all
    {{ rejected_from('suitability', 'questionnaires', 'questionnaire_id') }}

)

select * from rejections
