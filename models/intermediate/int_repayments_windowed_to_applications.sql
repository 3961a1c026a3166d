-- One row per application by a customer who had applied before: the earlier applications, and how their instalments
-- had been paid, as known before the application day. What was not paid in full by then is as late as that day makes
-- it, whenever it was paid afterwards.

with

applications as (

    select * from {{ ref('int_applications_windowed_to_their_day') }}

),

versions as (

    select * from {{ ref('base_lending__applications_versioned') }}

),

repayments as (

    select * from {{ ref('stg_lending__repayments') }}

),

earlier_applications as (

    select
        applications.application_id,
        applications.application_date,
        versions.application_id as earlier_application_id,
        versions.decision

    from applications

    inner join versions
        on
            applications.customer_id = versions.customer_id
            and applications.application_id <> versions.application_id
            and applications.application_date > versions.applied_date
            and applications.application_date > versions.known_from_date
            and (versions.known_until_date is null or applications.application_date <= versions.known_until_date)

),

earlier_instalments as (

    select
        earlier_applications.*,
        repayments.due_date,
        repayments.due_usd - case
            when repayments.paid_date < earlier_applications.application_date
                then least(repayments.paid_usd, repayments.due_usd)
            else 0
        end as overdue_usd,
        greatest(0, {{ dbt.datediff(
            'repayments.due_date', 'least(repayments.settled_date, earlier_applications.application_date)', 'day'
        ) }}) as days_past_due

    from earlier_applications

    left join repayments
        on
            earlier_applications.earlier_application_id = repayments.application_id
            and earlier_applications.application_date > repayments.due_date

),

instalments_summed_to_earlier_applications as (

    select
        application_id,
        earlier_application_id,
        decision,
        count(due_date) as instalment_due_count,
        count(*) filter (where days_past_due > 0) as instalment_late_count,
        count(*) filter (where days_past_due >= 30) as instalment_late_30_days_count,
        max(days_past_due) filter (where due_date is not null) as days_past_due_worst,
        sum(overdue_usd) as overdue_usd

    from earlier_instalments

    group by
        application_id,
        earlier_application_id,
        decision

),

final as (

    select
        application_id,
        count(*) as earlier_application_count,
        count(*) filter (where decision = 'declined') as earlier_declined_count,

        -- A register of granted loans need not say that they were: their instalments do.
        count(*) filter (
            where decision = 'approved' or (decision is null and instalment_due_count > 0)
        ) as earlier_loan_count,
        sum(instalment_due_count) as instalment_due_count,
        sum(instalment_late_count) as instalment_late_count,
        sum(instalment_late_30_days_count) as instalment_late_30_days_count,
        max(days_past_due_worst) as days_past_due_worst,
        sum(overdue_usd) as overdue_usd

    from instalments_summed_to_earlier_applications

    group by application_id

)

select * from final
