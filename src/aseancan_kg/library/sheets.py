"""A table to take away: as CSV, and as a workbook for spreadsheets that tells where it comes from."""

import csv
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO, StringIO

import xlsxwriter
from xlsxwriter.format import Format as Look
from xlsxwriter.worksheet import Worksheet

from aseancan_kg.errors import NotAcceptable
from aseancan_kg.mediatypes import CSV, XLSX

Cell = str | int | float | None

MOST_ROWS = 1_048_575
"""Rows that a worksheet holds below its header."""
LONGEST_TEXT = 32_767
"""Characters that one of its cells holds."""

LARGEST_EXACT = 2**53
"""A spreadsheet's numbers are doubles; beyond this a whole number stays text, so that no digit is lost."""
_WIDEST = 60
# The writer guesses unless told not to; what looks like a formula, a number or an address here is a text.
_AS_WRITTEN = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
UNDATED = datetime(1980, 1, 1)
"""The same table gives the same bytes, so it does not say when they were made; the parts of the archive are of then."""
_CUT = " … [cut here; the CSV has the whole text]"
_MONTH = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_TAKEN_FOR_ANOTHER = re.compile(
    r"""['=+\-@\t＝＋－＠].* | true | false
    | [\s\d.,:/\\%$€£¥()-]*\d[\s\d.,:/\\%$€£¥()-]*(?:e[+-]?\d+ | [ap]m?)?\s*
    | (?:\d{1,4}[\s./-]*)?MONTH[\s,./-]*\d{1,4} | \d{1,4}[\s./-]*MONTH[\s,./-]*
    """.replace("MONTH", _MONTH),
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_WHOLE_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table; `about` gives, by name, what a reader needs to cite it, such as version, licence and source query."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]
    about: Sequence[tuple[str, str]] = ()


def as_csv(sheet: Sheet) -> bytes:
    """Write a header and the rows as CSV (RFC 4180, UTF-8); what the sheet is about does not stand in it."""
    output = StringIO()
    csv.writer(output).writerows([sheet.columns, *sheet.rows])
    return output.getvalue().encode()


def as_xlsx(sheet: Sheet) -> bytes:
    """Write an Office Open XML workbook: the rows in the worksheet "Table", what they are in the worksheet "About".

    Texts stay texts, dates and what begins with "=" too. Raises `NotAcceptable` for more than a worksheet or one of its
    cells can hold, since a part of a table must not pass for the whole.
    """
    if len(sheet.rows) > MOST_ROWS:
        raise _too_much(f"a worksheet holds {MOST_ROWS:,} rows, and these are {len(sheet.rows):,}")
    return workbook({"Table": [sheet.columns, *sheet.rows], "About": [("Title", sheet.title), *sheet.about]})


def workbook(pages: Mapping[str, Sequence[tuple[Cell, ...]]]) -> bytes:
    """Write worksheets by their names, the first row of each a heading; raises `NotAcceptable` as `as_xlsx` does."""
    output = BytesIO()
    with xlsxwriter.Workbook(output, _AS_WRITTEN) as made:
        made.set_properties({"created": UNDATED})
        heading = made.add_format({"bold": True, "bottom": 1})
        for name, rows in pages.items():
            _write(made.add_worksheet(name), heading, rows)
    return output.getvalue()


def as_csv_for_excel(sheet: Sheet) -> bytes:
    """Write CSV that Excel opens unharmed: with a byte order mark, and texts that stay texts.

    A text that Excel would take for a formula (OWASP, CSV Injection), a number, a date or a time in English gets an
    apostrophe before it, and so does one that begins with an apostrophe; a whole day, 2025-10-26, does not, since Excel
    keeps its value. A text that is too long for a cell is cut.
    """
    output = StringIO()
    guarded = (tuple(_guarded(cut(cell)) if isinstance(cell, str) else cell for cell in row) for row in sheet.rows)
    csv.writer(output).writerows([sheet.columns, *guarded])
    return output.getvalue().encode("utf-8-sig")


def cut(text: str) -> str:
    """Return a text that a cell can hold; where it ends early, it says so."""
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - len(_CUT)] + _CUT


def _guarded(text: str) -> str:
    taken = _TAKEN_FOR_ANOTHER.fullmatch(text) and not _WHOLE_DAY.fullmatch(text)
    return f"'{text}" if taken else text


WRITERS = {CSV: as_csv, XLSX: as_xlsx}
"""Format → its writer."""


def _write(worksheet: Worksheet, heading: Look, rows: Sequence[tuple[Cell, ...]]) -> None:
    """Fill a worksheet; its first row is a heading that stays in view."""
    widths = dict[int, int]()
    for number, row in enumerate(rows):
        look = None if number else heading
        for column, cell in enumerate(row):
            widths[column] = max(widths.get(column, 0), len(str(cell or "")))
            match cell:
                case None:
                    continue
                case int() | float() if math.isfinite(cell) and abs(cell) <= LARGEST_EXACT:
                    worksheet.write_number(number, column, cell, look)
                case _ if len(text := str(cell)) <= LONGEST_TEXT:
                    worksheet.write_string(number, column, text, look)
                case _:
                    raise _too_much(f"a cell holds {LONGEST_TEXT:,} characters, and one has {len(text):,}")
    for column, width in widths.items():
        worksheet.set_column(column, column, min(width, _WIDEST) + 2)
    worksheet.freeze_panes(1, 0)


def _too_much(message: str) -> NotAcceptable:
    return NotAcceptable(message, remedy="Take it as CSV, which has no limit.")
