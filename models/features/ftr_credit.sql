-- One row per loan application up to `as_of_date`: what was known of it on its day. The facts are those of that day,
-- behaviour ends on the day before. What was dated or recorded later stays out: a model cannot learn from the future.

{% if is_supplied('ftr_credit') %}

{{ supplied_features() }}

{% else %}

with

applications as (

    select
        int_applications.*,

        -- A ratio without a positive base says nothing: null, not zero and not infinite.
        nullif(greatest(annual_income_usd, 0), 0) / 12 as monthly_income_usd

    from {{ ref('int_applications_windowed_to_their_day') }} as int_applications

),

customers as (

    select * from {{ ref('int_customers_windowed_to_applications') }}

),

repayments as (

    select * from {{ ref('int_repayments_windowed_to_applications') }}

),

trades as (

    select * from {{ ref('int_trades_windowed_to_applications') }}

),

account_values as (

    select * from {{ ref('int_account_values_windowed_to_applications') }}

),

cash_movements as (

    select * from {{ ref('int_cash_movements_windowed_to_applications') }}

),

final as (

    select
        applications.application_id,
        applications.customer_id,
        applications.application_date,
        {{ as_of_date() }} as as_of_date,
        applications.requested_amount_usd,
        applications.term_months,
        applications.purpose,
        applications.interest_rate_ratio,
        applications.instalment_usd,
        applications.annual_income_usd,
        applications.employment_months,
        applications.housing,
        applications.dependant_count,
        applications.existing_loan_count,
        applications.existing_monthly_debt_usd,
        applications.channel,
        applications.instalment_usd / applications.monthly_income_usd as instalment_to_income_ratio,
        (applications.instalment_usd + applications.existing_monthly_debt_usd)
        / applications.monthly_income_usd as debt_service_to_income_ratio,
        applications.requested_amount_usd / 12 / applications.monthly_income_usd as amount_to_income_ratio,
        customers.age_years,
        cast({{ dbt.datediff(
            'least(customers.opened_date, trades.first_traded_date)', 'applications.application_date', 'day'
        ) }} as integer) as account_age_days,
        cast(coalesce(repayments.earlier_application_count, 0) as integer) as earlier_application_count,
        cast(coalesce(repayments.earlier_declined_count, 0) as integer) as earlier_declined_count,
        cast(coalesce(repayments.earlier_loan_count, 0) as integer) as earlier_loan_count,
        cast(coalesce(repayments.instalment_due_count, 0) as integer) as instalment_due_count,
        cast(coalesce(repayments.instalment_late_count, 0) as integer) as instalment_late_count,
        cast(coalesce(repayments.instalment_late_30_days_count, 0) as integer) as instalment_late_30_days_count,
        cast(repayments.days_past_due_worst as integer) as days_past_due_worst,
        cast(coalesce(repayments.overdue_usd, 0) as double) as overdue_usd,
        cast(trades.days_since_last_trade as integer) as days_since_last_trade,
        {% for days in [90, 365] %}
        cast(coalesce(trades.trade_count_{{ days }}d, 0) as integer) as trade_count_{{ days }}d,
        cast(coalesce(trades.traded_notional_usd_{{ days }}d, 0) as double) as traded_notional_usd_{{ days }}d,
        {% endfor %}
        trades.traded_volatility_365d,
        cast(account_values.net_asset_value_usd as double) as net_asset_value_usd,
        cast(coalesce(cash_movements.cash_in_usd_180d, 0) as double) as cash_in_usd_180d,
        cast(coalesce(cash_movements.cash_out_usd_180d, 0) as double) as cash_out_usd_180d

    from applications

    left join customers
        on applications.application_id = customers.application_id

    left join repayments
        on applications.application_id = repayments.application_id

    left join trades
        on applications.application_id = trades.application_id

    left join account_values
        on applications.application_id = account_values.application_id

    left join cash_movements
        on applications.application_id = cash_movements.application_id

)

select * from final

{% endif %}
