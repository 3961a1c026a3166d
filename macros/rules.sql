{#- True where a rule of the seed holds for a row of scores. One place, so that the model and the tests of the rules
    can never disagree about what a bound means. -#}
{% macro rule_holds(scores, rules) -%}
    {{ scores }}.activity_status = {{ rules }}.activity_status
    {%- for score in ['r', 'fm', 'n'] %}
    and ({{ rules }}.{{ score }}_min is null or {{ scores }}.{{ score }}_score >= {{ rules }}.{{ score }}_min)
    and ({{ rules }}.{{ score }}_max is null or {{ scores }}.{{ score }}_score <= {{ rules }}.{{ score }}_max)
    {%- endfor %}
{%- endmacro %}


{#- Every combination of scores that a customer can have, whoever the customers are: the ground that rules must cover. -#}
{% macro every_score_combination() %}
    {%- set fifths %}select 1 as score union all select 2 union all select 3 union all select 4 union all select 5{% endset -%}
    select 'active' as activity_status, r.score as r_score, fm.score as fm_score, n.score as n_score
    from ({{ fifths }}) as r cross join ({{ fifths }}) as fm cross join ({{ fifths }}) as n
    union all
    select 'inactive', r.score, cast(null as integer), n.score
    from ({{ fifths }}) as r cross join ({{ fifths }}) as n
    union all
    select 'nonactive', cast(null as integer), cast(null as integer), n.score
    from ({{ fifths }}) as n
{% endmacro %}
