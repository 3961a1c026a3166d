{#- The day the build speaks about, as a date literal. -#}
{% macro as_of_date() -%}
    {{ date_literal(as_of_day()) }}
{%- endmacro %}


{#- The as-of date moved back by a number of days. A window of n days holds the dates after it:
    `traded_date > days_before_as_of(365) and traded_date <= as_of_date()`. -#}
{% macro days_before_as_of(days) -%}
    {{ date_literal(as_of_day() - modules.datetime.timedelta(days=days)) }}
{%- endmacro %}


{#- True for dates in the last `days` days up to and with the as-of date. -#}
{% macro in_last_days(column, days) -%}
    {{ column }} > {{ days_before_as_of(days) }} and {{ column }} <= {{ as_of_date() }}
{%- endmacro %}


{#- Whole days from a date to the as-of date; 0 for the as-of date itself. -#}
{% macro days_until_as_of(column) -%}
    cast({{ days_between(column, as_of_date()) }} as integer)
{%- endmacro %}


{#- Whole days from one date to another. -#}
{% macro days_between(first, last) -%}
    {{ dbt.datediff(first, last, 'day') | trim }}
{%- endmacro %}


{#- The variable `as_of_date`, checked, as a Python date. -#}
{% macro as_of_day() %}
    {% set text = var('as_of_date') | string %}
    {% if not modules.re.match('^[0-9]{4}-[0-9]{2}-[0-9]{2}$', text) %}
        {{ exceptions.raise_compiler_error(
            "as_of_date is '" ~ text ~ "', which is not a date. Give it as YYYY-MM-DD, for example "
            ~ "--vars '{as_of_date: 2025-12-31}'."
        ) }}
    {% endif %}
    {{ return(modules.datetime.datetime.strptime(text, '%Y-%m-%d').date()) }}
{% endmacro %}


{% macro date_literal(day) -%}
    cast('{{ day }}' as date)
{%- endmacro %}


{#- Completed years of age on the as-of date: the difference of the dates read as the numbers yyyymmdd. -#}
{% macro age_in_years(birth_date) -%}
    cast(floor((
        {{ as_of_day().strftime('%Y%m%d') }}
        - extract(year from {{ birth_date }}) * 10000
        - extract(month from {{ birth_date }}) * 100
        - extract(day from {{ birth_date }})
    ) / 10000.0) as integer)
{%- endmacro %}
