{#- Inputs become views in the warehouse before anything is built: one schema per source, one view per table.

    Every table declared in a `_sources.yml` is looked for as a file below `input_dir`, or at the place that
    `inputs` names. Its columns are held against the declared ones, and all faults of all tables are told at
    once. A column that has another type than declared arrives as text: staging tries to read each value and
    sets aside those that are not what they should be, so one bad value costs one row and not the build. -#}
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
    {% set found = readable(place) %}
    {% set columns = source_table.columns.values() | list %}

    {% if found.relation is none %}
        {% if is_required(source_table) %}
            {{ return({'query': none, 'faults': [
                table ~ ': no file at ' ~ found.place ~ ' (.parquet, .csv, .csv.gz, or a folder of them). '
                ~ "Make the demo ledger with `segmart demo`, or name your own folder with --vars '{input_dir: ...}'."
            ]}) }}
        {% endif %}
        {% if source_table.meta.get('every_column') %}
            {{ return({'query': 'select null as nothing where false', 'faults': []}) }}
        {% endif %}
        {#- The project can do without it: an empty table of the declared shape stands in. -#}
        {{ return({'query': 'select ' ~ nulls_for(columns) | join(', ') ~ ' where false', 'faults': []}) }}
    {% endif %}

    {#- A table of one's own is learned from as it is: every column it has, whatever they are called. -#}
    {% if source_table.meta.get('every_column') and found.bytes != 0 %}
        {{ return({'query': 'select * from ' ~ found.relation, 'faults': []}) }}
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

    {% set given = {} %}
    {% set exactly = {} %}
    {#- A sign before each name, because dbt would make a number of the name 2024 and nothing of the name null. -#}
    {% set described = "select '.' || column_name, column_type from (describe select * from " ~ found.relation ~ ')' %}
    {% for row in run_query(described).rows %}
        {% set name = row[0][1:] %}
        {% do exactly.update({name: {'name': name, 'type': row[1] | lower}}) %}
        {% do given.update({name | lower: exactly[name]}) %}
    {% endfor %}

    {% set faults = [] %}
    {% set selected = [] %}
    {% for column in columns %}
        {% set wanted = column.meta.get('supplied_as', column.name) %}
        {% set match = exactly.get(wanted) or given.get(wanted | lower) %}
        {% if match %}
            {% set quoted = adapter.quote(match.name) %}
            {% set value = quoted if match.type == column.data_type | lower else 'cast(' ~ quoted ~ ' as varchar)' %}
            {% do selected.append(value ~ ' as ' ~ adapter.quote(column.name)) %}
        {% elif column.meta.get('optional') %}
            {% do selected.extend(nulls_for([column])) %}
        {% elif column.name == 'as_of_date' and 'supplied_as' not in column.meta %}
            {#- Nobody says otherwise: the table is of the day the build speaks about. -#}
            {% do selected.append(as_of_date() ~ ' as as_of_date') %}
        {% else %}
            {% do faults.append(
                table ~ ': column ' ~ wanted ~ ' (' ~ column.data_type ~ ') is missing in ' ~ found.place
                ~ ', which has ' ~ given.keys() | join(', ') ~ '. Rename or add the column.'
            ) %}
        {% endif %}
    {% endfor %}
    {{ return({'query': 'select ' ~ selected | join(', ') ~ ' from ' ~ found.relation, 'faults': faults}) }}
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
    {% set is_wanted = source_table.meta.get('required') or source_table.meta.get('every_column') %}
    {% if not is_wanted or source_table.meta.get('unless_supplied') in var('supplied') %}
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


{#- What to select from for a place, {relation, place, bytes}: a relation of the warehouse by its name, or a file
    by its path, with or without its ending, or a folder of files. The relation is none when nothing is there.
    CSV is read as text throughout: what a value is, its declared type decides and not a sample of the file. -#}
{% macro readable(place) %}
    {% if not modules.re.search('[/\\\\]|\\.(parquet|csv|csv\\.gz)$', place) %}
        {{ return({'relation': place, 'place': 'relation ' ~ place, 'bytes': none}) }}
    {% endif %}

    {% set path = place if place.startswith('/') else env_var('SEGMART_PROJECT_DIR', '.') ~ '/' ~ place %}
    {% set readers = {
        '.parquet': 'read_parquet([{}])',
        '.csv': 'read_csv([{}], all_varchar = true, header = true)',
        '.csv.gz': 'read_csv([{}], all_varchar = true, header = true)',
    } %}
    {% for pattern in [path, path ~ '.*', path ~ '/*'] %}
        {% for ending, reader in readers.items() %}
            {% set files = run_query(
                "select coalesce(string_agg('''' || replace(file, '''', '''''') || '''', ', ' order by file), '') "
                ~ 'from glob(' ~ text_literal(pattern) ~ ') where file like ' ~ text_literal('%' ~ ending)
            ).columns[0].values()[0] %}
            {% if files %}
                {% set bytes = none if ending == '.parquet' else run_query(
                    'select cast(min(size) as bigint) from read_blob([' ~ files ~ '])'
                ).columns[0].values()[0] %}
                {{ return({'relation': reader.replace('{}', files), 'place': files, 'bytes': bytes}) }}
            {% endif %}
        {% endfor %}
    {% endfor %}
    {{ return({'relation': none, 'place': path, 'bytes': none}) }}
{% endmacro %}


{% macro text_literal(text) -%}
    '{{ text | replace("'", "''") }}'
{%- endmacro %}


{% macro text_literals(texts) -%}
    {% for text in texts %}{{ text_literal(text) }}{{ ', ' if not loop.last }}{% endfor %}
{%- endmacro %}
