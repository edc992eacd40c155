"""Curated CSV registers → rows of typed cells, with every fault named by file, row and column.

A register is UTF-8 CSV (RFC 4180) with one header row; a byte-order mark is accepted, since spreadsheets write one.
Several values in one cell are separated by " | ". What a column may hold stands in `build.columns`.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from aseancan_kg.build.columns import REGISTERS, Column
from aseancan_kg.build.values import Code, Number, PartialDate, Plain, Reference, Text, Url, Value
from aseancan_kg.errors import InputError, InvalidData, Place, RegisterError

SEPARATOR = " | "


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a register. `slug` is empty where the register has no such column (names, rivals, concepts)."""

    register: str
    kind: str
    slug: str
    cells: Mapping[str, tuple[Value, ...]]
    place: Place

    def one(self, column: str) -> Value | None:
        """Return the first value of a cell, or None when the cell is empty or the register has no such column."""
        return next(iter(self.cells.get(column, ())), None)

    def place_of(self, column: str) -> Place:
        """Say where the cell stands."""
        return Place(self.place.file, column=column, row=self.place.row)


@dataclass(frozen=True, slots=True)
class Registers:
    """All registers, and every fault found in them; a row with a fault keeps the cells that could be read."""

    rows: Mapping[str, tuple[Row, ...]]
    faults: tuple[InvalidData, ...] = field(default=())

    def __iter__(self) -> Iterator[Row]:
        for rows in self.rows.values():
            yield from rows


_HIERARCHIES = ("parent", "supersedes", "part_of", "phase_of")


def read(directory: Path, sources: frozenset[str]) -> Registers:
    """Read every register in `directory`; `sources` are the slugs of the documents in data/sources.

    Raises `InputError` when a file cannot be read and `RegisterError` when it is broken as CSV. Faults inside rows are
    collected, not raised.
    """
    faults: list[InvalidData] = []
    rows = {name: tuple(_read_rows(directory / f"{name}.csv", name, faults)) for name in REGISTERS}
    registers = Registers(rows)
    faults.extend(_duplicates(registers))
    faults.extend(_dangling(registers, sources))
    faults.extend(_misplaced_rivals(registers))
    faults.extend(_cycles(registers))
    return Registers(rows, tuple(sorted(faults, key=lambda fault: (str(fault.place and fault.place.file), str(fault)))))


def parse_rival(row: Row) -> tuple[Reference, str, Value]:
    """Read a row of rivals.csv: which thing, which of its columns, and the rival value.

    Raises ValueError, with the remedy, when the column or the value does not fit the thing's register.
    """
    entity, column, written = row.one("entity"), row.one("column"), row.one("value")
    if not (isinstance(entity, Reference) and isinstance(column, Plain) and isinstance(written, Plain)):
        raise ValueError("a rival needs an entity, a column and a value")
    columns = next((columns for kind, columns in REGISTERS.values() if kind == entity.kind), {})
    if column.characters not in columns:
        raise ValueError(f"a {entity.kind} has no column “{column.characters}”; use one of {', '.join(columns)}")
    return entity, column.characters, columns[column.characters].read(written.characters)


def _read_rows(path: Path, register: str, faults: list[InvalidData]) -> Iterator[Row]:
    kind, columns = REGISTERS[register]
    records: list[list[str]] = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            records.extend(csv.reader(stream, strict=True))
    except UnicodeDecodeError as error:
        remedy = "Save the file as “CSV UTF-8”."
        raise RegisterError(f"byte {error.start} is not UTF-8", Place(path), remedy=remedy) from error
    except csv.Error as error:
        remedy = "Look for a quotation mark that is not closed or not doubled."
        place = Place(path, row=len(records) + 1)
        raise RegisterError(f"this is not CSV: {error}", place, remedy=remedy) from error
    except OSError as error:
        raise InputError(f"cannot read it: {error.strerror}", Place(path), remedy="Put the register there.") from error
    if not records or records[0] != list(columns):
        remedy = f"The first row must be exactly: {','.join(columns)}"
        raise RegisterError(_wrong_header(records, columns), Place(path, row=1), remedy=remedy)
    for number, record in enumerate(records[1:], start=2):
        if not any(record):
            continue  # spreadsheets leave empty rows behind
        place = Place(path, row=number)
        if len(record) != len(columns):
            message = f"{len(record)} cells where the header has {len(columns)}"
            faults.append(InvalidData(message, place, remedy="Quote a cell that holds a comma; fill up missing cells."))
            continue
        written = zip(columns.items(), record, strict=True)
        cells = {name: _read_cell(name, column, cell, place, faults) for (name, column), cell in written}
        yield Row(register, kind, "".join(map(_written, cells.get("slug", ()))), cells, place)


