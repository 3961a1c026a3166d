-- Rows in = rows kept + rows rejected + duplicates dropped, for every source table. Returned: tables that do not add
-- up. After an in-place edit of a ledger's past: `dbt build --full-refresh`.

select
    source_rows_accounted.*,
    rows_in - rows_kept - rows_rejected - duplicates_dropped as rows_lost

from {{ ref('source_rows_accounted') }} as source_rows_accounted

where rows_in <> rows_kept + rows_rejected + duplicates_dropped
