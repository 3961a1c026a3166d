-- One row per instalment. The table carries no time of recording: of several rows for one instalment the one with
-- the most paid is the latest. A table, because that means sorting the ledger.

{{ config(materialized='table') }}

with

repayments as (

    select
        application_id,
        instalment_number,
        due_date,
        cast(round(due_usd, 2) as decimal(18, 2)) as due_usd,
        paid_date,

        -- A day of payment without an amount: all of it. No day of payment: nothing.
        cast(round(
            case when paid_date is not null then coalesce(paid_usd, due_usd) else 0 end, 2
        ) as decimal(18, 2)) as paid_usd

    from {{ ref('base_lending__repayments') }}

    where rejected_reason is null

),

versions as (

    select
        repayments.*,
        count(*) over (partition by application_id, instalment_number) as version_count,

        -- Every column takes part, so that equal inputs give equal outputs whatever the row order.
        row_number() over (
            partition by application_id, instalment_number
            order by
                paid_usd desc,
                paid_date desc nulls last,
                due_date desc,
                due_usd desc
        ) as version_rank

    from repayments

),

final as (

    select
        application_id,
        instalment_number,
        due_date,
        due_usd,
        paid_date,
        paid_usd,

        -- While any of it is open, the instalment is past due.
        case when paid_usd >= due_usd then paid_date end as settled_date,
        version_count

    from versions

    where version_rank = 1

)

select * from final
