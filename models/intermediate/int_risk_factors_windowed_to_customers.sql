-- One row per customer with an assessment up to `as_of_date`, made of their rows per channel: facts the rows agree on,
-- the riskier flag or amount where they do not, and nothing else of which they disagree.

with

statements as (

    select * from {{ ref('int_risk_factors_windowed_to_last_assessment') }}

),

contradictions as (

    select
        customer_id,
        coalesce(assessed_date, cast('1900-01-01' as date)) as assessed_or_first_date,
        {{ dbt.listagg("fact || ': ' || values_said", "'; '", 'order by fact') | trim }} as contradictions

    from {{ ref('stg_compliance__contradictions') }}

    group by
        customer_id,
        coalesce(assessed_date, cast('1900-01-01' as date))

),

facts as (

    select
        customer_id,
        {% for fact, rule in facts_of_a_customer().items() %}
        {{ agreed(fact, rule) }} as {{ fact }},
        {% endfor %}
        max(assessed_date) as assessed_date,
        count(*) as statement_count

    from statements

    group by customer_id

),

final as (

    select
        facts.*,
        {{ as_of_date() }} as as_of_date,
        contradictions.contradictions

    from facts

    left join contradictions
        on
            facts.customer_id = contradictions.customer_id
            and coalesce(facts.assessed_date, cast('1900-01-01' as date)) = contradictions.assessed_or_first_date

)

select * from final
