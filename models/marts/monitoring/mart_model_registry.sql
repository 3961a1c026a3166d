-- One row per model, version and population: what was fitted on what, what became of it, and which one serves now. With
-- the complete artefact: a service can score from it, and a lost warehouse can be given its registry back.

with

versions as (

    select * from {{ ref('reg_model_versions') }}

),

final as (

    select
        model_name,
        cast(model_version as integer) as model_version,
        population,
        coalesce(model_kind, 'segmentation') as model_kind,
        status,
        status_reason,
        fit_reason,
        is_serving,
        as_of_date,
        cast(row_count as bigint) as row_count,
        cast(fit_row_count as bigint) as fit_row_count,
        cast(first_learned_date as date) as first_learned_date,
        cast(last_learned_date as date) as last_learned_date,
        cast(segment_count as integer) as segment_count,
        verdict,
        verdict_reason,
        choice_reason,
        components_in_words,
        features_left_out,
        lineage,
        declaration_hash,
        feature_contract_hash,
        data_fingerprint,
        library_versions,
        declaration,
        segments,
        artefact

    from versions

)

select * from final
