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


{#- The rows of a seed in the language of the variable `language`; those that it lacks, by the given keys, in English. -#}
{% macro in_language(seed, keys) %}
    {%- set language = var('language') | replace("'", "''") -%}
    select * from {{ ref(seed) }} where language = '{{ language }}'
    union all
    select english.*
    from {{ ref(seed) }} as english
    left join {{ ref(seed) }} as own
        on
            own.language = '{{ language }}'
            {%- for key in keys %}
            and english.{{ key }} = own.{{ key }}
            {%- endfor %}
    where
        english.language = 'en'
        and own.language is null
{% endmacro %}


{#- What raises the risk, in words: those of the seed `credit_reasons` (of a category with its level), else words made
    of the feature's name and value. `scored` begins the names of the scored columns, as in scores.reason_1. -#}
{% macro reason_in_words(reason, scored) -%}
    case
        when {{ scored }}_side = 'level'
            then coalesce({{ reason }}, {{ scored }}_feature) || ': ' || {{ scored }}_value
        when {{ reason }} is not null then {{ reason }}
        when {{ scored }}_side = 'missing' then {{ scored }}_feature || ' is missing'
        else {{ scored }}_feature || ' is ' || {{ scored }}_side || ': ' || {{ scored }}_value
    end
{%- endmacro %}


{#- The smallest change that would approve a declined application, as a sentence; null where there is none. -#}
{% macro change_in_words(scores) -%}
    case
        when {{ scores }}.change_1_feature is not null
            then
                'Approved with ' || {{ one_change_in_words(scores ~ '.change_1') }}
                || coalesce(' and ' || {{ one_change_in_words(scores ~ '.change_2') }}, '')
                || '.'
    end
{%- endmacro %}


{#- "requested_amount_usd from 12000 to 9500"; null where there is no such change. -#}
{% macro one_change_in_words(change) -%}
    {{ change }}_feature || ' from ' || {{ change }}_from || ' to ' || {{ change }}_to
{%- endmacro %}
