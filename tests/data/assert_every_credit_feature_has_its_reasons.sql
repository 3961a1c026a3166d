-- Whatever feature of an application raises the risk, on whatever side, the dictionary has words for it, in English at
-- least. Returned: the features and sides without.
-- depends_on: {{ ref('ftr_credit') }}

{% set not_features = ['application_id', 'customer_id', 'application_date', 'as_of_date'] %}
-- Known of the applicant, and no reason is ever to name them.
{% set protected = ['age_years', 'dependant_count'] %}
{% set columns = adapter.get_columns_in_relation(ref('ftr_credit')) if execute else [] %}

with

dictionary as (

    select * from {{ ref('credit_reasons') }}

    where language = 'en'

),

sides as (

    select
        cast(null as varchar) as feature,
        cast(null as varchar) as side
    {% for column in columns if column.name not in not_features + protected %}
    {% for side in (['level', 'missing'] if column.is_string() else ['high', 'low', 'missing']) %}
    union all
    select '{{ column.name }}', '{{ side }}'
    {% endfor %}
    {% endfor %}

),

final as (

    select
        sides.feature,
        sides.side

    from sides

    left join dictionary
        on
            sides.feature = dictionary.feature
            and sides.side = dictionary.side

    where
        sides.feature is not null
        and dictionary.reason is null

        -- `dbt build --empty` empties the seed too; that is no fault of the dictionary.
        and exists (select reasons.reason_code from {{ ref('credit_reasons') }} as reasons)

)

select * from final
