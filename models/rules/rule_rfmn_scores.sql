-- One row per customer: scores 1 (lowest fifth) to 5 (highest fifth) for recency, frequency, monetary and net asset
-- value, among customers of the same activity status. By rank and not by count, so equal values score equal; a score
-- that cannot exist (recency of someone who never traded) is null.

with

customers as (

    select * from {{ ref('ftr_rfmn') }}

),

scores as (

    select
        customer_id,
        as_of_date,
        activity_status,
        case
            when activity_status <> 'nonactive'
                -- Fewer days since the last trade is better.
                then {{ fifth_by_rank('days_since_last_trade desc', 'activity_status') }}
        end as r_score,
        case
            when activity_status = 'active'
                then {{ fifth_by_rank('trade_count_365d asc', 'activity_status') }}
        end as f_score,
        case
            when activity_status = 'active'
                then {{ fifth_by_rank('traded_notional_usd_365d asc', 'activity_status') }}
        end as m_score,

        -- An unknown net asset value counts as none.
        {{ fifth_by_rank('coalesce(net_asset_value_usd, 0) asc', 'activity_status') }} as n_score

    from customers

),

final as (

    select
        customer_id,
        as_of_date,
        activity_status,
        r_score,
        f_score,
        m_score,
        n_score,

        -- Frequency and monetary value together, the better half: 1 and 2 make 2.
        cast(floor((f_score + m_score + 1) / 2.0) as integer) as fm_score

    from scores

)

select * from final
