"""The crosswalk: where each field of a record stands in each format, or why it is lost there.

The table is the file `crosswalk.csv` beside this module. A cell holds places divided by ";", or "lost: " and why. After
the places it may say of which records the field is lost nevertheless: "AU; lost of treaties: " and why.
"""

import csv
import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources

from aseancan_kg.library.records.record import FIELDS, Record

FILE = resources.files(__package__) / "crosswalk.csv"
_LOST = re.compile("lost ?(.*?): (.+)")
_OF: Mapping[str, Callable[[Record], bool]] = {
    "": lambda record: True,
    "of actions": lambda record: record.kind == "action",
    "of what has posts below it": lambda record: any(child.kind == "post" for child in record.children),
    "of all but instruments": lambda record: record.kind != "instrument",
    "of treaties": lambda record: record.legal,
    "of what has parties and is no treaty": lambda record: bool(record.parties) and not record.legal,
}
"""Of which records a field is lost, in the words of the table."""


@cache
def crosswalk() -> Mapping[str, Mapping[str, str]]:
    """Return the cells by field and by column, in the order of the file."""
    rows = csv.DictReader(FILE.read_text(encoding="utf-8").splitlines())
    return {row.pop("field"): row for row in rows}


def places(field: str, column: str) -> tuple[str, ...]:
    """Return where a field stands in a format; nowhere when it is lost."""
    return tuple(part for part in crosswalk()[field][column].split("; ") if not _LOST.fullmatch(part))


def carried(column: str) -> dict[str, str]:
    """Return the cells of the fields that a format carries, if only of some records."""
    return {field: row[column] for field, row in crosswalk().items() if places(field, column)}


def lost(column: str) -> dict[str, list[str]]:
    """Return the fields that a format never carries, by the reason."""
    found: dict[str, list[str]] = {}
    for field, row in crosswalk().items():
        if not places(field, column):
            found.setdefault(row[column].removeprefix("lost: "), []).append(field)
    return found


def losses(record: Record, column: str) -> dict[str, str]:
    """Return the fields of a record that a format loses, each with the reason."""
    held = {field for field in FIELDS if record.values(field)} | ({"rivals"} if record.rivals else set())
    return {
        field: told[2]
        for field, row in crosswalk().items()
        for part in row[column].split("; ")
        if field in held and (told := _LOST.fullmatch(part)) and _OF[told[1]](record)
    }
