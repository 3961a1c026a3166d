-- Every row of the asset list, typed, with the first check it fails.

{% set checks = [
    {'column': 'asset_id', 'fails_when': 'asset_id is null', 'reason': 'missing key'},
] %}

with

assets as (

    select {{ typed({
        'asset_id': 'varchar',
        'asset_name': 'varchar',
        'asset_class': 'varchar',
        'annualised_volatility': 'double',
    }) }}

    from {{ source('brokerage', 'assets') }}

),

assets_checked as (

    select
        assets.*,
        {{ first_failed(checks) }} as failed_check,
        case
            when given_annualised_volatility is not null and not {{ is_finite('annualised_volatility') }}
                then 'not a finite number'
            when annualised_volatility < 0 then 'negative'
        end as annualised_volatility_fault

    from assets

),

final as (

    select
        assets_checked.*,
        {{ failed_check_told(checks) }}

    from assets_checked

)

select * from final
