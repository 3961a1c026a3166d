-- One row per customer with an assessment up to `as_of_date`: the channels they use, and what they do through them.

{% set counts_of_channels = ['online_transfer_count_30d', 'non_face_to_face_count_30d'] %}
{% set known_channels = ['branch', 'atm', 'mobile_app', 'web', 'other'] %}

with

statements as (

    select * from {{ ref('int_risk_factors_windowed_to_last_assessment') }}

),

channels as (

    select
        customer_id,
        channel,
        max(known_channel) as known_channel,
        {%- for column in counts_of_channels %}
        max({{ column }}) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}

    from statements

    group by
        customer_id,
        channel

),

channels_summed as (

    select
        customer_id,
        count(channel) as channel_count,
        {%- for channel in known_channels %}
        max(case when known_channel = '{{ channel }}' then 1 else 0 end) = 1 as uses_{{ channel }}
        {{- '_channel' if channel == 'other' }},
        {%- endfor %}
        {%- for column in counts_of_channels %}
        sum({{ column }}) as {{ column }}_total,
        max({{ column }}) as {{ column }}_most,
        min({{ column }}) as {{ column }}_least{{ ',' if not loop.last }}
        {%- endfor %}

    from channels

    group by customer_id

),

-- A count that never differs between the channels of any customer is the customer's, repeated like the other facts;
-- summed it would count double.
repetition as (

    select
        {%- for column in counts_of_channels %}
        coalesce(bool_or({{ column }}_most <> {{ column }}_least), false) as is_per_channel_{{ column }}
        {{- ',' if not loop.last }}
        {%- endfor %}

    from channels_summed

),

final as (

    select
        channels_summed.customer_id,
        {{ as_of_date() }} as as_of_date,
        channels_summed.channel_count,
        {%- for channel in known_channels %}
        channels_summed.uses_{{ channel }}{{ '_channel' if channel == 'other' }},
        {%- endfor %}
        {%- for column in counts_of_channels %}
        case
            when repetition.is_per_channel_{{ column }} then channels_summed.{{ column }}_total
            else channels_summed.{{ column }}_most
        end as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}

    from channels_summed

    cross join repetition

)

select * from final
