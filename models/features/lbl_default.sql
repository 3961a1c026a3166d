-- One row per approved loan application up to `as_of_date`: whether the loan was 90 days past due within 12 months (365
-- days) of the application, as far as the as-of date can tell. A label looks past the application day, and nothing
-- looks past the as-of date. Declined applications have no row: what they would have done is not known.

{% if is_supplied('lbl_default') %}

{{ supplied_features() }}

{% else %}

with

applications as (

    select
        int_applications.*,
        cast(application_date + interval '365' day as date) as outcome_date

    from {{ ref('int_applications_windowed_to_their_day') }} as int_applications

),

decisions as (

    select
        application_id,
        decision

    from {{ ref('base_lending__applications_versioned') }}

    -- The version that was the last one known on the as-of date.
    where
        known_from_date <= {{ as_of_date() }}
        and (known_until_date is null or known_until_date > {{ as_of_date() }})

),

repayments as (

    select * from {{ ref('stg_lending__repayments') }}

    where due_date <= {{ as_of_date() }}

),

instalments as (

    select
        repayments.application_id,
        repayments.due_date,

        -- What is not settled when the 12 months end, or on the as-of date, is as late as that day makes it.
        greatest(0, {{ dbt.datediff(
            'repayments.due_date', 'least(repayments.settled_date, applications.outcome_date, ' ~ as_of_date() ~ ')', 'day'
        ) }}) as days_past_due

    from repayments

    inner join applications
        on repayments.application_id = applications.application_id

),

outcomes as (

    select
        application_id,
        max(days_past_due) as days_past_due_worst,
        min(due_date) filter (where days_past_due >= 90) as defaulted_due_date

    from instalments

    group by application_id

),

final as (

    select
        applications.application_id,
        applications.customer_id,
        applications.application_date,
        {{ as_of_date() }} as as_of_date,
        applications.outcome_date,

        -- A loan of which no instalment is known has not been seen to be paid: its outcome stays unknown.
        applications.outcome_date <= {{ as_of_date() }} and outcomes.application_id is not null as is_mature,
        case
            when applications.outcome_date <= {{ as_of_date() }} then outcomes.days_past_due_worst >= 90
        end as is_default,
        cast(outcomes.defaulted_due_date + interval '90' day as date) as default_date,
        cast(outcomes.days_past_due_worst as integer) as days_past_due_worst

    from applications

    left join decisions
        on applications.application_id = decisions.application_id

    left join outcomes
        on applications.application_id = outcomes.application_id

    -- A register of granted loans need not say that they were: their instalments do.
    where
        decisions.decision = 'approved'
        or (decisions.decision is null and outcomes.application_id is not null)

)

select * from final

{% endif %}
