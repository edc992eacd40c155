"""The tables by their paths, and with edits of the cataloguing desk: which rows they have then, and what is wrong."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from aseancan_kg.build import registers
from aseancan_kg.build.registers import Registers, Row
from aseancan_kg.edits import Edit
from aseancan_kg.errors import InvalidData, NotFound, Place

Places = Mapping[str, Mapping[str, Place]]
"""The places of rows of each table, by their keys."""


@dataclass(frozen=True, slots=True)
class Edited:
    """Tables after edits; `keys` tell by which key each place was edited, `faults` what is wrong in its cells.

    `places` are those of every row that is there or has been.
    """

    tables: Registers
    keys: Mapping[Place, str]
    faults: Sequence[InvalidData]
    places: Places


def by_path(tables: Registers) -> dict[str, tuple[Row, ...]]:
    """Return the rows of each table by its path below data/: `registers/bodies`, `codings/<edition>/clauses`."""
    known = {f"registers/{name}": rows for name, rows in tables.rows.items()}
    return known | {
        f"codings/{edition}/{name}": rows for edition, of in tables.codings.items() for name, rows in of.items()
    }


def rows(tables: Registers, table: str) -> tuple[Row, ...]:
    """Return the rows of a table; raises `NotFound` for a path of none."""
    known = by_path(tables)
    if table not in known:
        raise NotFound(f"there is no table {table}", remedy=f"Tables are {', '.join(known)}.")
    return known[table]


def find(tables: Registers, table: str, key: str) -> Row | None:
    """Return a row by its key, None where there is none; raises as `rows` does."""
    return _find(rows(tables, table), key)


def places(tables: Registers) -> Places:
    """Return where rows stand."""
    return {table: {row.key: row.place for row in rows} for table, rows in by_path(tables).items()}


def edited(tables: Registers, edits: Iterable[Edit], known: Places | None = None) -> Edited:
    """Return tables after edits; `known` are the places that rows have, or have had.

    A row that comes back does so to its place, as it stays there where `registers.edited` carries all edits at once
    into a file: nodes that are numbered in the order of rows are those of the next build. Raises `Conflict` for an edit
    of what is not there as it was, and `NotFound` for a table there is not.
    """
    keys, faults = dict[Place, str](), list[InvalidData]()
    stood = {table: dict(of_table) for table, of_table in (known or places(tables)).items()}
    for edit in edits:
        former = rows(tables, edit.table)
        current = _find(former, edit.key)
        cells = edit.apply(current.typed if current else None)
        if cells is None:
            tables = _with(tables, edit.table, tuple(row for row in former if row is not current))
            continue
        of_table = stood[edit.table]
        if edit.key not in of_table:
            last = max(map(_order, of_table.values()), default=1)
            of_table[edit.key] = Place(f"data/{edit.table}.csv", row=last + 1)
        place = of_table[edit.key]
        row, found = read(edit.table, cells, place)
        faults += found
        keys[place] = edit.key
        if row.key != edit.key:
            told = f"these cells are those of another row, “{row.key}”"
            faults.append(InvalidData(told, place, remedy="Withdraw the one and add the other."))
        kept = (*(one for one in former if one is not current), row)
        tables = _with(tables, edit.table, tuple(sorted(kept, key=lambda one: _order(one.place))))
    return Edited(tables, keys, faults, stood)


def read(table: str, cells: Mapping[str, str], place: Place) -> tuple[Row, list[InvalidData]]:
    """Read a row of a table by its path, and what is wrong with it; empty cells may be left out."""
    folder, _, name = table.rpartition("/")
    columns = registers.columns(name)
    row, faults = registers.read_row(name, {column: cells.get(column, "") for column in columns}, place, folder)
    if unknown := sorted(cells.keys() - columns):
        remedy = f"Its columns are {', '.join(columns)}."
        faults.append(InvalidData(f"there is no column {', '.join(unknown)}", place, remedy=remedy))
    return row, faults


def _order(place: Place) -> int:
    return place.row or 0


def _find(among: Iterable[Row], key: str) -> Row | None:
    return next((row for row in among if row.key == key), None)


def _with(tables: Registers, table: str, changed: tuple[Row, ...]) -> Registers:
    folder, _, name = table.rpartition("/")
    if folder == "registers":
        return replace(tables, rows={**tables.rows, name: changed})
    edition = folder.removeprefix("codings/")
    return replace(tables, codings={**tables.codings, edition: {**tables.codings.get(edition, {}), name: changed}})
