{#- Known values lie between the bounds, either of which may be left out. Returned: the values that do not. -#}
{% test within(model, column_name, minimum=none, maximum=none) %}
    {%- if minimum is none and maximum is none -%}
        {{ exceptions.raise_compiler_error('within needs `minimum`, `maximum` or both') }}
    {%- endif %}
    select {{ column_name }}
    from {{ model }}
    where
        {% if minimum is not none %}{{ column_name }} < {{ minimum }}{% endif %}
        {{ 'or' if minimum is not none and maximum is not none }}
        {% if maximum is not none %}{{ column_name }} > {{ maximum }}{% endif %}
{% endtest %}
