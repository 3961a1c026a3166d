-- One row per customer, day of assessment and fact about which their rows disagree: what they say, and what is made of
-- it. Flags and amounts take the riskier value; of anything else nobody can tell which is true.

with

statements as (

    select * from {{ ref('stg_compliance__risk_factors') }}

),

said as (

    {%- for column, rule in facts_of_a_customer().items() %}
    {{ 'union all' if not loop.first }}
    select
        customer_id,
        assessed_date,
        '{{ column }}' as column_name,
        '{{ rule }}' as rule,
        cast({{ column }} as varchar) as value_said
    from statements
    where {{ column }} is not null
    {%- endfor %}

),

values_said as (

    select
        customer_id,
        assessed_date,
        column_name,
        rule,
        value_said

    from said

    group by
        customer_id,
        assessed_date,
        column_name,
        rule,
        value_said

),

final as (

    select
        customer_id,
        assessed_date,
        column_name,
        {{ dbt.listagg('value_said', "' / '", 'order by value_said') | trim }} as values_said,
        case
            when rule = 'unknown' then 'contradicts another row of the customer, unknown'
            else 'contradicts another row of the customer, the riskier value counts'
        end as resolution

    from values_said

    group by
        customer_id,
        assessed_date,
        column_name,
        rule

    having count(*) > 1

)

select * from final