def _wrong_header(records: list[list[str]], columns: Mapping[str, Column]) -> str:
    if not records:
        return "the file is empty"
    header = records[0]
    if len(header) == 1 and re.search(r"[;\t]", header[0]):
        return "its columns are separated by semicolons or tabs, not by commas"
    missing = ", ".join(columns.keys() - set(header)) or "none"
    unknown = ", ".join(set(header) - columns.keys()) or "none"
    return f"the header row is wrong: columns missing: {missing}; columns unknown: {unknown}; else their order"


def _read_cell(name: str, column: Column, cell: str, row: Place, faults: list[InvalidData]) -> tuple[Value, ...]:
    place = Place(row.file, column=name, row=row.row)
    parts = cell.split(SEPARATOR) if column.many else [cell]
    read: list[Value] = []
    for part in parts if cell else []:
        try:
            if part != part.strip() or not part:
                raise ValueError(f"“{part}” has spaces around it or is empty")
            read.append(column.read(part))
        except ValueError as error:
            remedy = f"Separate values by “{SEPARATOR}”." if column.many else None
            faults.append(InvalidData(str(error), place, remedy=remedy))
    if column.required and not cell:
        faults.append(InvalidData("the cell is empty", place, remedy="This column must be filled."))
    if len(set(read)) != len(read):
        faults.append(InvalidData("a value stands here twice", place, remedy="Delete one of them."))
    return tuple(read)


def _key(row: Row) -> str:
    """Return what must be unique in a row's register."""
    if row.register == "concepts":
        return "/".join(_written(row.one(column)) for column in ("scheme", "code"))
    if row.register in {"names", "rivals"}:
        return " · ".join(_written(row.one(column)) for column in ("entity", "column", "value", "name", "kind"))
    return row.slug


def _written(value: Value | None) -> str:
    match value:
        case Text(words):
            return words
        case Plain(characters):
            return characters
        case Code(_, code):
            return code
        case PartialDate(text):
            return text
        case Url(address):
            return address
        case None:
            return ""
        case Reference() | Number():
            return str(value)


def _duplicates(registers: Registers) -> Iterator[InvalidData]:
    for rows in registers.rows.values():
        seen: dict[str, Row] = {}
        for row in rows:
            first = seen.setdefault(_key(row), row)
            if first is not row and _key(row):
                message = f"“{_key(row)}” stands in row {first.place.row} already"
                yield InvalidData(message, row.place, remedy="Merge the two rows or give one another slug.")


def _dangling(registers: Registers, sources: frozenset[str]) -> Iterator[InvalidData]:
    known = {f"{row.kind}/{row.slug}" for row in registers} | {f"source/{slug}" for slug in sources}
    codes = {_key(row) for row in registers.rows["concepts"]}
    for row in registers:
        for column, cell in row.cells.items():
            for value in cell:
                if isinstance(value, Reference) and str(value) not in known:
                    remedy = "Correct the slug, or add the thing to its register first."
                    yield InvalidData(f"“{value}” is in no register", row.place_of(column), remedy=remedy)
                if isinstance(value, Code) and f"{value.scheme}/{value.code}" not in codes:
                    remedy = f"Use a code of the scheme “{value.scheme}”, or add it to concepts.csv."
                    yield InvalidData(f"“{value.code}” is not a known code", row.place_of(column), remedy=remedy)


def _misplaced_rivals(registers: Registers) -> Iterator[InvalidData]:
    for row in registers.rows["rivals"]:
        try:
            parse_rival(row)
        except ValueError as error:
            yield InvalidData(str(error), row.place_of("value"))


def _cycles(registers: Registers) -> Iterator[InvalidData]:
    for column in _HIERARCHIES:
        above = {
            f"{row.kind}/{row.slug}": [str(value) for value in row.cells.get(column, ())]
            for row in registers
            if row.slug
        }
        rows = {f"{row.kind}/{row.slug}": row for row in registers if row.slug}
        for start in above:
            if start in _reachable(start, above):
                remedy = "Remove one of the links that close the circle."
                yield InvalidData(f"“{start}” stands above itself", rows[start].place_of(column), remedy=remedy)


def _reachable(start: str, above: Mapping[str, list[str]]) -> set[str]:
    reached: set[str] = set()
    waiting = list(above[start])
    while waiting:
        if (current := waiting.pop()) not in reached:
            reached.add(current)
            waiting.extend(above.get(current, ()))
    return reached
