{#- Schemas are the layers' names as they stand (staging, features, marts, ...), the same in every target,
    so that a query copied from the docs runs on the warehouse and on the published copy alike. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
