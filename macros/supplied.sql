{#- A feature table may be supplied instead of built: `supplied` names a file or a relation that meets the model's
    own contract. The model asks `is_supplied(...)` and, if so, is `supplied_features()` and nothing else. -#}
{% macro is_supplied(model_name) %}
    {{ return(model_name in var('supplied')) }}
{% endmacro %}


{#- The supplied table in the columns and types of this model's contract. There is no quarantine here: a feature
    table is somebody's finished work, so a value that does not fit is an error and not a row to drop. -#}
{% macro supplied_features() %}
    {% set columns = model.columns.values() | list %}
    {% if not execute %}{{ return('select ' ~ nulls_for(columns) | join(', ')) }}{% endif %}

    {% set found = readable(var('supplied')[model.name], columns, model.config.meta.get('workbook')) %}
    {% if found.relation is none %}
        {{ exceptions.raise_compiler_error(
            model.name ~ ' is to be supplied, but there is no file at ' ~ found.place ~ '. Correct the path in '
            ~ "--vars '{supplied: {" ~ model.name ~ ": ...}}', or leave it out to build the features."
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
        {% set name = adapter.quote(column.name) %}
        {% do typed.append('cast(' ~ name ~ ' as ' ~ column.data_type ~ ') as ' ~ name) %}
    {% endfor %}
    {{ return('select\n    ' ~ typed | join(',\n    ') ~ '\nfrom (' ~ landing.query ~ ') as supplied') }}
{% endmacro %}


{#- One sentence for each column that holds something its declared type cannot. -#}
{% macro unreadable_values(query, place, columns) %}
    {% set counted = [] %}
    {% for column in columns %}
        {% set name = adapter.quote(column.name) %}
        {% do counted.append(
            'count(*) filter (where ' ~ name ~ ' is not null and try_cast(' ~ name ~ ' as ' ~ column.data_type
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
