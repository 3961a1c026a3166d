-- One row per source table: rows in, and where they went.

{{ config(materialized='table') }}

with

accounts as (

    {{ account_for_rows('brokerage', 'customers') }}
    union all
    {{ account_for_rows('brokerage', 'trades') }}
    union all
    {{ account_for_rows('brokerage', 'assets') }}
    union all
    {{ account_for_rows('brokerage', 'account_values') }}
    union all
    {{ account_for_rows('brokerage', 'cash_movements') }}
    union all
    {{ account_for_rows('brokerage', 'logins') }}
    union all
    {{ account_for_rows('lending', 'applications') }}
    union all
    {{ account_for_rows('lending', 'repayments') }}
    union all
    {{ account_for_rows('suitability', 'questionnaires') }}

)

select * from accounts
