-- One row per segmentation, version, population and number of segments tried: how well it divides, how well it comes
-- back, and whether it was chosen and why.

with

searches as (

    select * from {{ ref('reg_searches') }}

),

final as (

    select
        model_name as segmentation,
        cast(model_version as integer) as model_version,
        population,
        k as segment_count,
        as_of_date,
        inertia,
        silhouette,
        silhouette_low,
        silhouette_high,
        silhouette_row_count,
        is_silhouette_exact,
        davies_bouldin,
        calinski_harabasz,
        bic,
        gap,
        gap_standard_error,
        stability_ari_mean,
        stability_ari_low,
        stability_ari_high,
        jaccard_minimum,
        jaccard_mean,
        is_chosen,
        is_serving,
        case when is_chosen then choice_reason end as choice_reason,
        case when is_chosen then verdict end as verdict,
        case when is_chosen then verdict_reason end as verdict_reason

    from searches

    -- k = 1 is the reference of the gap statistic, not a segmentation.
    where k > 1

)

select * from final
