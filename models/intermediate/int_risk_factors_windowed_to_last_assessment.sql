-- One row per statement of a customer's last assessment up to `as_of_date`, with the channel it speaks of. What was
-- assessed later is not known; what was not dated was known all along.

with

statements as (

    select * from {{ ref('stg_compliance__risk_factors') }}

    where
        assessed_date is null
        or assessed_date <= {{ as_of_date() }}

),

channels as (

    select * from {{ ref('compliance_channels') }}

),

statements_ranked as (

    select
        statements.*,
        dense_rank() over (partition by customer_id order by assessed_date desc nulls last) as assessment_rank

    from statements

),

final as (

    select
        statements_ranked.*,
        case
            when statements_ranked.channel is not null then coalesce(channels.channel, 'other')
        end as known_channel

    from statements_ranked

    left join channels
        on translate(lower(statements_ranked.channel), ' -_./', '') = channels.spelling

    where statements_ranked.assessment_rank = 1

)

select * from final
