"""A table to take away: as CSV, and as a workbook for spreadsheets that tells where it comes from."""

import csv
import math
from collections.abc import Sequence
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

_LARGEST_EXACT = 2**53
"""A spreadsheet's numbers are doubles; beyond this a whole number stays text, so that no digit is lost."""
_WIDEST = 60
# The writer guesses unless told not to; what looks like a formula, a number or an address here is a text.
_AS_WRITTEN = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
_UNDATED = datetime(1980, 1, 1)
"""The same table gives the same bytes, so it does not say when they were made; the parts of the archive are of then."""


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
    output = BytesIO()
    with xlsxwriter.Workbook(output, _AS_WRITTEN) as workbook:
        workbook.set_properties({"created": _UNDATED})
        heading = workbook.add_format({"bold": True, "bottom": 1})
        _write(workbook.add_worksheet("Table"), heading, [sheet.columns, *sheet.rows])
        _write(workbook.add_worksheet("About"), heading, [("Title", sheet.title), *sheet.about])
    return output.getvalue()


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
                case int() | float() if math.isfinite(cell) and abs(cell) <= _LARGEST_EXACT:
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
