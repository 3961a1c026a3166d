-- One row per source table: rows in, where they went, the reason that cost most, and how bad that is.

with

accounts as (

    select * from {{ ref('source_rows_accounted') }}

),

rejections as (

    select * from {{ ref('rejected_rows') }}

),

values_lost as (

    select
        source_name,
        table_name,
        count(*) filter (where action = 'value emptied') as values_emptied,
        count(*) filter (where action = 'contradiction resolved') as contradictions_resolved

    from rejections

    group by
        source_name,
        table_name

),

reasons as (

    select
        source_name,
        table_name,
        column_name || ': ' || reason as told_reason,
        count(*) as reason_count

    from rejections

    group by
        source_name,
        table_name,
        column_name || ': ' || reason

),

reasons_ranked as (

    select
        reasons.*,
        row_number() over (
            partition by source_name, table_name
            order by reason_count desc, told_reason asc
        ) as reason_rank

    from reasons

),

final as (

    select
        accounts.source_name,
        accounts.table_name,
        {{ as_of_date() }} as as_of_date,
        cast(accounts.rows_in as bigint) as rows_in,
        cast(accounts.rows_kept as bigint) as rows_kept,
        cast(accounts.rows_rejected as bigint) as rows_rejected,
        cast(accounts.duplicates_dropped as bigint) as duplicates_dropped,
        cast(coalesce(values_lost.values_emptied, 0) as bigint) as values_emptied,
        cast(coalesce(values_lost.contradictions_resolved, 0) as bigint) as contradictions_resolved,
        accounts.empty_columns,
        cast(accounts.rows_rejected as double) / nullif(accounts.rows_in, 0) as rejected_share,
        reasons_ranked.told_reason as worst_reason,
        cast(coalesce(reasons_ranked.reason_count, 0) as bigint) as worst_reason_count,
        case
            when accounts.rows_in = 0 then 'absent'
            when accounts.rows_rejected > {{ var('severe_rejected_share') }} * accounts.rows_in then 'severe'
            when accounts.rows_rejected + accounts.duplicates_dropped > 0 then 'minor'
            when values_lost.values_emptied + values_lost.contradictions_resolved > 0 then 'minor'
            else 'none'
        end as severity

    from accounts

    left join values_lost
        on
            accounts.source_name = values_lost.source_name
            and accounts.table_name = values_lost.table_name

    left join reasons_ranked
        on
            accounts.source_name = reasons_ranked.source_name
            and accounts.table_name = reasons_ranked.table_name
            and reasons_ranked.reason_rank = 1

)

select * from final
