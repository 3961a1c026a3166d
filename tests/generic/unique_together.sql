{#- The named columns together are a key. Returned: the keys that occur more than once. -#}
{% test unique_together(model, columns) %}
    {%- if columns is not sequence or columns is string or not columns -%}
        {{ exceptions.raise_compiler_error("unique_together needs `columns`, a list of column names; got '" ~ columns ~ "'") }}
    {%- endif %}
    select {{ columns | join(', ') }}, count(*) as row_count
    from {{ model }}
    group by {{ columns | join(', ') }}
    having count(*) > 1
{% endtest %}
