{#- A feature table may be supplied instead of built: `supplied` names a file or a relation that meets the model's
    own contract. The model asks `is_supplied(...)` and, if so, is `supplied_features()` and nothing else. -#}
{% macro is_supplied(model_name) %}
    {{ return(model_name in var('supplied')) }}
{% endmacro %}


{#- The supplied table in the columns and types of this model's contract. Its place is what the variable `supplied` says
    of the model, or else the meta `supplied_from` of the model's config. There is no quarantine here: a feature table is
    somebody's finished work, so a value that does not fit is an error and not a row to drop.

    A column's meta may say how the column stands in the table: `supplied_as` is its name there, `read_as_missing` are the
    texts that stand for a missing value ('' for blanks), and of a boolean `true_where` is the text that makes it true,
    every other text making it false. A table without the column as_of_date is of the build's as-of date. -#}
{% macro supplied_features() %}
    {% set columns = model.columns.values() | list %}
    {% if not execute %}{{ return('select ' ~ nulls_for(columns) | join(', ')) }}{% endif %}

    {% set place = var('supplied').get(model.name) or model.config.meta.get('supplied_from') %}
    {% if not place %}
        {{ exceptions.raise_compiler_error(
            model.name ~ ' is to be supplied, but nobody says from where. Name the file in '
            ~ "--vars '{supplied: {" ~ model.name ~ ": ...}}', or as supplied_from in the meta of its config."
        ) }}
    {% endif %}
    {#- Of a file that the config names it is known how it is read: its columns are not needed to find the table. -#}
    {% set sought = columns if model.name in var('supplied') else [] %}
    {% set found = readable(place, sought, model.config.meta.get('workbook')) %}
    {% if found.relation is none %}
        {{ exceptions.raise_compiler_error(
            model.name ~ ' is to be supplied, but there is no file at ' ~ found.place ~ '. Correct the path in '
            ~ "--vars '{supplied: {" ~ model.name ~ ": ...}}'"
            ~ (' or, where its YAML says so, in supplied_from.' if model.config.meta.get('supplied_from')
               else ', or leave it out to build the features.')
        ) }}
    {% endif %}
    {% set landing = {'faults': faults_of(model.name, found.faults)} if found.faults
        else held_against_contract(model.name, found, columns) %}
    {% set faults = landing.faults or unreadable_values(landing.query, found.place, columns) %}
    {% if faults %}
        {{ exceptions.raise_compiler_error(
            'The supplied feature table cannot be used as it is:\n  * ' ~ faults | join('\n  * ')
        ) }}
    {% endif %}

    {% set typed = [] %}
    {% for column in columns %}
        {% do typed.append(
            'cast(' ~ supplied_value(column) ~ ' as ' ~ column.data_type ~ ') as ' ~ adapter.quote(column.name)
        ) %}
    {% endfor %}
    {{ return('select\n    ' ~ typed | join(',\n    ') ~ '\nfrom (' ~ landing.query ~ ') as supplied') }}
{% endmacro %}


{#- A supplied value as its column's meta says to read it: missing where it stands for that, true for one text. -#}
{% macro supplied_value(column) %}
    {% set value = adapter.quote(column.name) %}
    {% set text = 'trim(cast(' ~ value ~ ' as varchar))' %}
    {% if 'read_as_missing' in column.meta %}
        {% set value = 'case when ' ~ text ~ ' not in (' ~ text_literals(column.meta.read_as_missing) ~ ') then '
            ~ value ~ ' end' %}
    {% endif %}
    {% if 'true_where' in column.meta %}
        {% set value = 'case when ' ~ value ~ ' is not null then ' ~ text ~ ' = '
            ~ text_literal(column.meta.true_where) ~ ' end' %}
    {% endif %}
    {{ return(value) }}
{% endmacro %}


{#- One sentence for each column that holds something its declared type cannot. -#}
{% macro unreadable_values(query, place, columns) %}
    {% set counted = [] %}
    {% for column in columns %}
        {% set value = supplied_value(column) %}
        {% do counted.append(
            'count(*) filter (where ' ~ value ~ ' is not null and try_cast(' ~ value ~ ' as ' ~ column.data_type
            ~ ') is null)'
        ) %}
    {% endfor %}
    {% set counts = run_query('select ' ~ counted | join(', ') ~ ' from (' ~ query ~ ') as supplied').rows[0] %}
    {% set faults = [] %}
    {% for column in columns %}
        {% if counts[loop.index0] %}
            {% do faults.append(
                'column ' ~ column.name ~ ': ' ~ counts[loop.index0] ~ ' rows of ' ~ place
                ~ ' hold something that is not ' ~ column.data_type ~ '. Correct or empty these values.'
            ) %}
        {% endif %}
    {% endfor %}
    {{ return(faults) }}
{% endmacro %}
