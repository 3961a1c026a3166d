{#- The rows of a ledger by customers who have applied for a loan, one per version, with the days on which it was the last
    one known: what a day knew of the ledger, and not what was corrected or recorded since. Most rows are told once, and
    the ledger need not be sorted for them.

    `ledger` is the staged relation, `told` the one below it that holds every version. `key` is theirs; `columns` maps a
    column of the ledger to what it is made of in `told`. `known_at` says when a version was known, `ascending` is the order
    by which staging finds the last version, from its end. -#}
{% macro spread_to_versions(ledger, told, key, columns, known_at, ascending) %}
with

applicants as (

    select distinct customer_id from {{ ref('int_applications_windowed_to_their_day') }}

),

staged as (

    select * from {{ ledger }}

),

told_again as (

    select {{ key }} from staged

    -- Nobody has applied: the ledger need not be read again.
    where
        version_count > 1
        and exists (select applicants.customer_id from applicants)

),

versions_told_again as (

    select
        {{ key }},
        customer_id,
        {%- for column, of_version in columns.items() %}
        {{ of_version }} as {{ column }},
        {%- endfor %}
        cast({{ known_at }} as date) as known_from_date,
        lead(cast({{ known_at }} as date)) over (
            partition by {{ key }}
            order by {{ ascending | join(', ') }}
        ) as known_until_date

    from {{ told }}

    where
        rejected_reason is null
        and {{ key }} in (select told_again.{{ key }} from told_again)

),

versions as (

    select
        {{ key }},
        customer_id,
        {%- for column in columns %}
        {{ column }},
        {%- endfor %}
        cast(recorded_at as date) as known_from_date,
        cast(null as date) as known_until_date

    from staged

    where version_count = 1

    union all

    select * from versions_told_again

    -- Overtaken on the day it was recorded: no day ended with it.
    where known_until_date is null or known_until_date > known_from_date

),

final as (

    select versions.*

    from versions

    inner join applicants
        on versions.customer_id = applicants.customer_id

)

select * from final
{% endmacro %}
