-- One row per source table: rows in, where they went, and the columns in which nothing was.

{{ config(materialized='table') }}

with

accounts as (

    {{ account_for_rows('brokerage', 'customers', looks_for_empty_columns=true) }}
    union all
    {{ account_for_rows('brokerage', 'trades') }}
    union all
    {{ account_for_rows('brokerage', 'assets', looks_for_empty_columns=true) }}
    union all
    {{ account_for_rows('brokerage', 'account_values') }}
    union all
    {{ account_for_rows('brokerage', 'cash_movements') }}
    union all
    {{ account_for_rows('brokerage', 'logins') }}
    union all
    {{ account_for_rows('lending', 'applications', looks_for_empty_columns=true) }}
    union all
    {{ account_for_rows('lending', 'repayments') }}
    union all
    {{ account_for_rows('suitability', 'questionnaires') }}
    union all
    {{ account_for_rows('compliance', 'risk_factors', looks_for_empty_columns=true) }}

)

select * from accounts
