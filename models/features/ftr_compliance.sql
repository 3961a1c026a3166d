-- One row per customer assessed by `as_of_date`: what a compliance officer rates their risk by.

{% if is_supplied('ftr_compliance') %}

{{ supplied_features() }}

{% else %}

with

customers as (

    select * from {{ ref('int_risk_factors_windowed_to_customers') }}

),

channels as (

    select * from {{ ref('int_channels_windowed_to_customers') }}

),

final as (

    select
        customers.customer_id,
        {{ as_of_date() }} as as_of_date,
        customers.assessed_date,
        customers.is_pep,
        customers.is_high_net_worth,
        customers.was_reported_before,
        {{ age_in_years('customers.birth_date') }} as age_years,
        case
            when customers.customer_since_date <= {{ as_of_date() }}
                then {{ days_until_as_of('customers.customer_since_date') }}
        end as relationship_days,
        customers.residence_country,
        customers.occupation,
        customers.source_of_income,
        customers.account_type,
        customers.expected_monthly_volume_usd,
        customers.actual_monthly_volume_usd,
        customers.cash_monthly_volume_usd,

        -- Nothing expected, or nothing moved, is no basis for a ratio: unknown, not zero and not infinite.
        customers.actual_monthly_volume_usd
        / nullif(customers.expected_monthly_volume_usd, 0) as volume_to_expected_ratio,
        case
            when customers.actual_monthly_volume_usd = 0 then null
            when customers.cash_monthly_volume_usd > customers.actual_monthly_volume_usd then 1
            else customers.cash_monthly_volume_usd / customers.actual_monthly_volume_usd
        end as cash_ratio,
        cast(channels.online_transfer_count_30d as integer) as online_transfer_count_30d,
        cast(channels.non_face_to_face_count_30d as integer) as non_face_to_face_count_30d,
        cast(customers.alert_count_365d as integer) as alert_count_365d,
        cast(customers.cash_report_count_365d as integer) as cash_report_count_365d,
        customers.average_balance_usd,
        cast(channels.channel_count as integer) as channel_count,
        channels.uses_branch,
        channels.uses_atm,
        channels.uses_mobile_app,
        channels.uses_web,
        channels.uses_other_channel

    from customers

    inner join channels
        on customers.customer_id = channels.customer_id

)

select * from final

{% endif %}
