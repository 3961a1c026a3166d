-- Nobody is told a protected attribute as a reason: neither a row of the dictionary names one, nor the score of an
-- application. Returned: the features and words that do.

{% set features = [
    'age_years', 'dependant_count', 'gender', 'sex', 'country', 'nationality', 'marital_status', 'religion', 'ethnicity'
] %}
{% set words = {
    'en': [
        'age', 'aged', 'old', 'young', 'gender', 'sex', 'male', 'female', 'man', 'woman', 'dependant', 'dependants',
        'child', 'children', 'married', 'marital', 'nationality', 'country', 'religion', 'race', 'ethnic',
    ],
    'fr': [
        'âge', 'âgé', 'jeune', 'genre', 'sexe', 'homme', 'femme', 'enfant', 'enfants', 'marié', 'mariée', 'matrimonial',
        'nationalité', 'pays', 'religion', 'ethnique',
    ],
} %}

with

dictionary as (

    select
        language,
        feature,
        ' ' || lower(reason) || ' ' as words

    from {{ ref('credit_reasons') }}

),

told as (

    {% for n in range(1, 5) %}
    select reason_{{ n }}_feature as feature from {{ ref('ml_credit_default__scored') }}
    {{ 'union' if not loop.last }}
    {% endfor %}

),

final as (

    select
        feature,
        words

    from dictionary

    where
        feature in ('{{ features | join("', '") }}')
        {% for language in words %}
        {% for word in words[language] %}
        or (language = '{{ language }}' and words like '% {{ word }} %')
        {% endfor %}
        {% endfor %}

    union all

    select
        feature,
        'a reason that was told' as words

    from told

    where feature in ('{{ features | join("', '") }}')

)

select * from final
