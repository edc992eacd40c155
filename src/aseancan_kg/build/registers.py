"""Curated CSV registers and codings → rows of typed cells, with every fault named by file, row and column.

A table is UTF-8 CSV (RFC 4180) with one header row; a byte-order mark is accepted, since spreadsheets write one.
Several values in one cell are separated by " | ". What a column may hold stands in `build.columns`.
"""

import csv
import re
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from io import StringIO
from itertools import chain
from pathlib import Path

from aseancan_kg.build.columns import CODINGS, CONTESTABLE, REGISTERS, TABLES, Column
from aseancan_kg.build.values import Code, Number, Part, PartialDate, Plain, Reference, Text, Url, Value
from aseancan_kg.edits import SEPARATOR, Edit, settled
from aseancan_kg.errors import DanglingReference, InputError, InvalidData, Place, RegisterError

_KEYS: Mapping[str, tuple[str, ...]] = {
    "names": ("entity", "name", "kind"),
    "rivals": ("entity", "column", "value"),
    "concepts": ("scheme", "code"),
    "alignments": ("concept", "relation", "target"),
    "identifiers": ("iri",),
    "mentions": ("part", "start", "quote", "occurrence"),
    "clauses": ("clause",),
    "codings": ("coder", "clause", "scheme", "value", "words"),
    "topics": ("action", "topic"),
    "sdgs": ("action", "sdg"),
    "reaffirmations": ("statement", "target", "match"),
}
"""Columns that together tell a row from every other, where that is not its slug."""
_SEVERAL = re.compile("[,;|]")
"""What a cell has of which its writer may have thought that it separates values."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: `folder` is `registers` or `codings/<edition>`; `slug` is empty where there is none."""

    folder: str
    register: str
    kind: str
    slug: str
    cells: Mapping[str, tuple[Value, ...]]
    typed: Mapping[str, str]  # each cell to the letter
    place: Place

    @property
    def key(self) -> str:
        """What tells the row from every other of its table, to the letter of its cells."""
        return self.slug or key_of(self.register, self.typed)

    @property
    def locator(self) -> str:
        """Where the row stands, for those who want to look it up or mend it."""
        return f"data/{self.folder}/{self.register}.csv#{self.key}"

    @property
    def reference(self) -> Reference:
        """The thing that the row describes."""
        return Reference(self.kind, self.slug)

    @property
    def called(self) -> Reference | Code | Part:
        """How cells of other rows name what the row describes, if they do."""
        match self.kind:
            case "concept":
                return Code(self.written("scheme"), self.written("code"))
            case "clause":
                return Part(self.written("clause"))
        return self.reference

    @property
    def names(self) -> Iterator[tuple[str, Reference | Code | Part]]:
        """What its cells name, each with its column."""
        for column, cell in self.cells.items():
            for value in (*cell, *_implied_codes(self, column, cell)):
                if isinstance(value, Reference | Code | Part):
                    yield column, value

    def one(self, column: str) -> Value | None:
        """Return the first value of a cell, or None when the cell is empty or the register has no such column."""
        return next(iter(self.cells.get(column, ())), None)

    def written(self, column: str) -> str:
        """Return the first value of a cell in its full form, "" when the cell is empty: `action/1.2.6` for 1.2.6."""
        value = self.one(column)
        return "" if value is None else _written(value)

    def all_written(self, column: str) -> tuple[str, ...]:
        """Return all values of a cell in their full form."""
        return tuple(_written(value) for value in self.cells.get(column, ()))

    def place_of(self, column: str) -> Place:
        """Say where the cell stands."""
        return Place(self.place.file, column=column, row=self.place.row)


