"""What is read out of a workbook, and what is said when nothing can be."""

import json
import re
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from workbook_cases import open_document, protected_workbook, workbook

from segmart.errors import InputError
from segmart.workbooks import Wanted, read_table
from segmart.workbooks.finding import plain_title
from segmart.workbooks.grids import text_of
from segmart.workbooks.landing import land_workbook

WANTED = (
    Wanted("customer_id", ("CustomerID",)),
    Wanted("monthly_volume_usd"),
    Wanted("gender", required=False),
)
HEADER = ["Customer id", "Monthly volume (USD)", "Gender"]
ROWS = [["a", 1, "F"], ["b", 2.5, None]]


def read(path: Path, wanted=WANTED, **options) -> tuple:
    table = read_table(path, wanted, **options)
    columns = [[] for _ in table.titles]
    for batch in table.batches(size=2):
        for column, values in zip(columns, batch, strict=True):
            column.extend(values)
    return table.sheet, table.header_row, dict(zip(table.titles.values(), columns, strict=True))


def told(path: Path, wanted=WANTED, **options) -> str:
    with pytest.raises(InputError) as error:
        read(path, wanted, **options)
    assert str(error.value).startswith(str(path))
    return str(error.value)


@pytest.fixture
def book(tmp_path):
    return lambda sheets, **more: workbook(tmp_path / "book.xlsx", sheets, **more)


def test_the_table_is_found_below_titles_and_beside_other_sheets(book):
    rows = [["Risk factors"], ["As of today", None, "Draft"], [], HEADER, *ROWS]
    path = book({"Read me": [["One row per customer"]], "Risk": rows})
    assert read(path) == (
        "Risk",
        4,
        {"Customer id": ["a", "b"], "Monthly volume (USD)": ["1", "2.5"], "Gender": ["F", None]},
    )


def test_an_empty_first_column_moves_nothing(book):
    path = book({"Risk": [[None, *row] for row in ([], HEADER, *ROWS)]})
    assert read(path)[1:] == (
        2,
        {"Customer id": ["a", "b"], "Monthly volume (USD)": ["1", "2.5"], "Gender": ["F", None]},
    )


@pytest.mark.parametrize(
    "written", ["Customer id", " customer-ID ", "CUSTOMER_ID", "customer\nid", "Customer.Id."]
)
def test_a_title_may_be_written_in_many_ways(written):
    assert plain_title(written) == "customer_id"


def test_a_column_is_found_by_the_names_it_is_also_called(book):
    assert list(read(book({"Risk": [["customerid", "Monthly volume usd"], ["a", 1]]}))[2]) == [
        "customerid",
        "Monthly volume usd",
    ]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (5.0, "5"),
        (-0.0, "0"),
        (0.1, "0.1"),
        (1e20, "1e+20"),
        (2.0**53, "9007199254740992.0"),
        (True, "true"),
        (False, "false"),
        (date(2025, 3, 8), "2025-03-08"),
        (datetime(2025, 3, 8, 9, 30), "2025-03-08 09:30:00"),
        (time(9, 30), "09:30:00"),
        (timedelta(hours=30, seconds=7), "30:00:07"),
        ("1,234.50 ", "1,234.50 "),
        ("  ", None),
        ("", None),
        ("#N/A", None),
        ("#DIV/0!", None),
        (None, None),
    ],
)
def test_a_cell_is_text_that_says_what_it_showed(cell, text):
    assert text_of(cell) == text


def test_cells_have_their_types_and_formulas_their_last_values(book):
    rows = [["customer_id", "monthly_volume_usd", "day"], ["a", "=1/0", date(2025, 3, 8)], ["b", 3.0, True]]
    _, _, columns = read(book({"Risk": rows}))
    # openpyxl writes a formula without the value it had, as a program that never computed it does.
    assert columns["monthly_volume_usd"] == [None, "3"]
    assert columns["day"] == ["2025-03-08", "true"]


def test_rows_and_columns_without_values_are_left_out(book):
    rows = [[*HEADER, None, "  "], ROWS[0], [], [None, " ", None], ROWS[1], [], []]
    _, _, columns = read(book({"Risk": rows}))
    assert columns["Customer id"] == ["a", "b"]
    assert list(columns) == HEADER


def test_a_header_without_rows_is_a_table_of_no_rows(book):
    assert read(book({"Risk": [HEADER]})) == ("Risk", 1, {title: [] for title in HEADER})


def test_of_several_headers_the_first_one_is_it(book):
    _, row, columns = read(book({"Risk": [HEADER, ROWS[0], HEADER, ROWS[1]]}))
    assert row == 1
    assert columns["Customer id"] == ["a", "Customer id", "b"]


def test_a_missing_column_is_left_to_the_caller_who_sees_the_titles(book):
    path = book({"Read me": [["Gender of customers"]], "Risk": [["Customer id", "Gender"], ["a", "F"]]})
    assert read(path) == ("Risk", 1, {"Customer id": ["a"], "Gender": ["F"]})


