"""A table as Stata reads it: a .dta file of format 118 with labels of variables and values."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from aseancan_kg.library.sheets import UNDATED, Cell
from aseancan_kg.library.tables.schema import Column, Kind
from aseancan_kg.library.tables.tables import Filled

_LONGEST_LABEL = 80
_LONGEST_TEXT = 2045
"""Bytes in a text of fixed length (`help datatypes`); a longer one is a strL."""
_SHORT_TEXT = 244
"""Bytes above which a text takes less room as a strL; a key stays what it is, since Stata merges by no strL."""
_LARGEST_LONG = 2_147_483_620
"""Largest number of the type long; what is above it stands for missing values."""
_LONGEST_VALUE_LABELS = 32_000
"""Bytes of all labels of one variable, with one at the end of each."""


def as_dta(filled: Filled, codes: Mapping[str, Mapping[str, int]]) -> bytes:
    """Write a table; a code becomes its number in the list of `codes`, with the code as the label of the value.

    A code that is in no list is numbered after those that are. Blank cells are missing numbers or empty texts.
    """
    import pandas

    columns, labels, long, days = dict[str, Any](), dict[str, dict[int, str]](), list[str](), dict[str, str]()
    for column, cells in zip(filled.table.columns, zip(*filled.rows, strict=True), strict=True):
        name = column.name
        numbers = _numbers(column, cells, codes)
        if numbers:
            coded = [numbers.get(str(cell)) for cell in cells]
            columns[name] = pandas.Series(coded, dtype=_type_of(coded))
            labels[name] = {number: code for code, number in numbers.items()}
        elif column.kind in (Kind.integer, Kind.decimal):
            columns[name] = pandas.Series(cells, dtype=_type_of(cells))
        elif column.kind is Kind.date:
            columns[name] = pandas.to_datetime(pandas.Series(cells, dtype=object)).astype("datetime64[s]")
            days[name] = "td"
        else:
            texts = ["" if cell is None else str(cell) for cell in cells]
            columns[name] = pandas.Series(texts, dtype=object)
            longest = max(len(text.encode()) for text in texts)
            if longest > (_SHORT_TEXT if column.kind is Kind.text or column.many else _LONGEST_TEXT):
                long.append(name)
    output = BytesIO()
    pandas.DataFrame(columns).to_stata(
        output,
        convert_dates=days,
        write_index=False,
        byteorder="little",
        time_stamp=UNDATED,
        data_label=filled.table.title[:_LONGEST_LABEL],
        variable_labels={column.name: column.title[:_LONGEST_LABEL] for column in filled.table.columns},
        version=118,
        convert_strl=long,
        value_labels=labels,
    )
    return output.getvalue()


def _type_of(cells: Sequence[Cell]) -> str:
    """Return the type of a column of numbers: doubles where one has a fraction, is missing or is too large."""
    whole = all(isinstance(cell, int) and abs(cell) <= _LARGEST_LONG for cell in cells)
    return "int32" if whole else "float64"


def _numbers(column: Column, cells: Sequence[Cell], codes: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """Return code → number for a column of single codes, nothing for another or where the labels are too long."""
    if column.kind is not Kind.code or column.many:
        return {}
    listed = codes.get(column.codes, {})
    others = [code for code in dict.fromkeys(str(cell) for cell in cells if cell is not None) if code not in listed]
    first = max(listed.values(), default=0) + 1
    found = {**listed, **{code: number for number, code in enumerate(others, first)}}
    return found if sum(len(code.encode()) + 1 for code in found) <= _LONGEST_VALUE_LABELS else {}