@dataclass(frozen=True, slots=True)
class Registers:
    """All registers, the codings of each edition, and every fault found in them.

    A row with a fault keeps the cells that could be read. Iterating gives the rows of the registers.
    """

    rows: Mapping[str, tuple[Row, ...]]
    codings: Mapping[str, Mapping[str, tuple[Row, ...]]]
    faults: tuple[InvalidData, ...] = field(default=())

    def __iter__(self) -> Iterator[Row]:
        for rows in self.rows.values():
            yield from rows

    @property
    def tables(self) -> Iterator[tuple[Row, ...]]:
        """Every table, of registers and of codings."""
        yield from self.rows.values()
        for tables in self.codings.values():
            yield from tables.values()

    def named(self, edition: str, table: str) -> tuple[Row, ...]:
        """Rows of one table of the codings of one edition; none when it has no such table."""
        return self.codings.get(edition, {}).get(table, ())


_HIERARCHIES = ("parent", "supersedes", "part_of", "phase_of")


def read(data: Path, sources: frozenset[str]) -> Registers:
    """Read every register and the codings below `data`; `sources` are the slugs of the documents in data/sources.

    Raises `InputError` when a file cannot be read and `RegisterError` when it is broken as CSV. Faults inside rows are
    collected, not raised.
    """
    faults: list[InvalidData] = []
    rows = {name: tuple(_read_rows(data / "registers" / f"{name}.csv", faults)) for name in REGISTERS}
    codings: dict[str, dict[str, tuple[Row, ...]]] = {}
    for path in sorted((data / "codings").rglob("*.csv")):
        edition = path.parent.name
        if path.stem not in CODINGS or edition not in sources:
            faults.append(_stray(path, sources))
            continue
        codings.setdefault(edition, {})[path.stem] = tuple(_read_rows(path, faults))
    faults.extend(joint_faults(Registers(rows, codings), sources))
    return Registers(
        rows, codings, tuple(sorted(faults, key=lambda fault: (str(fault.place and fault.place.file), str(fault))))
    )


def joint_faults(registers: Registers, sources: frozenset[str]) -> Iterator[InvalidData]:
    """Tell what is wrong between rows: one that stands twice, a reference to nothing, no such column, a circle."""
    yield from _duplicates(registers)
    yield from _dangling(registers, sources)
    yield from _misplaced_rivals(registers)
    yield from _cycles(registers)


def parse_table(content: bytes, file: Path | str, delimiter: str = ",") -> list[list[str]]:
    """Return the records of a CSV file, the header among them; a byte-order mark is left out.

    Raises `RegisterError` for what is not UTF-8 or not CSV.
    """
    records: list[list[str]] = []
    try:
        text = StringIO(content.decode("utf-8-sig"), newline="")
        records.extend(csv.reader(text, delimiter=delimiter, strict=True))
    except UnicodeDecodeError as error:
        remedy = "Save the file as “CSV UTF-8”."
        raise RegisterError(f"byte {error.start} is not UTF-8", Place(file), remedy=remedy) from error
    except csv.Error as error:
        said, remedy = f"this is not CSV: {error}", "Look for a quotation mark that is not closed or not doubled."
        if "field limit" in str(error):
            said = f"a cell is longer than {csv.field_size_limit():,} characters"
            remedy = "Shorten it, or close the quotation mark with which it begins."
        raise RegisterError(said, Place(file, row=len(records) + 1), remedy=remedy) from error
    return records


def parse_rows(content: bytes, file: Path | str, delimiter: str = ",") -> list[dict[str, str]]:
    """Return the cells of the rows of a CSV file by its own header; raises `RegisterError` as `parse_table` does.

    It does so also for a header that names a column twice, and for a row that is longer or shorter than the header.
    """
    header, *records = parse_table(content, file, delimiter) or [[]]
    if repeated := sorted(name for name, count in Counter(header).items() if count > 1):
        remedy = "Give each column once."
        raise RegisterError(f"its header names {', '.join(repeated)} twice", Place(file, row=1), remedy=remedy)
    rows = [(record, Place(file, row=row)) for row, record in enumerate(records, start=2) if any(record)]
    return [row_of(record, header, place) for record, place in rows]


def key_of(table: str, typed: Mapping[str, str]) -> str:
    """Return what tells a row of a table from its others, to the letter of its cells."""
    return " · ".join(filter(None, (typed.get(column, "") for column in key_columns(table))))


