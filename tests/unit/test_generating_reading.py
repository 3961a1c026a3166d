"""What is seen of the columns of a file."""

import gzip

import pandas as pd
import pytest

from segmart.errors import InputError
from segmart.generating.opening import open_table
from segmart.generating.reading import date_facts, key_facts, sample, see, texts


def csv(folder, **columns):
    """Write a CSV of columns and return the table as it is read."""
    path = folder / "table.csv"
    pd.DataFrame(columns).to_csv(path, index=False)
    return open_table(path)[0]


def seen_in(folder, values, key="k"):
    table = csv(folder, k=[f"K{i}" for i in range(len(values))], x=values)
    return see(table, ["x"], key)["x"]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1", "2", "-3"], "whole number"),
        (["1", "2.5", "1e3"], "number"),
        (["1", "NA", "?"], "whole number"),
        (["1.5", "inf", "3"], "number"),
        (["007", "012", "120"], "text"),
        (["1,234", "2,000", "3,100"], "text"),
        (["12345678901234567890", "1", "2"], "text"),
        (["true", "FALSE", "true"], "boolean"),
        (["2024-01-05", "2024-02-28", "NA"], "date"),
        (["a", "1", "2"], "text"),
        (["NA", "n/a", "-"], "text"),
        ([" ", "", "  "], "empty"),
    ],
)
def test_all_values_decide_what_a_column_is(tmp_path, values, kind):
    assert seen_in(tmp_path, values).kind == kind


def test_words_for_missing_are_kept_as_they_are_spelled(tmp_path):
    seen = seen_in(tmp_path, ["1", "N/A", "-inf", "?", " ", "N/A", None])
    assert seen.words_for_missing == ("", "-inf", "?", "N/A")
    assert (seen.row_count, seen.missing_count, seen.distinct_count) == (7, 6, 1)


def test_a_word_for_missing_is_a_level_where_a_column_is_text(tmp_path):
    seen = seen_in(tmp_path, ["car", "none", "none"])
    assert seen.words_for_missing == ()
    assert seen.levels == (("none", 2), ("car", 1))


def test_numbers_and_dates_that_are_written_otherwise_are_recognised(tmp_path):
    assert seen_in(tmp_path, ["$1,200", "$900", "$12,000.50"]).looks_like == "numbers"
    assert seen_in(tmp_path, ["12 %", "3,5", "14 %"]).looks_like == "numbers"
    assert seen_in(tmp_path, ["31.12.2024", "01.02.2023", "5/6/2022"]).looks_like == "dates"
    assert seen_in(tmp_path, ["North 1", "South 2", "East"]).looks_like is None


def test_the_figures_of_numbers_are_those_of_the_finite_ones(tmp_path):
    numbers = seen_in(tmp_path, ["0", "1", "3", "nan", "inf", "NA"]).numbers
    assert (numbers.minimum, numbers.maximum, numbers.median, numbers.zero_count) == (0, 3, 1, 1)
    assert numbers.mean == pytest.approx(4 / 3)


def test_columns_may_be_called_like_anything_inside_our_queries(tmp_path):
    names = [
        "k",
        "value_0",
        "text_0",
        "given_0",
        "log_0",
        "key_number",
        "texts",
        "given",
        'a"b',
        "id",
        "text",
    ]
    table = csv(tmp_path, **{name: [f"{i}{j}" for j in range(3)] for i, name in enumerate(names)})
    assert [seen.kind for seen in see(table, table.columns, "k").values()][1:] == ["whole number"] * 10
    assert list(sample(table, "k", ["value_0", 'a"b'], ["text_0", "texts"], 2).columns) == [
        *("k", "text_0", "texts", "value_0", 'a"b')
    ]


def test_a_copy_of_the_id_is_counted(tmp_path):
    table = csv(tmp_path, k=[10, 11, 12], copy=[10, 11, 12])
    assert see(table, ["copy"], "k")["copy"].numbers.equal_to_key_count == 3


def test_typed_columns_of_parquet_are_what_their_types_say(tmp_path):
    path = tmp_path / "table.parquet"
    frame = pd.DataFrame(
        {
            "k": ["a", "b"],
            "whole": [1, 2],
            "number": [1.0, float("nan")],
            "flag": [True, False],
            "day": pd.to_datetime(["2024-01-01", "2024-01-02"]),
            "list": [[1], [2]],
        }
    )
    frame.to_parquet(path)
    table, sheet = open_table(path)
    seen = see(table, table.columns, "k")
    assert {name: facts.kind for name, facts in seen.items()} == {
        **{"k": "text", "whole": "whole number", "number": "number"},
        **{"flag": "boolean", "day": "date", "list": "nested"},
    }
    assert seen["number"].missing_count == 1
    assert sheet is None


def test_ids_are_counted_with_examples(tmp_path):
    table = csv(tmp_path, k=["a", "b", "b", "b", None, " ", "c", "c"])
    assert key_facts(table, "k") == (8, 2, [("b", 3), ("c", 2)], 3)


def test_dates_are_told_apart_from_what_is_none(tmp_path):
    table = csv(tmp_path, k=[1, 2, 3], day=["2024-01-31", "31.1.2024", None])
    missing, days = date_facts(table, "day")
    assert (missing, [day.isoformat() for day in days]) == (2, ["2024-01-31"])


def test_labels_are_counted_without_blanks(tmp_path):
    assert texts(csv(tmp_path, k=[1, 2, 3], y=["yes", " yes", "no"]), "y") == {"yes": 2, "no": 1}


def test_another_separator_and_a_compressed_file_are_read(tmp_path):
    path = tmp_path / "table.csv.gz"
    path.write_bytes(gzip.compress(b'"id";"a b"\n1;"x;y"\n2;z\n'))
    assert open_table(path)[0].columns == ["id", "a b"]


def test_a_sheet_is_read_and_remembered(tmp_path):
    path = tmp_path / "book.xlsx"
    with pd.ExcelWriter(path) as book:
        frame = pd.DataFrame({"Id": ["a", "b"], "Amount": [1.5, 2]})
        frame.to_excel(book, sheet_name="Customers 1", index=False, startrow=2)
    table, sheet = open_table(path)
    assert table.columns == ["Id", "Amount"]
    assert (sheet.name, sheet.header_row) == ("Customers 1", 3)
    assert see(table, ["Amount"], "Id")["Amount"].kind == "number"


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("gone.csv", None, "there is no file"),
        ("empty.csv", b"", "is empty (0 bytes)"),
        ("header.csv", b"id,a\n", "has no rows, only the columns id, a"),
        ("table.json", b"{}", "is none of .parquet, .csv, .csv.gz, .xlsx"),
        ("broken.parquet", b"not at all", "cannot be read"),
        ("latin.csv", "id,é\n1,é\n".encode("latin-1"), "a CSV is read as UTF-8"),
        ("a[1].csv", b"id\n1\n", "stands for many files; rename it"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path, name, content, told):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError) as error:
        open_table(tmp_path / name)
    assert told in str(error.value)
    assert name in str(error.value)
