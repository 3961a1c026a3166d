-- One row per model and figure of the published notebook: what it was called, what it is, how sure it is and what it is to
-- be compared with; beside it the area under the ROC curve, which one of them was taken for.

with

figures as (

    select * from {{ ref('cmp_credit_profiling_published') }}

),

definitions as (

    select * from {{ ref('metric_definitions') }}

),

final as (

    select
        figures.model,
        figures.metric_as_published,
        figures.value_as_published,
        figures.metric,
        figures.value,
        figures.interval_low,
        figures.interval_high,
        figures.baseline,
        figures.baseline_value,
        figures.roc_auc,
        figures.roc_auc_low,
        figures.roc_auc_high,
        figures.confusion,
        figures.row_count,
        definitions.definition

    from figures

    left join definitions
        on figures.metric = definitions.metric

)

select * from final
