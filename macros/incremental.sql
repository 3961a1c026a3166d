{#- Incremental models that heal themselves. Each has a pre-hook that deletes what no longer agrees with its parent,
    and a body that adds what is missing. Late rows, corrections that move to another day, withdrawn rows and a
    replaced input file all come out as if everything had been built anew. -#}


{#- Before new trades are added: empty the table when the trades up to its last recorded moment are not, in number and
    in sum over all versions, those it was built from (a replaced file, a late customer, an edited row). -#}
{% macro forget_a_ledger_whose_past_changed() %}
    {% if not is_incremental() %}{{ return('select 1') }}{% endif %}

    delete from {{ this }}
    where (
        select count(*) = 0 from (
            select
                count(*) as version_count,
                sum(notional_usd) as notional_usd
            from {{ ref('base_brokerage__trades') }}
            where
                rejected_reason is null
                and known_at <= (select max(recorded_at) from {{ this }})

            intersect

            select
                sum(version_count) as version_count,
                sum(version_notional_usd) as notional_usd
            from {{ this }}
        ) as agreed_totals
    )
{% endmacro %}


{#- Before missing days are added: delete the days whose totals differ from those of the parent now. `totals` pairs
    an expression of this model, summed over a day, with the aggregate of the parent that it must equal. -#}
{% macro forget_days_that_changed(parent, day, totals) %}
    {% if not is_incremental() %}{{ return('select 1') }}{% endif %}

    delete from {{ this }}
    where {{ day }} not in (
        select {{ day }} from (
            select
                {{ day }}
                {%- for own, aggregate in totals %},
                cast(sum({{ own }}) as decimal(38, 2))
                {%- endfor %}
            from {{ this }}
            group by {{ day }}

            intersect

            select
                {{ day }}
                {%- for own, aggregate in totals %},
                cast({{ aggregate }} as decimal(38, 2))
                {%- endfor %}
            from {{ parent }}
            group by {{ day }}
        ) as unchanged_days
    )
{% endmacro %}


{#- In the body: only the days of the parent that this model does not hold (any more). -#}
{% macro only_missing_days(day) %}
    {%- if is_incremental() -%}
    where {{ day }} not in (select {{ day }} from {{ this }})
    {%- endif -%}
{% endmacro %}
