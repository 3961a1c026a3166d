"""The files of new models read back as what was decided, whatever the columns of the file are called."""

import jinja2
import yaml
from generating_cases import number, table, text
from hypothesis import example, given, settings
from hypothesis import strategies as st
from test_generating_predicting import sample as labelled_rows
from test_generating_segmenting import rows_of

from segmart.generating.deciding import is_age, is_an_answer, is_protected
from segmart.generating.names import clean_name, clean_names
from segmart.generating.opening import Sheet
from segmart.generating.predicting import decide_label, decide_risk_model
from segmart.generating.segmenting import decide_segmentation
from segmart.generating.writing import Origin
from segmart.generating.writing_risk import TAKEN_NAMES as RISK_NAMES
from segmart.generating.writing_risk import risk_files
from segmart.generating.writing_segmentation import TAKEN_NAMES, segmentation_files
from segmart.risk.classification.declaration import parse_classification
from segmart.segmentation.declaration import parse_declaration

SEGMENTS = "              segments: {search: [2, 8]}"


def is_harmless(name: str) -> bool:
    """Say whether a column is not left out for what its name sounds like, which other tests are about."""
    return not any(sounds(clean_name(name)) for sounds in (is_age, is_an_answer, is_protected))


column_names = (
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20)
    .map("x {}".format)
    .filter(is_harmless)
)


def rendered(content):
    """Return YAML content as dbt sees it: every text a template; variables and docs stand for themselves."""
    if isinstance(content, dict):
        return {key: rendered(value) for key, value in content.items()}
    if isinstance(content, list):
        return [rendered(item) for item in content]
    if not isinstance(content, str):
        return content
    functions = {"var": str, "doc": str, "ref": str}
    return jinja2.Environment().from_string(content).render(functions)


def read(files: dict[str, str], path: str) -> dict:
    return rendered(yaml.safe_load(files[path]))


def models(files: dict[str, str], name: str) -> dict[str, dict]:
    return {model["name"]: model for model in read(files, f"models/{name}/_{name}__models.yml")["models"]}


def origin(
    name: str, columns: list[str], path: str = "data/my file.csv", sheet: Sheet | None = None
) -> Origin:
    return Origin(
        name, path, f"segmart new-segmentation {name} --table {path!r}", 1_000, tuple(columns), sheet
    )


def segmentation(columns, path: str = "data/my file.csv", sheet: Sheet | None = None) -> dict[str, str]:
    seen = table(*columns)
    names = clean_names(list(seen), TAKEN_NAMES)
    plan = decide_segmentation(seen, names, "id", None, (), (), None, rows_of)
    return segmentation_files(origin("savers", list(seen), path, sheet), plan, SEGMENTS)


def risk(columns, **options) -> dict[str, str]:
    seen = table(*columns, text("y", distinct=2))
    label = decide_label("y", {"yes": 250, "no": 750, "NA": 3}, None)
    names = clean_names(list(seen), [*RISK_NAMES, label.name])
    plan = decide_risk_model(seen, names, "id", label, None, options.get("protected", ()), (), labelled_rows)
    return risk_files(origin("loans", list(seen)), plan)


@given(st.lists(column_names, min_size=1, max_size=6, unique=True))
@example(["x {{ ref('a') }}", 'x "', "x '", "x }}", "x a: b # c", "x\n", "x \\"])
@example(["x a", "x-a", "X A", "x_a"])
@settings(max_examples=100, deadline=None)
def test_columns_read_back_by_their_names_in_the_file_and_in_the_warehouse(names):
    columns = [number(names[0]), *(text(name) for name in names[1:])]
    for files, model in ((segmentation(columns), "savers"), (risk(columns), "loans")):
        written = models(files, model)[f"ftr_{model}"]["columns"]
        supplied = {
            column["name"]: column.get("config", {}).get("meta", {}).get("supplied_as", column["name"])
            for column in written
            if column["name"] not in ("as_of_date", "id")
        }
        assert list(supplied.values()) == names
        assert len(supplied) == len(names)


@given(st.lists(column_names, min_size=1, max_size=6, unique=True))
@example(["x '; drop table customers; --", 'x "); select 1', "x {{ ref('a') }}", "x */"])
@settings(max_examples=100, deadline=None)
def test_no_name_of_the_file_becomes_sql_or_python(names):
    def code(names):
        columns = [number(names[0]), *(text(name) for name in names[1:])]
        files = segmentation(columns) | risk(columns)
        return {path: content for path, content in files.items() if not path.endswith(".yml")}

    assert code(names) == code(list(clean_names(names, TAKEN_NAMES).values()))


