-- One row per customer with an assessment up to `as_of_date`: the channels they use, and what they do through them.

with

statements as (

    select * from {{ ref('int_risk_factors_windowed_to_last_assessment') }}

),

-- Another statement about a channel tells the same transactions once more.
channels as (

    select
        customer_id,
        channel,
        max(known_channel) as known_channel,
        max(online_transfer_count_30d) as online_transfer_count_30d,
        max(non_face_to_face_count_30d) as non_face_to_face_count_30d

    from statements

    group by
        customer_id,
        channel

),

channels_summed as (

    select
        customer_id,
        count(channel) as channel_count,
        {% for channel in ['branch', 'atm', 'mobile_app', 'web', 'other'] %}
        coalesce(bool_or(known_channel = '{{ channel }}'), false) as uses_{{ channel }},
        {% endfor %}
        {% for count in ['online_transfer_count_30d', 'non_face_to_face_count_30d'] %}
        sum({{ count }}) as {{ count }}_summed,
        max({{ count }}) as {{ count }}_of_one,
        coalesce(max({{ count }}) > min({{ count }}), false) as {{ count }}_differs,
        {% endfor %}
        {{ as_of_date() }} as as_of_date

    from channels

    group by customer_id

),

-- A count that differs between the channels of nobody is the customer's, repeated like all other facts; summed it would
-- count double.
counts as (

    select
        bool_or(online_transfer_count_30d_differs) as has_online_transfers_by_channel,
        bool_or(non_face_to_face_count_30d_differs) as has_non_face_to_face_by_channel

    from channels_summed

),

final as (

    select
        channels_summed.customer_id,
        channels_summed.as_of_date,
        channels_summed.channel_count,
        channels_summed.uses_branch,
        channels_summed.uses_atm,
        channels_summed.uses_mobile_app,
        channels_summed.uses_web,
        channels_summed.uses_other as uses_other_channel,
        case
            when counts.has_online_transfers_by_channel then channels_summed.online_transfer_count_30d_summed
            else channels_summed.online_transfer_count_30d_of_one
        end as online_transfer_count_30d,
        case
            when counts.has_non_face_to_face_by_channel then channels_summed.non_face_to_face_count_30d_summed
            else channels_summed.non_face_to_face_count_30d_of_one
        end as non_face_to_face_count_30d

    from channels_summed

    cross join counts

)

select * from final
