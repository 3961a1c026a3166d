{#- Profiles of groups of customers, feature by feature. -#}


{#- In a grouped select: the size of the group, and of each feature how many are known, mean, median and quartiles.
    The mean is taken of decimals, so that it does not depend on the order in which an engine adds. -#}
{% macro profile_columns(features) -%}
    count(*) as customer_count,
    {%- for feature in features %}
    count({{ feature }}) as known_count__{{ feature }},
    cast(sum(cast({{ feature }} as decimal(38, 4))) as double) / nullif(count({{ feature }}), 0) as mean_value__{{ feature }},
    percentile_cont(0.5) within group (order by cast({{ feature }} as double)) as median_value__{{ feature }},
    percentile_cont(0.25) within group (order by cast({{ feature }} as double)) as quartile_1_value__{{ feature }},
    percentile_cont(0.75) within group (order by cast({{ feature }} as double)) as quartile_3_value__{{ feature }}
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
        median_value__{{ feature }} as median_value,
        quartile_1_value__{{ feature }} as quartile_1_value,
        quartile_3_value__{{ feature }} as quartile_3_value
    from {{ relation }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