@given(st.lists(column_names, min_size=1, max_size=6, unique=True))
@settings(max_examples=50, deadline=None)
def test_what_is_declared_is_what_the_engines_take(names):
    columns = [number(names[0], minimum=0.0, skew=5.0, log_skew=0.0, maximum=9e9), *map(text, names[1:])]
    declared = read(segmentation(columns), "python_models/savers/_savers__models.yml")
    fit, assigned = declared["models"]
    block = fit["config"]["meta"]["segmentation"] | {"random_seed": 42}
    assert fit["config"]["meta"]["segmentation"] == assigned["config"]["meta"]["segmentation"]
    features = parse_declaration("savers", block).populations["all"].features
    assert len(features) == len(names)

    fit, scored = read(risk(columns), "python_models/loans/_loans__models.yml")["models"]
    block = fit["config"]["meta"]["risk"] | {"random_seed": 42}
    assert fit["config"]["meta"]["risk"] == scored["config"]["meta"]["risk"]
    assert [feature.kind for feature in parse_classification("loans", block).features] == [
        *(None, *["category"] * (len(names) - 1))
    ]


def test_the_boundary_says_what_was_seen_how_it_is_read_and_what_is_left_out_and_why():
    files = segmentation([number("Income (k$)"), number("n", distinct=1)])
    text_of = files["models/savers/_savers__models.yml"]
    income = models(files, "savers")["ftr_savers"]["columns"][2]
    assert income == {
        "name": "income_k_dollars",
        "data_type": "double",
        "description": "`Income (k$)` of the file. Seen: 10 to 90, median 50; never missing.",
        "config": {"meta": {"supplied_as": "Income (k$)", "personal": True}},
    }
    assert "      # `n`: constant: 50 in all 1,000 rows." in text_of.split("\n")
    assert "# Of 1 more" not in files["python_models/savers/_savers__models.yml"]
    assert "# Of one more column models/savers/_savers__models.yml says why" in " ".join(
        files["python_models/savers/_savers__models.yml"].split()
    )


def test_a_file_is_named_with_its_sheet():
    files = segmentation([number("a")], "data/{{ odd }}.xlsx", Sheet("Q1: 'all'", 3))
    assert models(files, "savers")["ftr_savers"]["config"]["meta"] == {
        "supplied_from": "data/{{ odd }}.xlsx",
        "workbook": {"sheet": "Q1: 'all'", "header_row": 3},
    }


def test_names_that_differ_in_signs_only_are_told_apart_by_the_letter():
    files = segmentation([number("a_b"), number("a-b"), number("c"), number("d%e"), number("d_e")])
    meta = {
        column["name"]: column.get("config", {}).get("meta", {}).get("supplied_as")
        for column in models(files, "savers")["ftr_savers"]["columns"]
    }
    assert (meta["a_b"], meta["a_b_2"], meta["c"]) == ("a_b", "a-b", None)
    # Titles are compared without such signs, although these are words in our names.
    assert (meta["d_percent_e"], meta["d_e"]) == ("d%e", "d_e")


def test_the_label_says_which_text_makes_it_true_and_which_are_unknown():
    label = models(risk([number("a")]), "loans")["lbl_loans"]["columns"][2]
    assert label["name"] == "is_y"
    assert label["config"]["meta"] == {"supplied_as": "y", "read_as_missing": ["NA", ""], "true_where": "yes"}


def test_protected_attributes_live_in_a_table_of_their_own_only_when_they_are_named():
    assert "models/loans/ftr_loans_protected.sql" not in risk([number("a")])
    files = risk([number("a"), text("sex")], protected=["sex"])
    protected = models(files, "loans")["ftr_loans_protected"]["columns"]
    assert [column["name"] for column in protected] == ["id", "as_of_date", "sex"]
    assert protected[2]["config"]["meta"]["personal"]
    assert 'protected=dbt.ref("ftr_loans_protected")' in files["python_models/loans/ml_loans__fit.py"]
    assert "sex" not in [column["name"] for column in models(files, "loans")["ftr_loans"]["columns"]]


def test_marts_owe_what_public_models_owe():
    for files, model in ((segmentation([number("a")]), "savers"), (risk([number("a")]), "loans")):
        mart = models(files, model)[f"mart_{model}"]
        assert mart["config"]["access"] == "public"
        assert mart["config"]["contract"] == {"enforced": True}
        assert mart["config"]["group"].startswith("customer_")
        assert all(column["description"] for column in mart["columns"])
        (exposure,) = read(files, f"models/{model}/_{model}__models.yml")["exposures"]
        assert exposure["depends_on"] == [f"ref('mart_{model}')"]
