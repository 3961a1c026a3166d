-- One row per asset. The list carries no time of recording: of several rows the one with a usable volatility wins.

with

assets as (

    select * from {{ ref('base_brokerage__assets') }}

    where rejected_reason is null

),

assets_ranked as (

    select
        assets.*,
        count(*) over (partition by asset_id) as version_count,
        row_number() over (
            partition by asset_id
            order by
                case when annualised_volatility_fault is null then annualised_volatility end desc nulls last,
                asset_class asc nulls last,
                asset_name asc nulls last
        ) as version_rank

    from assets

),

final as (

    select
        asset_id,
        asset_name,
        asset_class,
        case when annualised_volatility_fault is null then annualised_volatility end as annualised_volatility,
        version_count

    from assets_ranked

    where version_rank = 1

)

select * from final
