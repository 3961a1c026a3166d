-- One row per customer, day of assessment and fact about which their rows disagree: what they say, and what is made of
-- it. Flags and amounts take the riskier value; of anything else nobody can tell which is true.

with

statements as (

    select * from {{ ref('stg_compliance__risk_factors') }}

),

said as (

    {% for fact, rule in facts_of_a_customer().items() %}
    {{ 'union all' if not loop.first }}
    select
        customer_id,
        assessed_date,
        '{{ fact }}' as fact,
        '{{ rule }}' as what_counts,
        cast({{ fact }} as varchar) as value_said

    from statements

    where {{ fact }} is not null
    {% endfor %}

),

values_said as (

    select
        customer_id,
        assessed_date,
        fact,
        what_counts,
        value_said

    from said

    group by
        customer_id,
        assessed_date,
        fact,
        what_counts,
        value_said

),

final as (

    select
        customer_id,
        assessed_date,
        fact,
        {{ dbt.listagg('value_said', "' / '", 'order by value_said') | trim }} as values_said,
        case
            when what_counts = 'unknown' then 'contradicts another row of the customer, unknown'
            else 'contradicts another row of the customer, the riskier value counts'
        end as resolution

    from values_said

    group by
        customer_id,
        assessed_date,
        fact,
        what_counts

    having count(*) > 1

)

select * from final
