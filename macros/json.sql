{#- In a select list: one row per object of a JSON array column, with the named fields as typed columns. -#}
{% macro rows_of_json(column, fields) -%}
    {{ return(adapter.dispatch('rows_of_json', 'segmart')(column, fields)) }}
{%- endmacro %}


{% macro duckdb__rows_of_json(column, fields) -%}
    unnest(
        from_json({{ column }}, '[{
            {%- for field, type in fields.items() %}"{{ field }}":"{{ type | upper }}"{{ ',' if not loop.last }}{% endfor -%}
        }]'),
        max_depth := 2
    )
{%- endmacro %}
