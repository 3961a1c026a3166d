{#- Inputs become views in the warehouse before anything is built: one schema per source, one view per table.

    Every table declared in a `_sources.yml` is looked for as a file below `input_dir`, or at the place that
    `inputs` names. Its columns are held against the declared ones, and all faults of all tables are told at
    once. A column that has another type than declared arrives as text: staging tries to read each value and
    sets aside those that are not what they should be, so one bad value costs one row and not the build. Of a
    workbook one sheet is read, as text; which one, and where its header stands, is found by the declared columns
    or said under `workbook` in the table's meta ({sheet: ..., header_row: ...}). -#}
{% macro land_inputs() %}
    {% if not execute %}{{ return('') }}{% endif %}

    {% set faults = [] %}
    {% for source_table in graph.sources.values() | sort(attribute='unique_id') %}
        {% if source_table.package_name == project_name %}
            {% set landing = input_query(source_table) %}
            {% do faults.extend(landing.faults) %}
            {% if not landing.faults %}
                {% do run_query('create schema if not exists ' ~ adapter.quote(source_table.schema)) %}
                {% do run_query(
                    'create or replace view ' ~ adapter.quote(source_table.schema) ~ '.'
                    ~ adapter.quote(source_table.identifier) ~ ' as ' ~ landing.query
                ) %}
            {% endif %}
        {% endif %}
    {% endfor %}

    {% if faults %}
        {{ exceptions.raise_compiler_error('The input cannot be used as it is:\n  * ' ~ faults | join('\n  * ')) }}
    {% endif %}
{% endmacro %}


{#- The query of one input's view, and what is wrong with it: {query, faults}. -#}
{% macro input_query(source_table) %}
    {% set table = source_table.source_name ~ '.' ~ source_table.name %}
    {% set place = var('inputs').get(table)
        or var('input_dir') ~ '/' ~ source_table.source_name ~ '/' ~ source_table.name %}
    {% set columns = source_table.columns.values() | list %}
    {% set found = readable(place, columns, source_table.meta.get('workbook')) %}

    {% if found.faults %}{{ return({'query': none, 'faults': faults_of(table, found.faults)}) }}{% endif %}

    {% if found.relation is none %}
        {% if is_required(source_table) %}
            {{ return({'query': none, 'faults': [
                table ~ ': no file at ' ~ found.place ~ ' (.parquet, .csv, .csv.gz, .xlsx, or a folder of them). '
                ~ "Make the demo ledger with `segmart demo`, or name your own folder with --vars '{input_dir: ...}'."
            ]}) }}
        {% endif %}
        {#- The project can do without it: an empty table of the declared shape stands in. -#}
        {{ return({'query': 'select ' ~ nulls_for(columns) | join(', ') ~ ' where false', 'faults': []}) }}
    {% endif %}

    {{ return(held_against_contract(table, found, columns)) }}
{% endmacro %}


{#- Select the declared columns of what was found, and name the declared ones that are not there. -#}
{% macro held_against_contract(table, found, columns) %}
    {% if found.bytes == 0 %}
        {{ return({'query': none, 'faults': [
            table ~ ': ' ~ found.place ~ ' is empty (0 bytes). Write at least a header line ('
            ~ columns | map(attribute='name') | join(',') ~ '), or remove the file.'
        ]}) }}
    {% endif %}

    {% set given = [] %}
    {#- A sign before each name, because dbt would make a number of the name 2024 and nothing of the name null. -#}
    {% set described = "select '.' || column_name, column_type from (describe select * from " ~ found.relation ~ ')' %}
    {% for row in run_query(described).rows %}
        {% do given.append({'name': row[0][1:], 'type': row[1] | lower}) %}
    {% endfor %}

    {% set faults = [] %}
    {% set selected = [] %}
    {% for column in columns %}
        {% set matches = given_as(column, given) %}
        {% if matches | length > 1 %}
            {% do faults.append(
                table ~ ': ' ~ matches | map(attribute='name') | join(' and ') ~ ' in ' ~ found.place
                ~ ' are both column ' ~ column.name ~ '. Rename or remove all but one.'
            ) %}
        {% elif matches %}
            {#- A name of somebody else's may hold the very sign that quotes it. -#}
            {% set quoted = adapter.quote(matches[0].name | replace('"', '""')) %}
            {% set is_as_declared = matches[0].type == column.data_type | lower %}
            {% set value = quoted if is_as_declared else 'cast(' ~ quoted ~ ' as varchar)' %}
            {% do selected.append(value ~ ' as ' ~ adapter.quote(column.name)) %}
        {% elif column.meta.get('optional') %}
            {% do selected.extend(nulls_for([column])) %}
        {% elif column.name == 'as_of_date' and 'supplied_as' not in column.meta %}
            {#- Nobody says otherwise: the table is of the day the build speaks about. -#}
            {% do selected.append(as_of_date() ~ ' as as_of_date') %}
        {% else %}
            {% do faults.append(
                table ~ ': column ' ~ column.meta.get('supplied_as', column.name) ~ ' (' ~ column.data_type
                ~ ') is missing in ' ~ found.place ~ ', which has ' ~ given | map(attribute='name') | join(', ')
                ~ '. Rename or add the column.'
            ) %}
        {% endif %}
    {% endfor %}
    {{ return({'query': 'select ' ~ selected | join(', ') ~ ' from ' ~ found.relation, 'faults': faults}) }}
{% endmacro %}


{#- The given columns that mean a declared one: by its name, or one it is also called, however that is written; or the
    one that is called exactly what `supplied_as` says. -#}
{% macro given_as(column, given) %}
    {% if 'supplied_as' in column.meta %}
        {{ return(given | selectattr('name', 'equalto', column.meta.supplied_as) | list) }}
    {% endif %}
    {% set titles = [plain_title(column.name)] %}
    {% for name in column.meta.get('also_called', []) %}
        {% do titles.append(plain_title(name)) %}
    {% endfor %}
    {% set matches = [] %}
    {% for candidate in given if plain_title(candidate.name) in titles %}
        {% do matches.append(candidate) %}
    {% endfor %}
    {{ return(matches) }}
{% endmacro %}


{#- A title without what people vary in it; `plain_title` in segmart.workbooks.finding says the same. -#}
{% macro plain_title(title) %}
    {{ return(modules.re.sub('[\\W_]+', '_', title | lower).strip('_')) }}
{% endmacro %}


{#- Each sentence with the table it speaks of. -#}
{% macro faults_of(table, sentences) %}
    {% set faults = [] %}
    {% for sentence in sentences %}
        {% do faults.append(table ~ ': ' ~ sentence) %}
    {% endfor %}
    {{ return(faults) }}
{% endmacro %}


{% macro nulls_for(columns) %}
    {% set nulls = [] %}
    {% for column in columns %}
        {% do nulls.append('cast(null as ' ~ column.data_type ~ ') as ' ~ adapter.quote(column.name)) %}
    {% endfor %}
    {{ return(nulls) }}
{% endmacro %}


{#- An input is required when its declaration says so, a selected model reads it, and no supplied feature table
    makes it superfluous. -#}
{% macro is_required(source_table) %}
    {% if not source_table.meta.get('required') or source_table.meta.get('unless_supplied') in var('supplied') %}
        {{ return(false) }}
    {% endif %}
    {% set readers = [] %}
    {% for node_id in selected_resources %}
        {% if source_table.unique_id in graph.nodes.get(node_id, {}).get('depends_on', {}).get('nodes', []) %}
            {% do readers.append(node_id) %}
        {% endif %}
    {% endfor %}
    {{ return(readers | length > 0) }}
{% endmacro %}


{#- What to select from for a place, {relation, place, bytes, faults}: a relation of the warehouse by its name, or
    a file by its path, with or without its ending, or a folder of files. The relation is none when nothing is
    there. CSV and workbooks are read as text throughout: what a value is, its declared type decides and not a
    sample of the file. The columns, and sheet and header row under `workbook`, help to find a workbook's table; a place
    may say them itself: {path: ..., sheet: ..., header_row: ...}. -#}
{% macro readable(place, columns=[], workbook=none) %}
    {% if place is mapping %}{{ return(readable(place.path, columns, place)) }}{% endif %}
    {% if not modules.re.search('(?i)[/\\\\]|\\.(parquet|csv|csv\\.gz|xlsx|xlsb|xls|ods)$', place) %}
        {{ return({'relation': place, 'place': 'relation ' ~ place, 'bytes': none}) }}
    {% endif %}

    {% set path = place if place.startswith('/') else env_var('SEGMART_PROJECT_DIR', '.') ~ '/' ~ place %}
    {% set readers = {
        '.parquet': 'read_parquet([{}])',
        '.csv': 'read_csv([{}], all_varchar = true, header = true)',
        '.csv.gz': 'read_csv([{}], all_varchar = true, header = true)',
        '.xlsx': none,
        '.xlsb': none,
        '.xls': none,
        '.ods': none,
    } %}
    {% for pattern in [path, path ~ '.*', path ~ '/*'] %}
        {% for ending, reader in readers.items() %}
            {% set files = files_at(pattern, ending) %}
            {% if files and reader is none %}
                {{ return(landed_workbooks(files, columns, workbook)) }}
            {% endif %}
            {% if files %}
                {% set bytes = none if ending == '.parquet' else run_query(
                    'select cast(min(size) as bigint) from read_blob([' ~ files | join(', ') ~ '])'
                ).columns[0].values()[0] %}
                {{ return({
                    'relation': reader.replace('{}', files | join(', ')),
                    'place': files | join(', '),
                    'bytes': bytes,
                }) }}
            {% endif %}
        {% endfor %}
    {% endfor %}
    {{ return({'relation': none, 'place': path, 'bytes': none}) }}
{% endmacro %}


{#- The files that match a pattern and have an ending, as text literals in the order of their names. What a
    spreadsheet program keeps beside an open workbook (~$book.xlsx) is no input. -#}
{% macro files_at(pattern, ending) %}
    {{ return(run_query(
        "select '''' || replace(file, '''', '''''') || '''' from glob(" ~ text_literal(pattern)
        ~ ') where lower(file) like ' ~ text_literal('%' ~ ending) ~ " and file not like '%/~$%' order by file"
    ).columns[0].values() | list) }}
{% endmacro %}


{#- The tables of workbooks, landed as Parquet by `segmart.workbooks.landing`, one below the other by their columns' names. -#}
{% macro landed_workbooks(files, columns, workbook) %}
    {% set wanted = [] %}
    {% for column in columns %}
        {% do wanted.append({
            'name': column.name,
            'also_called': column.meta.get('also_called', []),
            'optional': column.meta.get('optional', false),
        }) %}
    {% endfor %}
    {% set options = text_literal(tojson(dict(workbook or {}, columns=wanted))) %}
    {% set landed, places, faults = [], [], [] %}
    {% for file in files %}
        {% set answer = fromjson(
            run_query('select land_workbook(' ~ file ~ ', ' ~ options ~ ')').columns[0].values()[0]
        ) %}
        {% do landed.append(text_literal(answer.place | string)) %}
        {% do places.append(file ~ ", sheet '" ~ answer.sheet ~ "'") %}
        {% do faults.extend(answer.faults) %}
    {% endfor %}
    {{ return({
        'relation': 'read_parquet([' ~ landed | join(', ') ~ '], union_by_name = true)',
        'place': places | join(', '),
        'bytes': none,
        'faults': faults,
    }) }}
{% endmacro %}


{% macro text_literal(text) -%}
    '{{ text | replace("'", "''") }}'
{%- endmacro %}


{% macro text_literals(texts) -%}
    {% for text in texts %}{{ text_literal(text) }}{{ ', ' if not loop.last }}{% endfor %}
{%- endmacro %}
