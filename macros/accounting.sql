{#- Row accounting: what came in of one source table, and where it went. Counted on three different relations, so
    that "rows in = kept + rejected + duplicates dropped" is a finding and not an identity. Of registers and sheets also
    the columns without any value; a ledger is not read once more for that. -#}
{% macro account_for_rows(source_name, table_name, looks_for_empty_columns=false) -%}
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
        ) as duplicates_dropped,
        {{ empty_columns(source_name, table_name) if looks_for_empty_columns else 'cast(null as varchar)' }} as empty_columns
{%- endmacro %}


{#- The declared columns of a source table in which no row has a value that could be read, as a text; null where every
    column has one, or there is no row. -#}
{% macro empty_columns(source_name, table_name) -%}
    {%- set tables = graph.sources.values() if execute else [] -%}
    {%- set counted = [] -%}
    {%- for table in tables if table.source_name == source_name and table.name == table_name -%}
        {%- for column in table.columns.values() -%}
            {%- do counted.append('case when count(' ~ column.name ~ ") = 0 then '" ~ column.name ~ "' end") -%}
        {%- endfor -%}
    {%- endfor -%}
    (
            select case when count(*) > 0 then nullif(concat_ws(', ', null, {{ counted | join(', ') or "''" }}), '') end
            from {{ ref('base_' ~ source_name ~ '__' ~ table_name) }}
        )
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


{#- The facts of which rows with the same key disagreed, and what was made of them. -#}
{% macro contradictions_from(source_name, table_name, row_key) -%}
    select
        '{{ source_name }}' as source_name,
        '{{ table_name }}' as table_name,
        {{ row_key }} as row_key,
        fact as column_name,
        values_said as given_value,
        resolution as reason,
        'contradiction resolved' as action
    from {{ ref('stg_' ~ source_name ~ '__contradictions') }}
{%- endmacro %}
