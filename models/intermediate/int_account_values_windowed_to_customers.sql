-- One row per customer with a valuation up to the as-of date: the last one, and the means over windows.

with

account_values as (

    select * from {{ ref('stg_brokerage__account_values') }}

    where value_date <= {{ as_of_date() }}

),

final as (

    select
        customer_id,
        {% for days in [180, 365] %}
        cast(
            sum(net_asset_value_usd) filter (where {{ in_last_days('value_date', days) }}) as double
        ) / nullif(
            count(*) filter (where {{ in_last_days('value_date', days) }}), 0
        ) as net_asset_value_mean_usd_{{ days }}d,
        {% endfor %}
        max_by(holdings_usd, value_date) filter (where holdings_usd is not null) as holdings_usd,
        max_by(net_asset_value_usd, value_date) as net_asset_value_usd

    from account_values

    group by customer_id

)

select * from final
