-- One row per model version, population and number of segments tried: how good each was, and which was chosen.

with

versions as (

    select * from {{ ref('reg_model_versions') }}

    where
        search_results is not null
        -- Registries older than the column hold segmentations only.
        and coalesce(model_kind, 'segmentation') = 'segmentation'

),

tried as (

    select
        model_name,
        model_version,
        population,
        as_of_date,
        is_serving,
        verdict,
        verdict_reason,
        choice_reason,
        {{ rows_of_json('search_results', {
            'k': 'integer',
            'inertia': 'double',
            'silhouette': 'double',
            'silhouette_low': 'double',
            'silhouette_high': 'double',
            'silhouette_row_count': 'integer',
            'is_silhouette_exact': 'boolean',
            'davies_bouldin': 'double',
            'calinski_harabasz': 'double',
            'bic': 'double',
            'gap': 'double',
            'gap_standard_error': 'double',
            'stability_ari_mean': 'double',
            'stability_ari_low': 'double',
            'stability_ari_high': 'double',
            'jaccard_minimum': 'double',
            'jaccard_mean': 'double',
            'is_chosen': 'boolean',
        }) }}

    from versions

)

select * from tried
