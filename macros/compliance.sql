{#- The facts that a sheet of risk factors repeats in every row of a customer, and what counts where the rows disagree:
    the largest or the smallest value, whichever is the riskier, or nothing, because nobody can tell. -#}
{% macro facts_of_a_customer() %}
    {{ return({
        'occupation': 'unknown',
        'source_of_income': 'unknown',
        'account_type': 'unknown',
        'residence_country': 'unknown',
        'nationality': 'unknown',
        'gender': 'unknown',
        'birth_date': 'unknown',
        'customer_since_date': 'unknown',
        'industry': 'unknown',
        'place_of_birth': 'unknown',
        'is_pep': 'largest',
        'is_high_net_worth': 'largest',
        'was_reported_before': 'largest',
        'expected_monthly_volume_usd': 'smallest',
        'actual_monthly_volume_usd': 'largest',
        'cash_monthly_volume_usd': 'largest',
        'average_balance_usd': 'largest',
        'alert_count_365d': 'largest',
        'cash_report_count_365d': 'largest',
    }) }}
{% endmacro %}


{#- An aggregate: the one value that all rows agree on, or what the rule says of several. -#}
{% macro agreed(column, rule) -%}
    {%- if rule == 'unknown' -%}
    case when min({{ column }}) = max({{ column }}) then max({{ column }}) end
    {%- elif rule == 'smallest' -%}
    min({{ column }})
    {%- elif rule == 'largest' -%}
    max({{ column }})
    {%- else -%}
    {{ exceptions.raise_compiler_error("agreed: the rule is '" ~ rule ~ "'; there are unknown, smallest and largest") }}
    {%- endif -%}
{%- endmacro %}


{#- The columns of `ftr_compliance` that a rule of the seed `compliance_rules` may speak of. -#}
{% macro factors_of_rules() %}
    {{ return([
        'is_pep',
        'is_high_net_worth',
        'was_reported_before',
        'volume_to_expected_ratio',
        'actual_monthly_volume_usd',
        'cash_ratio',
        'cash_monthly_volume_usd',
        'online_transfer_count_30d',
        'non_face_to_face_count_30d',
        'alert_count_365d',
        'cash_report_count_365d',
        'channel_count',
    ]) }}
{% endmacro %}


{#- What raises a customer's risk, in words: "Volume against what was expected: 4.2 times". A value that was taken from
    similar customers says so; a feature without words of its own is told by its name. -#}
{% macro driver_in_words(driver, value) -%}
    {%- set taken_from_others = {'fr': 'inconnu, comme chez des clients semblables'}.get(
        var('language'), 'not known, as of similar customers'
    ) -%}
    coalesce({{ driver }}.driver, {{ value }}.feature)
    || case {{ driver }}.unit
        when 'flag' then ''
        when 'times' then ': ' || cast(cast({{ value }}.feature_value as decimal(18, 1)) as varchar) || ' x'
        when 'share' then ': ' || cast(cast(100 * {{ value }}.feature_value as decimal(18, 0)) as varchar) || ' %'
        else ': ' || cast(cast({{ value }}.feature_value as decimal(18, 0)) as varchar)
    end
    || case when {{ value }}.was_imputed then ' ({{ taken_from_others }})' else '' end
{%- endmacro %}


{#- The names of those columns of a row that are null, as a text; null where none is. -#}
{% macro names_of_unknown(relation, columns) -%}
    nullif(concat_ws(', '
        {%- for column in columns -%}
        , case when {{ relation }}.{{ column }} is null then '{{ column }}' end
        {%- endfor -%}
    ), '')
{%- endmacro %}
