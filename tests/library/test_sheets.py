"""Tables as spreadsheets read them: opened again with another library than wrote them."""

import csv
from io import BytesIO, StringIO

import openpyxl
import pytest
from openpyxl.utils.escape import unescape

from aseancan_kg.errors import NotAcceptable
from aseancan_kg.library import sheets
from aseancan_kg.library.sheets import Sheet, as_csv, as_xlsx

TROUBLESOME = (
    "=1+1",
    "+1",
    "-2+3",
    "@SUM(A1)",
    "2025-10-26",
    "007",
    "https://example.org/ {=A1}",
    "Hà Nội",
    'a "b", c',
)
SHEET = Sheet(
    title="Bodies: [all]",
    columns=("name", "count", "share", "note"),
    rows=[("Côte", 3, 0.25, None), *((text, 1, 0.5, "") for text in TROUBLESOME)],
    about=(("Dataset version", "0123abcd"), ("Licence", "https://creativecommons.org/licenses/by/4.0/")),
)


def read(sheet):
    return openpyxl.load_workbook(BytesIO(as_xlsx(sheet)))


def test_a_workbook_holds_the_table_and_what_it_is():
    workbook = read(SHEET)
    assert workbook.sheetnames == ["Table", "About"]
    rows = list(workbook["Table"].values)
    assert rows[0] == SHEET.columns
    assert rows[1] == ("Côte", 3, 0.25, None)
    assert list(workbook["About"].values) == [("Title", SHEET.title), *SHEET.about]


def test_text_never_becomes_a_formula_a_number_or_a_date():
    cells = [row[0] for row in read(SHEET)["Table"].iter_rows(min_row=3)]
    assert [cell.value for cell in cells] == [*TROUBLESOME]
    assert {cell.data_type for cell in cells} == {"s"}
    assert not any(cell.hyperlink for cell in cells)


def test_csv_holds_the_table_alone():
    text = as_csv(SHEET).decode()
    assert text.count("\r\n") == len(SHEET.rows) + 1
    rows = list(csv.reader(StringIO(text)))
    assert rows[:2] == [["name", "count", "share", "note"], ["Côte", "3", "0.25", ""]]
    assert [row[0] for row in rows[2:]] == [*TROUBLESOME]


@pytest.mark.parametrize("number", [2**53 + 1, -(10**30), float("nan"), float("inf")])
def test_a_number_that_a_spreadsheet_would_change_stays_text(number):
    sheet = Sheet("Numbers", ("number",), [(number,), (2**53,)])
    assert [cell.value for cell in read(sheet)["Table"]["A"]] == ["number", str(number), 2**53]


def test_control_characters_and_what_looks_like_their_escapes_survive():
    odd = "a\x00\x01\x1f\ufffe\r\nb"
    cells = read(Sheet("Odd", ("text",), [(odd,), ("_x0041_",)]))["Table"]["A"]
    assert [unescape(cells[1].value), cells[2].value] == [odd, "_x0041_"]


def test_the_same_table_gives_the_same_bytes():
    assert as_xlsx(SHEET) == as_xlsx(SHEET)


@pytest.mark.parametrize(
    ("sheet", "said"),
    [
        (Sheet("Long", ("n",), range(sheets.MOST_ROWS + 1)), "1,048,575 rows"),
        (Sheet("Wide", ("text",), [("x" * (sheets.LONGEST_TEXT + 1),)]), "32,767 characters"),
    ],
    ids=lambda value: getattr(value, "title", ""),
)
def test_what_does_not_fit_is_refused_whole(sheet, said):
    with pytest.raises(NotAcceptable, match=said) as caught:
        as_xlsx(sheet)
    assert "CSV" in caught.value.remedy


def test_the_longest_text_fits():
    text = "x" * sheets.LONGEST_TEXT
    assert read(Sheet("Full", ("text",), [(text,)]))["Table"]["A2"].value == text