def test_several_sheets_that_could_be_it_are_named(book):
    path = book({"March": [HEADER, *ROWS], "April": [HEADER, *ROWS], "Notes": [["x"]]})
    message = told(path)
    assert "'March', 'April'" in message
    assert "workbook: {sheet: ...}" in message
    assert read(path, sheet="April")[0] == "April"
    assert read(path, sheet=" april ")[0] == "April"


def test_no_sheet_that_could_be_it_names_all_of_them(book):
    message = told(book({"March": [["x"]], "April": [["y"]]}))
    assert "'March', 'April'" in message
    assert "'customer_id', 'monthly_volume_usd'" in message


def test_a_hidden_sheet_is_read_only_when_it_is_named(book):
    path = book({"Risk": [HEADER, ROWS[0]], "Old": [HEADER, *ROWS]}, hidden="Old")
    assert read(path)[0] == "Risk"
    assert read(path, sheet="Old")[0] == "Old"


def test_a_missing_sheet_names_those_that_are_there(book):
    assert "no sheet 'April'; it has 'Risk', 'Notes'" in told(
        book({"Risk": [HEADER], "Notes": [["x"]]}), sheet="April"
    )


def test_an_empty_sheet_is_told_with_what_it_should_have(book):
    message = told(book({"Risk": []}))
    assert "nothing is in 'Risk'" in message
    assert "customer_id, monthly_volume_usd, gender" in message


def test_merged_titles_are_told_by_their_range(book):
    path = book({"Risk": [["Title"], [None, *HEADER], [None, "a", 1, "F"]]}, merged={"Risk": "B2:C2"})
    message = told(path)
    assert "B2:C2" in message
    assert "Unmerge them" in message


def test_a_merged_title_above_the_header_is_fine_and_merged_rows_of_data_are_not(book):
    assert read(book({"Risk": [["Risk factors"], HEADER, *ROWS]}, merged={"Risk": "A1:C1"}))[1] == 2
    assert "A3:A4" in told(book({"Risk": [["Risk factors"], HEADER, *ROWS]}, merged={"Risk": "A3:A4"}))


def test_two_titles_of_one_column_are_both_named(book):
    message = told(book({"Risk": [["Customer id", "CustomerID", "Monthly volume usd"], ["a", "b", 1]]}))
    assert "'Customer id' (A1) and 'CustomerID' (B1) are both column customer_id" in message
    # Column A is empty here, and so is row 1.
    message = told(book({"Risk": [[], [None, "Customer id", "CustomerID"], [None, "a", "b"]]}))
    assert "'Customer id' (B2) and 'CustomerID' (C2)" in message


def test_a_title_that_nobody_wants_may_occur_twice(book):
    rows = [["customer_id", "Note", "monthly_volume_usd", "note"], ["a", "x", 1, "y"]]
    assert list(read(book({"Risk": rows}))[2]) == ["customer_id", "Note", "monthly_volume_usd", "note_1"]


def test_the_row_of_the_header_can_be_said(book):
    path = book({"Risk": [HEADER, ROWS[0], HEADER, ROWS[1]]})
    assert read(path, header_row=3)[2]["Customer id"] == ["b"]
    assert "row 9, which is to be the header, is empty" in told(path, header_row=9)


def test_a_header_below_the_first_fifty_rows_must_be_said(book):
    path = book({"Risk": [*[["x"]] * 50, HEADER, *ROWS]})
    assert "no row among the first 50" in told(path)
    assert read(path, header_row=51)[2]["Customer id"] == ["a", "b"]


def test_a_table_of_ones_own_has_the_first_row_of_nothing_but_text_as_its_header(book):
    rows = [["My table"], [2024, None], ["Id", "Größe [m]", "a-b"], ["x", 1, 2], ["y", 3, "z"]]
    assert read(book({"Data": rows, "Empty": []}), wanted=()) == (
        "Data",
        3,
        {"Id": ["x", "y"], "Größe [m]": ["1", "3"], "a-b": ["2", "z"]},
    )


def test_a_table_of_ones_own_needs_one_sheet_titles_for_all_and_no_title_twice(book):
    assert "several sheets: 'A', 'B'" in told(book({"A": [["id"]], "B": [["id"]]}), wanted=())
    assert "nothing is in 'A'" in told(book({"A": []}), wanted=())
    assert "'Id' (A1) and 'ID' (B1) are both column" in told(book({"A": [["Id", "ID"], [1, 2]]}), wanted=())
    assert "merged cells: A1:B1" in told(
        book({"A": [["id", "of whom"], [1, 2]]}, merged={"A": "A1:B1"}), wanted=()
    )
    late = [["id", "x"], *[["a", "b"]] * 60, ["c", "d", 7]]
    assert "column C has no title and holds values, such as '7'" in told(book({"A": late}), wanted=())


