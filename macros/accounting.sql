{#- Row accounting: what came in of one source table, and where it went. Counted on three different relations, so
    that "rows in = kept + rejected + duplicates dropped" is a finding and not an identity. -#}
{% macro account_for_rows(source_name, table_name) -%}
    select
        '{{ source_name }}' as source_name,
        '{{ table_name }}' as table_name,
        (select count(*) from {{ source(source_name, table_name) }}) as rows_in,
        (select count(*) from {{ ref('stg_' ~ source_name ~ '__' ~ table_name) }}) as rows_kept,
        (
            select count(*) from {{ ref('rejected_rows') }}
            where
                source_name = '{{ source_name }}'
                and table_name = '{{ table_name }}'
                and action = 'row rejected'
        ) as rows_rejected,
        (
            select coalesce(sum(version_count - 1), 0) from {{ ref('stg_' ~ source_name ~ '__' ~ table_name) }}
        ) as duplicates_dropped
{%- endmacro %}


{#- The rejected rows of one source table in the columns of `rejected_rows`. -#}
{% macro rejected_from(source_name, table_name, row_key) -%}
    select
        '{{ source_name }}' as source_name,
        '{{ table_name }}' as table_name,
        {{ row_key }} as row_key,
        rejected_column as column_name,
        rejected_value as given_value,
        rejected_reason as reason,
        'row rejected' as action
    from {{ ref('base_' ~ source_name ~ '__' ~ table_name) }}
    where rejected_reason is not null
{%- endmacro %}


{#- The values of one column that were emptied while their row was kept; `<column>_fault` says why. -#}
{% macro emptied_from(source_name, table_name, row_key, column) -%}
    select
        '{{ source_name }}' as source_name,
        '{{ table_name }}' as table_name,
        {{ row_key }} as row_key,
        '{{ column }}' as column_name,
        cast(given_{{ column }} as varchar) as given_value,
        {{ column }}_fault as reason,
        'value emptied' as action
    from {{ ref('base_' ~ source_name ~ '__' ~ table_name) }}
    where
        rejected_reason is null
        and {{ column }}_fault is not null
{%- endmacro %}
