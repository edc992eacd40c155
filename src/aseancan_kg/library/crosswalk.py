"""The crosswalk: where each field of a record stands in each format, or why it is lost there.

The table is the file `crosswalk.csv` beside this module. A cell holds places divided by ";", or "lost: " and why.
"""

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources

from aseancan_kg.library.records import FIELDS, Record

FILE = resources.files(__package__) / "crosswalk.csv"
_LOST = "lost: "


@cache
def crosswalk() -> Mapping[str, Mapping[str, str]]:
    """Return the cells by field and by column, in the order of the file."""
    rows = csv.DictReader(FILE.read_text(encoding="utf-8").splitlines())
    return {row.pop("field"): row for row in rows}


def places(field: str, column: str) -> tuple[str, ...]:
    """Return where a field stands in a format; nowhere when it is lost."""
    cell = crosswalk()[field][column]
    return () if cell.startswith(_LOST) else tuple(cell.split("; "))


def losses(record: Record, column: str) -> dict[str, str]:
    """Return the fields of a record that a format loses, each with the reason."""
    held = {field for field in FIELDS if record.values(field)} | ({"rivals"} if record.rivals else set())
    return {
        field: row[column].removeprefix(_LOST)
        for field, row in crosswalk().items()
        if field in held and row[column].startswith(_LOST)
    }
