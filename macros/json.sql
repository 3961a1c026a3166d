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


{#- In a select list: one row per entry of a JSON object column of numbers, as the columns `key` and `value`. -#}
{% macro entries_of_json(column) -%}
    {{ return(adapter.dispatch('entries_of_json', 'segmart')(column)) }}
{%- endmacro %}


{% macro duckdb__entries_of_json(column) -%}
    unnest(map_entries(from_json({{ column }}, '"MAP(VARCHAR, DOUBLE)"')), max_depth := 2)
{%- endmacro %}
