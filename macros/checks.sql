{#- Checks of input rows. A base model states its checks once, as a list of {column, fails_when, reason}; the first
    that fails decides. Conditions may speak of the typed columns; what was given is kept beside them. -#}


{#- Each column twice: as it was given, for the quarantine, and as its type, null where it cannot be read as one. What
    was given becomes text only where a row is set aside: writing out every number of a ledger costs more than all
    checks together. -#}
{% macro typed(columns) -%}
    {%- for name, type in columns.items() %}
    {{ name }} as given_{{ name }},
    {% if type == 'varchar' -%}
    nullif(trim(cast({{ name }} as varchar)), '') as {{ name }}
    {%- else -%}
    try_cast({{ name }} as {{ type }}) as {{ name }}
    {%- endif -%}
    {{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}


{#- The number of the first check that fails, null when none does. -#}
{% macro first_failed(checks) -%}
    {%- if not checks -%}
        {{ exceptions.raise_compiler_error('first_failed needs at least one check {column, fails_when, reason}') }}
    {%- endif -%}
    case
        {%- for check in checks %}
        when {{ check.fails_when }} then {{ loop.index }}
        {%- endfor %}
    end
{%- endmacro %}


{#- What the failed check says: the column, the value as it was given, the reason. All null for a sound row. -#}
{% macro failed_check_told(checks) -%}
    case failed_check
        {%- for check in checks %} when {{ loop.index }} then '{{ check.column }}'{% endfor %}
    end as rejected_column,
    case failed_check
        {%- for check in checks %} when {{ loop.index }} then cast(given_{{ check.column }} as varchar){% endfor %}
    end as rejected_value,
    case failed_check
        {%- for check in checks %} when {{ loop.index }} then '{{ check.reason }}'{% endfor %}
    end as rejected_reason
{%- endmacro %}


{#- False for null, NaN and both infinities; NaN sorts above infinity on the engines we know. -#}
{% macro is_finite(value) -%}
    coalesce({{ value }} > cast('-Infinity' as double) and {{ value }} < cast('Infinity' as double), false)
{%- endmacro %}


{#- False for null and for dates that can only be typing errors. -#}
{% macro is_plausible_date(value) -%}
    coalesce(
        {{ value }} >= cast('{{ var("earliest_plausible_date") }}' as date)
        and {{ value }} < cast('{{ var("latest_plausible_date") }}' as date),
        false
    )
{%- endmacro %}
