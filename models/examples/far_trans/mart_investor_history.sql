-- One row per investor and version of the register the snapshot has seen: from when until when it held, and what it
-- changed. A version that changes nothing is one in which only the time of the update is new.

{% set told = [
    'customer_type',
    'risk_level',
    'is_risk_level_predicted',
    'investment_capacity',
    'is_investment_capacity_predicted',
    'last_questionnaire_date',
] %}

with

versions as (

    select
        snapshot_versions.*,
        row_number() over (partition by customer_id order by dbt_valid_from asc) as version_number

    from {{ ref('snp_investors') }} as snapshot_versions

),

versions_compared as (

    select
        later_versions.*,
        concat_ws(
            ', '
            {%- for column in told %},
            case when later_versions.{{ column }} is distinct from earlier_versions.{{ column }} then '{{ column }}' end
            {%- endfor %}
        ) as differing_columns

    from versions as later_versions

    left join versions as earlier_versions
        on
            later_versions.customer_id = earlier_versions.customer_id
            and later_versions.version_number = earlier_versions.version_number + 1

),

final as (

    select
        customer_id,
        cast(version_number as integer) as version_number,
        cast(dbt_valid_from as date) as valid_from_date,
        cast(dbt_valid_to as date) as valid_to_date,
        dbt_valid_to is null as is_current,
        case when version_number > 1 then nullif(differing_columns, '') end as changed_columns,
        customer_type,
        risk_level,
        is_risk_level_predicted,
        investment_capacity,
        is_investment_capacity_predicted,
        last_questionnaire_date

    from versions_compared

)

select * from final
