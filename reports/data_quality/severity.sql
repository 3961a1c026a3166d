select
    source_name || '.' || table_name as source_table,
    severity,
    rows_in,
    rows_kept,
    rows_rejected,
    duplicates_dropped,
    values_emptied,
    contradictions_resolved,
    worst_reason,
    worst_reason_count,
    empty_columns
from mart_data_quality
order by rejected_share desc nulls last, 1