def key_columns(table: str) -> tuple[str, ...]:
    """Return the columns that together tell a row of a table from its others."""
    return _KEYS.get(table, ("slug",))


def edited(content: bytes, file: Path, edits: Mapping[str, Sequence[Edit]]) -> bytes:
    """Return a table's file with the edits of its rows, by key, that it does not contain yet; the other lines stay.

    Lines end as the first one does, and a byte-order mark stays. New rows come last. Raises `RegisterError` for a file
    that is broken, and `Conflict` where a cell is neither as it was before an edit nor as it became.
    """
    rows = {key_of(file.stem, cells): cells for cells in parse_rows(content, file)}
    changed = {key: settled(rows.get(key), of_row) for key, of_row in edits.items()}
    output = StringIO(newline="")
    ending = "\r\n" if content.partition(b"\n")[0].endswith(b"\r") else "\n"
    header = parse_table(content, file)[0]
    writer = csv.DictWriter(output, header, restval="", lineterminator=ending)
    writer.writeheader()
    writer.writerows(row for row in {**rows, **changed}.values() if row)
    return output.getvalue().encode("utf-8-sig" if content.startswith(BOM_UTF8) else "utf-8")


def columns(table: str) -> tuple[str, ...]:
    """Return the columns of a table, in order."""
    return tuple(TABLES[table][1])


def read_row(
    table: str, typed: Mapping[str, str], place: Place, folder: str = "registers"
) -> tuple[Row, list[InvalidData]]:
    """Read the cells of a row of a table; return the row and the faults in its cells."""
    faults: list[InvalidData] = []
    kind, columns = TABLES[table]
    cells = {name: _read_cell(name, column, typed[name], place, faults) for name, column in columns.items()}
    return Row(folder, table, kind, "".join(map(_written, cells.get("slug", ()))), cells, typed, place), faults


def parse_rival(row: Row) -> tuple[Reference, str, Value]:
    """Read a row of rivals.csv: which thing, which of its columns, and the rival value.

    Raises ValueError, with the remedy, when the column or the value does not fit the thing's register.
    """
    entity, column, written = row.one("entity"), row.one("column"), row.one("value")
    if not (isinstance(entity, Reference) and isinstance(column, Plain) and isinstance(written, Plain)):
        raise ValueError("a rival needs an entity, a column and a value")
    columns = CONTESTABLE.get(entity.kind, {})
    if column.characters not in columns:
        told = f"of a {entity.kind} sources tell no “{column.characters}” that may differ"
        raise ValueError(f"{told}; use one of {', '.join(columns) or '(none)'}")
    return entity, column.characters, columns[column.characters].read(written.characters)


def _stray(path: Path, sources: frozenset[str]) -> InvalidData:
    if path.parent.name in sources:
        remedy = f"Tables of codings are {', '.join(f'{name}.csv' for name in CODINGS)}."
        return InvalidData(f"there is no table “{path.stem}”", Place(path), remedy=remedy)
    remedy = f"Put it into a folder named as a document of data/sources: {', '.join(sorted(sources))}."
    return InvalidData(f"“{path.parent.name}” is no edition", Place(path), remedy=remedy)


def _read_rows(path: Path, faults: list[InvalidData]) -> Iterator[Row]:
    _, columns = TABLES[path.stem]
    folder = path.parent.name if path.parent.name == "registers" else f"codings/{path.parent.name}"
    try:
        records = parse_table(path.read_bytes(), path)
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
            faults.append(wrong_length(record, len(columns), place))
            continue
        typed = dict(zip(columns, record, strict=True))
        row, found = read_row(path.stem, typed, place, folder)
        faults.extend(found)
        yield row


def row_of(record: Sequence[str], header: Sequence[str], place: Place) -> dict[str, str]:
    """Return the cells of a row by column; raises `RegisterError` where there are more or fewer than in the header."""
    if len(record) != len(header):
        fault = wrong_length(record, len(header), place)
        raise RegisterError(fault.message, fault.place, remedy=fault.remedy)
    return dict(zip(header, record, strict=True))


