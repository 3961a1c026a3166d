-- One row per investor as of `as_of_date`: what the register says now, since when, and how often that really changed.

with

investors as (

    select * from {{ ref('ftr_investors') }}

),

history as (

    select
        customer_id,
        count(*) as seen_version_count,
        count(changed_columns) as change_count

    from {{ ref('mart_investor_history') }}

    group by customer_id

),

final as (

    select
        investors.customer_id,
        investors.as_of_date,
        investors.customer_type,
        investors.risk_level,
        investors.is_risk_level_predicted,
        investors.investment_capacity,
        investors.is_investment_capacity_predicted,
        investors.last_questionnaire_date,
        investors.is_questionnaire_dated_later,
        cast(investors.known_from as date) as known_from_date,
        investors.version_count,
        history.seen_version_count,
        history.change_count

    from investors

    left join history
        on investors.customer_id = history.customer_id

)

select * from final
