{#- Score 1..5 by rank: which fifth of its group a row is in. Rows that tie share a rank and so a score. -#}
{% macro fifth_by_rank(ordering, group) -%}
    cast(least(5, 1 + floor(5 * percent_rank() over (partition by {{ group }} order by {{ ordering }}))) as integer)
{%- endmacro %}
