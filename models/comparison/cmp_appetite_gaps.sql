-- One row per customer with a declared and a revealed appetite for risk: the gap between the two, and whether it is a
-- contradiction. Beyond the fences (Tukey 1977) lies one; in a crowd without any, nobody need lie there.

with

declared as (

    select * from {{ ref('lbl_declared_risk_appetite') }}

),

revealed as (

    select * from {{ ref('ml_risk_appetite__scored') }}

    where predicted_value is not null

),

gaps as (

    select
        declared.customer_id,
        revealed.predicted_value - declared.declared_risk_score as appetite_gap

    from declared

    inner join revealed
        on declared.customer_id = revealed.customer_id

),

quartiles as (

    select
        percentile_cont(0.25) within group (order by appetite_gap) as first_quartile,
        percentile_cont(0.75) within group (order by appetite_gap) as third_quartile

    from gaps

),

fences as (

    select
        first_quartile - {{ var('contradiction_fence') }} * (third_quartile - first_quartile) as low_fence,
        third_quartile + {{ var('contradiction_fence') }} * (third_quartile - first_quartile) as high_fence

    from quartiles

),

final as (

    select
        gaps.customer_id,
        gaps.appetite_gap,
        case
            when gaps.appetite_gap > fences.high_fence then 'trades with more risk than declared'
            when gaps.appetite_gap < fences.low_fence then 'trades with less risk than declared'
            else 'consistent'
        end as contradiction

    from gaps

    cross join fences

)

select * from final