def wrong_length(record: Sequence[str], columns: int, place: Place) -> InvalidData:
    """Tell of a row that has more or fewer cells than the header."""
    message = f"{len(record)} cells where the header has {columns}"
    return InvalidData(message, place, remedy="Quote a cell that holds a comma; fill up missing cells.")


def _wrong_header(records: list[list[str]], columns: Mapping[str, Column]) -> str:
    if not records:
        return "the file is empty"
    header = records[0]
    if len(header) == 1 and re.search(r"[;\t]", header[0]):
        return "its columns are separated by semicolons or tabs, not by commas"
    missing = ", ".join(name for name in columns if name not in header) or "none"
    unknown = ", ".join(name for name in header if name not in columns) or "none"
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
            remedy = f"Separate values by “{SEPARATOR}”." if column.many and _SEVERAL.search(part) else None
            faults.append(InvalidData(str(error), place, remedy=remedy))
    if column.required and not cell:
        faults.append(InvalidData("the cell is empty, and has to be filled", place))
    if len(set(read)) != len(read):
        faults.append(InvalidData("a value stands here twice", place, remedy="Delete one of them."))
    return tuple(read)


def _written(value: Value) -> str:
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
        case Part(path):
            return path
        case Number(number):
            return str(number)
        case Reference():
            return str(value)


def _duplicates(registers: Registers) -> Iterator[InvalidData]:
    for rows in registers.tables:
        seen: dict[str, Row] = {}
        for row in rows:
            first = seen.setdefault(row.key, row)
            if first is not row and row.key:
                where = f"row {first.place.row}" if first.place.file == row.place.file else first.place
                message = f"“{row.key}” stands in {where} already"
                yield InvalidData(message, row.place, remedy="Merge the two rows or give one another slug.")


def _dangling(registers: Registers, sources: frozenset[str]) -> Iterator[InvalidData]:
    known = {f"{row.kind}/{row.slug}" for row in registers} | {f"source/{slug}" for slug in sources}
    codes = {f"{row.written('scheme')}/{row.written('code')}" for row in registers.rows["concepts"]}
    for row in chain.from_iterable(registers.tables):
        for column, value in row.names:
            if isinstance(value, Reference) and str(value) not in known:
                remedy = "Correct the slug, or add the thing to its register first."
                told = f"“{value}” is in no register"
                yield DanglingReference(told, row.place_of(column), remedy=remedy, reference=str(value))
            if isinstance(value, Code) and str(value) not in codes:
                told = f"“{value.code}” is not a known code"
                yield DanglingReference(
                    told, row.place_of(column), remedy=_codes_of(value, codes), reference=str(value)
                )


def _codes_of(value: Code, codes: Collection[str]) -> str:
    """Tell which codes of its scheme one may mean, and where all of them are listed."""
    scheme = f"{value.scheme}/"
    meant = get_close_matches(value.code, [code.removeprefix(scheme) for code in codes if code.startswith(scheme)])
    listed = (
        f"`aseancan-kg query code-list --param scheme={value.scheme}` lists the codes; add a new one to concepts.csv."
    )
    return f"Did you mean {' or '.join(meant)}? {listed}" if meant else listed


def _implied_codes(row: Row, column: str, cell: tuple[Value, ...]) -> Iterator[Code]:
    """Codes that a row means whose scheme another of its cells names."""
    if (row.kind, column) in {("concept", "broader"), ("concept", "related"), ("coding", "value")}:
        scheme = row.one("scheme")
        for value in cell:
            if isinstance(scheme, Plain) and isinstance(value, Plain):
                yield Code(scheme.characters, value.characters)


def _misplaced_rivals(registers: Registers) -> Iterator[InvalidData]:
    for row in registers.rows["rivals"]:
        try:
            parse_rival(row)
        except ValueError as error:
            entity = row.one("entity")
            columns = CONTESTABLE.get(entity.kind, {}) if isinstance(entity, Reference) else {}
            yield InvalidData(str(error), row.place_of("value" if row.written("column") in columns else "column"))


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
