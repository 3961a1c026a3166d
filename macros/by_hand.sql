{#- Values as people type them. A base model names its columns by kind ({'text': [...], 'number': [...], 'count': [...],
    'flag': [...], 'date': [...]}) and reads them in three steps: what was given and what it says; which notations each
    column as a whole proves; the value, or why it cannot be read. `1,234` and `03/04/2025` mean what the others of
    their column mean. -#}


{#- Each column as it was given, and the text it says: null where it only says that nothing is known. -#}
{% macro given_and_said(columns) -%}
    {%- for names in columns.values() -%}
    {%- set last_kind = loop.last %}
    {%- for name in names %}
    {%- set text -%}
        trim(translate(cast({{ name }} as varchar), '{{ "\u00a0\u202f\t\n\r" }}', '     '))
    {%- endset %}
    {{ name }} as given_{{ name }},
    case
        when lower({{ text }}) not in ('', 'n/a', 'n.a.', '#n/a', '-', '--', '?', 'none', 'null', 'nil', 'unknown')
            then {{ text }}
    end as said_{{ name }}
    {{- ',' if not (last_kind and loop.last) }}
    {%- endfor %}
    {%- endfor %}
{%- endmacro %}


{#- In an aggregate over all rows: what the numbers and dates of each column prove about its notation. -#}
{% macro notations_proven(columns) -%}
    {%- set proven = [] -%}
    {%- for name in columns.number + columns.count -%}
        {%- set said = 'said_' ~ name -%}
        {%- do proven.append(
            'bool_or(' ~ has_decimal_comma(said) ~ ' and not ' ~ has_decimal_point(said) ~ ') as has_commas_' ~ name
        ) -%}
    {%- endfor -%}
    {%- for name in columns.date -%}
        {%- for part, number in {'day': 1, 'month': 2}.items() -%}
            {%- set is_beyond_months -%}
                {{ is_day_and_month('said_' ~ name) }} and {{ date_part_of('said_' ~ name, number) }} > 12
            {%- endset -%}
            {%- do proven.append(
                'coalesce(bool_or(' ~ is_beyond_months ~ '), false) as has_' ~ part ~ '_first_' ~ name
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ proven | join(',\n    ') }}
{%- endmacro %}


{#- Each column as its type, null where it cannot be read as one; a count is a number, which its checks find whole. -#}
{% macro read_by_hand(columns) -%}
    {%- set read = [] -%}
    {%- for name in columns.text -%}{%- do read.append('said_' ~ name ~ ' as ' ~ name) -%}{%- endfor -%}
    {%- for name in columns.number + columns.count -%}
        {%- do read.append(number_said(name) ~ ' as ' ~ name) -%}
    {%- endfor -%}
    {%- for name in columns.flag -%}{%- do read.append(flag_said(name) ~ ' as ' ~ name) -%}{%- endfor -%}
    {%- for name in columns.date -%}{%- do read.append(date_said(name) ~ ' as ' ~ name) -%}{%- endfor -%}
    {{ read | join(',\n    ') }}
{%- endmacro %}


{#- For each column but the texts, `<column>_fault`: why it could not be read, or the first of its faults {fails_when,
    reason}, in which {} stands for the column; null for a sound value. -#}
{% macro faults_by_hand(columns, faults) -%}
    {%- set told = [] -%}
    {%- for kind, names in columns.items() if kind != 'text' -%}
        {%- for name in names -%}
            {%- set fault -%}
    case
        when {{ name }} is null and said_{{ name }} is not null then {{ why_unreadable(name, kind) }}
        {%- for fault in faults.get(name, faults.get(kind, [])) %}
        when {{ name }} is not null and {{ fault.fails_when | replace('{}', name) }} then '{{ fault.reason }}'
        {%- endfor %}
    end as {{ name }}_fault
            {%- endset -%}
            {%- do told.append(fault | trim) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ told | join(',\n    ') }}
{%- endmacro %}


{#- Why a value that says something could not be read as its kind. -#}
{% macro why_unreadable(name, kind) -%}
    {%- if kind == 'flag' -%}
    'neither yes nor no'
    {%- elif kind == 'date' -%}
    case
        when not {{ is_day_and_month('said_' ~ name) }} then 'not a date'
        when has_day_first_{{ name }} and has_month_first_{{ name }} then 'mixed date formats'
        when not (has_day_first_{{ name }} or has_month_first_{{ name }}) then 'ambiguous date'
        else 'not a date'
    end
    {%- else -%}
    case when {{ is_ambiguous_number(name) }} then 'ambiguous number' else 'not a number' end
    {%- endif %}
{%- endmacro %}


{#- Numbers: 1234.5, 1,234.50, 1 234.5 and 1'234.5; or 1.234,50 and 1 234,5. A point before three digits is decimal,
    because that is how a sheet tells its numbers; a comma before three digits groups thousands, unless others of the
    column use it as the decimal sign. -#}
{% macro number_said(name) -%}
    {%- set said = 'said_' ~ name -%}
    case
        when {{ is_ambiguous_number(name) }} then null
        when {{ has_decimal_point(said) }} then try_cast(translate({{ said }}, ', ''', '') as double)
        when {{ has_decimal_comma(said) }} then try_cast(translate({{ said }}, ',. ''', '.') as double)
    end
{%- endmacro %}


{% macro has_decimal_point(said) -%}
    {{ matches(said, "[+-]?([0-9]+|[0-9]{1,3}([, ''][0-9]{3})+)?([.][0-9]*)?(e[+-]?[0-9]{1,2})?") }}
{%- endmacro %}


{% macro has_decimal_comma(said) -%}
    {{ matches(said, "[+-]?([0-9]+|[0-9]{1,3}([. ''][0-9]{3})+)(,[0-9]+)?") }}
{%- endmacro %}


{% macro is_ambiguous_number(name) -%}
    (has_commas_{{ name }} and {{ matches('said_' ~ name, '[+-]?[0-9]{1,3},[0-9]{3}') }})
{%- endmacro %}


{% macro flag_said(name) -%}
    case
        when lower(said_{{ name }}) in ('y', 'yes', 'true', 't', '1', '1.0', 'oui', 'ja') then true
        when lower(said_{{ name }}) in ('n', 'no', 'false', 'f', '0', '0.0', 'non', 'nein') then false
    end
{%- endmacro %}


{#- Dates: 2025-03-08 with or without a time, 8.3.2025, the day number of a spreadsheet, and 8/3/2025 or 3-8-2025 where
    others of the column prove which of the two is the day, and none the opposite. -#}
{% macro date_said(name) -%}
    {%- set said = 'said_' ~ name -%}
    {%- set first, second, year = date_part_text(said, 1), date_part_text(said, 2), date_part_text(said, 3) -%}
    case
        when {{ matches(said, '[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}([ t].*)?') }}
            then try_cast(
                translate({{ part_matched(said, '^([0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2})', 1) }}, '/.', '--') as date
            )
        when {{ matches(said, '[0-9]{1,2}[.][0-9]{1,2}[.][0-9]{4}( .*)?') }}
            then try_cast({{ year }} || '-' || {{ second }} || '-' || {{ first }} as date)
        when {{ matches(said, '[0-9]{5}([.][0-9]+)?') }}
            then cast('1899-12-30' as date) + cast({{ part_matched(said, '^([0-9]{5})', 1) }} as integer)
        when not {{ is_day_and_month(said) }} or has_day_first_{{ name }} = has_month_first_{{ name }} then null
        when has_day_first_{{ name }} then try_cast({{ year }} || '-' || {{ second }} || '-' || {{ first }} as date)
        else try_cast({{ year }} || '-' || {{ first }} || '-' || {{ second }} as date)
    end
{%- endmacro %}


{#- 8/3/2025 or 8-3-2025: two numbers that could both be the day. -#}
{% macro is_day_and_month(said) -%}
    {{ matches(said, '[0-9]{1,2}[-/][0-9]{1,2}[-/][0-9]{4}( .*)?') }}
{%- endmacro %}


{% macro date_part_of(said, number) -%}
    try_cast({{ date_part_text(said, number) }} as integer)
{%- endmacro %}


{% macro date_part_text(said, number) -%}
    {{ part_matched(said, '^([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})', number) }}
{%- endmacro %}


{#- True where the whole text matches a pattern, whatever its case; false for null. -#}
{% macro matches(text, pattern) -%}
    coalesce({{ part_matched('lower(' ~ text ~ ')', '^(' ~ pattern ~ ')$', 1) }} <> '', false)
{%- endmacro %}


{#- A group of a regular expression in a text, empty where it does not match. -#}
{% macro part_matched(text, pattern, group) -%}
    regexp_extract({{ text }}, '{{ pattern }}', {{ group }})
{%- endmacro %}
