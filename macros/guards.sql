{#- After the features are built: no customer on the as-of date means the date is wrong, and everything after would be
    empty and green. Told at once, and with the date that would work. -#}
{% macro refuse_a_date_before_all_data() %}
    {% if not execute or flags.EMPTY %}{{ return('') }}{% endif %}

    {% if run_query('select count(*) from ' ~ this).columns[0].values()[0] == 0 %}
        {{ exceptions.raise_compiler_error(
            this.name ~ ' has no customer as of ' ~ as_of_day() ~ ': the date lies before all data, or the customer '
            ~ "register is empty. Give a later date with --vars '{as_of_date: YYYY-MM-DD}', or check the input in "
            ~ var('input_dir') ~ ' and the quarantine (staging.rejected_rows).'
        ) }}
    {% endif %}
{% endmacro %}