def test_a_workbook_with_a_password_is_told_as_such(tmp_path):
    message = told(protected_workbook(tmp_path / "book.xlsx"))
    assert "protected by a password" in message
    assert "save it without one" in message


@pytest.mark.parametrize("ending", [".xlsx", ".xls", ".xlsb", ".ods"])
def test_what_is_no_workbook_or_was_cut_off_is_told_with_the_remedy(book, tmp_path, ending):
    whole = book({"Risk": [HEADER, *ROWS]}).read_bytes()
    for content in (whole[: len(whole) // 2], b"customer_id,x\n1,2\n", b"PK\x03\x04"):
        path = tmp_path / f"broken{ending}"
        path.write_bytes(content)
        message = told(path)
        assert "cannot be read as a workbook" in message
        assert "save it anew" in message


def test_a_sheet_that_is_broken_inside_is_told_with_the_remedy(book, tmp_path):
    whole, broken = book({"Risk": [HEADER, *ROWS]}), tmp_path / "broken.xlsx"
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(broken, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content[: len(content) // 2] if "sheet1" in name else content)
    message = told(broken)
    assert "sheet 'Risk' cannot be read as a workbook" in message
    assert "save it anew" in message


def test_a_file_of_no_bytes_is_empty(tmp_path):
    path = tmp_path / "book.xlsx"
    path.touch()
    assert "is empty (0 bytes)" in told(path)


def test_an_open_document_is_read_as_well(tmp_path):
    path = open_document(tmp_path / "book.ods", "Risk", [["Customer id", "Monthly volume usd"], ["a", "1"]])
    assert read(path) == ("Risk", 1, {"Customer id": ["a"], "Monthly volume usd": ["1"]})


OPTIONS = json.dumps({"columns": [{"name": "customer_id"}, {"name": "monthly_volume_usd"}]})


def landed(path: Path, folder: Path, options: str = OPTIONS) -> dict:
    return json.loads(land_workbook(str(path), options, folder))


def test_a_workbook_lands_as_a_table_of_text(book, tmp_path):
    answer = landed(book({"Risk": [HEADER, *ROWS]}), tmp_path / "landed")
    assert answer["faults"] == []
    assert answer["sheet"] == "Risk"
    table = pq.read_table(answer["place"])
    assert {str(field.type) for field in table.schema} == {"string"}
    assert table.to_pydict() == {
        "Customer id": ["a", "b"],
        "Monthly volume (USD)": ["1", "2.5"],
        "Gender": ["F", None],
    }


def test_a_header_without_rows_lands_as_no_rows_of_its_columns(book, tmp_path):
    table = pq.read_table(landed(book({"Risk": [HEADER]}), tmp_path / "landed")["place"])
    assert table.num_rows == 0
    assert table.column_names == HEADER


def test_an_unchanged_workbook_is_read_once_and_a_changed_one_replaces_it(book, tmp_path):
    folder = tmp_path / "landed"
    path = book({"Risk": [HEADER, *ROWS]})
    first = landed(path, folder)
    written = Path(first["place"]).stat().st_mtime_ns
    assert landed(path, folder) == first
    assert Path(first["place"]).stat().st_mtime_ns == written

    # The same workbook for another table lives beside it.
    other = landed(path, folder, json.dumps({"columns": [{"name": "gender"}]}))
    workbook(path, {"Risk": [HEADER, ROWS[0]]})
    second = landed(path, folder)
    assert pq.read_table(second["place"]).num_rows == 1
    assert sorted(map(str, folder.iterdir())) == sorted((second["place"], other["place"]))


def test_what_is_wrong_comes_back_as_a_sentence_and_leaves_nothing_behind(book, tmp_path):
    rows = [HEADER, *ROWS]
    twice = book({"Risk": [["customer_id", "Customer id", "monthly_volume_usd"], ["a", "b", 1]]})
    answer = landed(twice, tmp_path / "landed")
    assert answer["place"] is None
    assert re.search("are both column customer_id", *answer["faults"])
    late = book({"Risk": [["a", "b"], *[["x", "y"]] * 20_000, [1, 2, 3]]})
    (fault,) = landed(late, tmp_path / "landed", "{}")["faults"]
    assert "column C" in fault
    assert not list((tmp_path / "landed").glob("*"))
    (fault,) = landed(book({"Risk": rows}), tmp_path / "landed", '{"header_row": 0}')["faults"]
    assert "header_row is 0" in fault
    (fault,) = landed(tmp_path / "gone.xlsx", tmp_path / "landed", "{}")["faults"]
    assert "cannot be read (No such file" in fault


def test_a_build_without_workbooks_loads_nothing_that_reads_them():
    import subprocess
    import sys

    loaded = (
        "import sys, segmart.workbooks.plugin; print([name for name in sys.modules if 'calamine' in name])"
    )
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
