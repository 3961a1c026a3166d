{#- Profiles of groups of customers, feature by feature. -#}


{#- In a grouped select: the size of the group, and of each feature how many are known, mean, median and quartiles.
    The mean is taken of decimals, so that it does not depend on the order in which an engine adds. -#}
{% macro profile_columns(features) -%}
    count(*) as customer_count,
    {%- for feature in features %}
    count({{ feature }}) as known_count__{{ feature }},
    cast(sum(cast({{ feature }} as decimal(38, 4))) as double) / nullif(count({{ feature }}), 0) as mean_value__{{ feature }},
    {{ quartiles('cast(' ~ feature ~ ' as double)') }} as quartiles__{{ feature }}
    {{- ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}


{#- The wide profile of a relation made long: one row per group and feature. -#}
{% macro profile_rows(relation, keys, features) -%}
    {%- for feature in features %}
    select
        {% for key in keys %}{{ key }}, {% endfor %}
        '{{ feature }}' as feature,
        customer_count,
        known_count__{{ feature }} as known_count,
        mean_value__{{ feature }} as mean_value,
        quartiles__{{ feature }}[2] as median_value,
        quartiles__{{ feature }}[1] as quartile_1_value,
        quartiles__{{ feature }}[3] as quartile_3_value
    from {{ relation }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}


{#- An aggregate: the three quartiles as a list, from one sorted copy of the values instead of three. At a million
    customers that is what keeps a profile of many features in memory. -#}
{% macro quartiles(column) -%}
    {{ return(adapter.dispatch('quartiles', 'segmart')(column)) }}
{%- endmacro %}


{% macro duckdb__quartiles(column) -%}
    quantile_cont({{ column }}, [0.25, 0.5, 0.75])
{%- endmacro %}
