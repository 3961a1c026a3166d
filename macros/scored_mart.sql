{#- What a classification says of the rows it was made for, beside what became of them: the step that every mart of such a
    model begins with. The mart picks its columns and gives them the names of its subject.

    One row per row of ftr_<model_name>. `entity` is its key, `also` are other columns of it to keep, `outcome` is the
    column of lbl_<model_name>. `decisions` and `versions` are selects that say them, for a mart that asks its own model
    and no other one; without them they are those of all models. -#}
{% macro scored_beside_outcomes(model_name, entity, outcome, also=[], decisions=none, versions=none) %}
    {%- if also is string -%}
        {{ exceptions.raise_compiler_error("scored_beside_outcomes of " ~ model_name ~ ": `also` is the text '" ~ also ~ "'. Remedy: make it a list of columns.") }}
    {%- endif -%}
    select
        features.{{ entity }},
        features.as_of_date,
        {%- for column in also %}
        features.{{ column }},
        {%- endfor %}
        decisions.predicted_probability,
        decisions.points,
        decisions.band,
        decisions.cut_off,
        decisions.decision,
        {%- for n in range(1, 5) %}
        replace(decisions.reason_{{ n }}, '_', ' ') as reason_{{ n }},
        {%- endfor %}
        replace(decisions.change_in_words, '_', ' ') as change_in_words,
        decisions.probability_after_change,
        decisions.no_change_reason,
        outcomes.{{ outcome }},
        outcomes.{{ outcome }} is not null and decisions.model_version is not null as was_learned_from,
        decisions.served_candidate,
        versions.verdict as model_verdict,
        decisions.unscored_reason

    from {{ ref('ftr_' ~ model_name) }} as features

    left join (
        {%- if decisions is none %}
        select * from {{ ref('rule_risk_decisions') }} where model_name = '{{ model_name }}'
        {%- else %}
        {{ decisions }}
        {%- endif %}
    ) as decisions
        on features.{{ entity }} = decisions.entity_id

    left join {{ ref('lbl_' ~ model_name) }} as outcomes
        on features.{{ entity }} = outcomes.{{ entity }}

    left join (
        {%- if versions is none %}
        select * from {{ ref('reg_model_versions') }} where model_name = '{{ model_name }}' and is_serving
        {%- else %}
        {{ versions }}
        {%- endif %}
    ) as versions
        on decisions.model_version = versions.model_version
{% endmacro %}
