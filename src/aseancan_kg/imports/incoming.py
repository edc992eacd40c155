"""A record that comes in, in the columns of the register of instruments as far as it can be said there."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from aseancan_kg.build.columns import REGISTERS
from aseancan_kg.errors import InvalidData

REGISTER = "instruments"
KIND, COLUMNS = REGISTERS[REGISTER]
DECISION = "same_as"
"""Column of a table in which a cataloguer says what a record is."""


@dataclass(frozen=True, slots=True)
class Left:
    """What of a record no column of the register holds: a field of MARC 21, and what stands in it."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Incoming:
    """A record of a file.

    `number` is the row of a table, whose header is row 1, or counts the records of MARC from 1. `cells` has every
    column of the register; `fields` tells from which field of MARC a cell is. `names` are further names, which no
    column holds. A record with faults could not be read, or not as a whole.
    """

    number: int
    cells: Mapping[str, str]
    names: tuple[str, ...] = ()
    same_as: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    left: tuple[Left, ...] = ()
    faults: tuple[InvalidData, ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """The records of a file; `faults` are those of the file as a whole.

    `fill` gives what empty cells of the rows of new instruments hold, by column.
    """

    file: str
    format: str
    records: tuple[Incoming, ...]
    faults: tuple[InvalidData, ...] = ()
    fill: Mapping[str, str] = field(default_factory=dict)


def cells(given: Mapping[str, str]) -> dict[str, str]:
    """Return a cell for every column of the register, in composed characters and without blanks around them."""
    return {name: unicodedata.normalize("NFC", given.get(name, "")).strip() for name in COLUMNS}
