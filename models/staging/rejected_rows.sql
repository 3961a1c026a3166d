-- The quarantine: one row per input row that was set aside, per optional value that was emptied, and per fact of which
-- the rows of a customer disagreed, with its reason.

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
    union all
    {{ rejected_from('compliance', 'risk_factors', 'customer_id') }}
    {% for column in [
        'is_pep', 'is_high_net_worth', 'was_reported_before', 'birth_date', 'customer_since_date',
        'expected_monthly_volume_usd', 'actual_monthly_volume_usd', 'cash_monthly_volume_usd', 'average_balance_usd',
        'online_transfer_count_30d', 'non_face_to_face_count_30d', 'alert_count_365d', 'cash_report_count_365d',
    ] %}
    union all
    {{ emptied_from('compliance', 'risk_factors', 'customer_id', column) }}
    {% endfor %}
    union all
    {{ contradictions_from('compliance', 'risk_factors', 'customer_id') }}

)

select * from rejections
