with accounts as (
    select
        *,
        source_name || '.' || table_name as source_table
    from mart_data_quality
    where rows_in > 0
)

select
    source_table,
    'rejected' as fate,
    rows_rejected as row_count,
    rows_rejected / rows_in as share,
    rows_in
from accounts
union all
select
    source_table,
    'duplicates',
    duplicates_dropped,
    duplicates_dropped / rows_in,
    rows_in
from accounts
order by source_table, fate
