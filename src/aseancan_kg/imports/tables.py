"""CSV of new instruments: the columns of the register in any order, as spreadsheets write them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from aseancan_kg.build.registers import parse_table, wrong_length
from aseancan_kg.errors import InputError, InvalidData, Place, RegisterError
from aseancan_kg.imports.incoming import COLUMNS, DECISION, Batch, Incoming, cells

_DELIMITERS = ",;\t"
"""Spreadsheets write one of these, as the language of the machine has it."""
_KNOWN = (*COLUMNS, DECISION)
_MEANT = {"name": "title", "type": "kind", "date": "adopted", "year": "adopted", "signatories": "parties"}
"""What others call columns of ours whose names are not spelt alike."""
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""First bytes of .xlsx and .ods, and of .xls."""
_SAVE = "Save it as “CSV UTF-8”."


def read(content: bytes, file: str) -> Batch:
    """Read a table. Raises `InputError` when it is no CSV in UTF-8, has no rows, or a column stands there twice."""
    if content.startswith(_WORKBOOKS):
        raise InputError("it is a workbook, as of Excel, and no CSV", Place(file), remedy=_SAVE)
    if b"\0" in content.partition(b"\n")[0]:
        raise InputError("its characters are not in UTF-8 but seem to be in UTF-16", Place(file), remedy=_SAVE)
    header, *rows = parse_table(content, file, _delimiter(content)) or [[]]
    names = [_column(name) for name in header]
    if any(names) and not {*names} & {*_KNOWN}:
        meant = ", ".join(filter(None, map(_near, names)))
        remedy = f"Did you mean {meant}? " if meant else ""
        message, remedy = "its first row has not one column of the register", f"{remedy}Use {','.join(COLUMNS)}."
        raise RegisterError(message, Place(file, row=1), remedy=remedy)
    twice = [name for name, times in Counter(names).items() if name and times > 1]
    if twice:
        message = f"the header has twice: {', '.join(twice)}"
        raise RegisterError(message, Place(file, row=1), remedy="Delete or rename one of the columns.")
    if not any(any(row) for row in rows):
        message = "there is no row below the header" if any(names) else "the file is empty"
        raise InputError(message, Place(file), remedy=f"Give the header and rows of these: {','.join(COLUMNS)}.")
    records = tuple(_record(names, row, number, file) for number, row in enumerate(rows, start=2) if any(row))
    return Batch(file, "csv", records, tuple(_unknown(names, file)))


def _delimiter(content: bytes) -> str:
    header = content.decode("utf-8", "replace").lstrip("\ufeff").partition("\n")[0]
    return max(
        _DELIMITERS, key=lambda delimiter: sum(_column(name.strip('"\r')) in _KNOWN for name in header.split(delimiter))
    )


def _column(name: str) -> str:
    """Return the name of a column as the register has it, if it is one in other letters."""
    name = name.strip()
    return name.lower() if name.lower() in _KNOWN else name


def _near(name: str) -> str:
    """Return the column of the register that a name may mean, or ""."""
    return _MEANT.get(name.lower()) or next(iter(get_close_matches(name.lower(), _KNOWN, n=1)), "")


def _unknown(names: Sequence[str], file: str) -> Iterator[InvalidData]:
    for number, name in enumerate(names, start=1):
        if name not in _KNOWN:
            near = _near(name)
            remedy = f"Did you mean {near}?" if near else f"Delete it, or use one of {', '.join(_KNOWN)}."
            message = f"there is no column “{name}”" if name else f"the {number}. column has no name"
            yield InvalidData(message, Place(file, row=1, column=name or number), remedy=remedy)


def _record(names: Sequence[str], row: Sequence[str], number: int, file: str) -> Incoming:
    given = dict(zip(names, row, strict=False))
    wrong = () if len(row) == len(names) else (wrong_length(row, len(names), Place(file, row=number)),)
    return Incoming(number, cells(given), same_as=given.get(DECISION, "").strip(), faults=wrong)
