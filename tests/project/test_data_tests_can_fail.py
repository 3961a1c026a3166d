"""Data tests seen failing: each break of a rule, a score or an account turns the build red by its own."""

import pytest

RULES_TEST = "assert_every_score_combination_meets_exactly_one_rule"
ONLY_RULES = ("--select", "rule_segments", RULES_TEST)
BANDS_TEST = "assert_credit_bands_are_complete_and_do_not_overlap"
ONLY_BANDS = ("--select", "credit_bands", BANDS_TEST)
UP_TO_SCORES = ("--select", "+rule_rfmn_scores")
UP_TO_ACCOUNTS = (
    "--select",
    "+source_rows_accounted",
    "+int_trades_summed_to_customer_days",
    "+int_cash_movements_summed_to_customer_days",
)

BREAKS = {
    "a rule is missing": (
        "seeds/rule_segments.csv",
        "5,50,active,4,4,1,1,,,Promising",
        "5,50,active,4,4,1,1,5,5,Promising",
        ONLY_RULES,
        RULES_TEST,
    ),
    "two rules overlap": (
        "seeds/rule_segments.csv",
        "1,10,active,5,5,4,5,,,Champions",
        "1,10,active,5,5,3,5,,,Champions",
        ONLY_RULES,
        RULES_TEST,
    ),
    "two bands of credit risk overlap": (
        "seeds/credit_bands.csv",
        "E,560,580",
        "E,560,581",
        ONLY_BANDS,
        BANDS_TEST,
    ),
    "equal values are told apart": (
        "macros/scores.sql",
        "least(5, 1 + floor(5 * percent_rank() over (partition by {{ group }} order by {{ ordering }})))",
        "ntile(5) over (partition by {{ group }} order by {{ ordering }}, customer_id)",
        UP_TO_SCORES,
        "assert_equal_values_score_equal",
    ),
    "old recency scores high": (
        "models/rules/rule_rfmn_scores.sql",
        "days_since_last_trade desc",
        "days_since_last_trade asc",
        UP_TO_SCORES,
        "assert_better_recency_never_scores_lower",
    ),
    "staging loses rows": (
        "models/staging/brokerage/stg_brokerage__logins.sql",
        "where rejected_reason is null",
        "where rejected_reason is null and login_count < 3",
        UP_TO_ACCOUNTS,
        "assert_every_source_row_is_accounted_for",
    ),
    "partials lose sales": (
        "models/intermediate/int_trades_summed_to_customer_days.sql",
        "from trades\n\n    group by",
        "from trades\n\n    where side = 'buy'\n\n    group by",
        UP_TO_ACCOUNTS,
        "assert_customer_days_add_up_to_the_ledger",
    ),
}


@pytest.mark.parametrize("broken", BREAKS)
def test_a_break_turns_the_build_red_by_its_own_test(broken, copied_project, demo_ledger, project_on):
    path, sound, unsound, selection, test = BREAKS[broken]
    file = copied_project / path
    text = file.read_text()
    assert text.count(sound) == 1
    file.write_text(text.replace(sound, unsound))
    told = project_on(demo_ledger, project_dir=copied_project).fail(*selection)
    assert f"Failure in test {test}" in told
    assert "ERROR=1 " in told, "something else fails too"
