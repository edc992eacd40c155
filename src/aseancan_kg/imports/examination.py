"""A file of instruments that come in, examined: what is new, what there is already, what may be, and what is wrong."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

from aseancan_kg.build.registers import Registers, Row, joint_faults, read_row
from aseancan_kg.build.values import Reference
from aseancan_kg.edits import SEPARATOR
from aseancan_kg.errors import InputError, InvalidData, Place
from aseancan_kg.imports import marc, tables
from aseancan_kg.imports.existing import Existing
from aseancan_kg.imports.incoming import COLUMNS, DECISION, KIND, REGISTER, Batch, Incoming
from aseancan_kg.imports.report import Difference, Examined, Outcome, Report
from aseancan_kg.imports.slugs import proposed
from aseancan_kg.imports.things import Likeness, Things
from aseancan_kg.library.records.marc.reading import encoding_of
from aseancan_kg.namespaces import ID, thing

NONE = "none"
"""Decision that a record is none of the things that it may be."""


def load(file: Path) -> bytes:
    """Return the content of a file; raises `InputError` when it cannot be read."""
    try:
        return file.read_bytes()
    except OSError as error:
        remedy = "Check name and permission."
        raise InputError(f"cannot read it: {error.strerror}", Place(file), remedy=remedy) from error


def read(content: bytes, file: str, existing: Existing) -> Batch:
    """Read a file as what its content shows: MARC 21 in ISO 2709 or XML, else CSV.

    Raises `InputError` when it is none of these.
    """
    encoding = encoding_of(content)
    if encoding is None:
        return tables.read(content, file)
    try:
        return marc.read_records(content, encoding, file, existing)
    except InputError as error:
        raise replace(error, place=error.place or Place(file)) from error


def with_answers(batch: Batch, same_as: Mapping[str, str], fill: Mapping[str, str]) -> Batch:
    """Return a batch with a cataloguer's answers: what some records are, by number, and what to fill empty cells with.

    Raises `InputError` for a number that no record has, and for what is no column.
    """
    if unknown := sorted(same_as.keys() - {str(record.number) for record in batch.records}):
        remedy = "Write the number that the report gives: --same-as 3=none."
        raise InputError(f"there is no record {unknown[0]}", Place(batch.file), remedy=remedy)
    if strange := sorted(fill.keys() - COLUMNS.keys()):
        raise InputError(f"there is no column “{strange[0]}”", remedy=f"Use one of {', '.join(COLUMNS)}.")
    records = (replace(one, same_as=same_as.get(str(one.number), one.same_as)) for one in batch.records)
    return replace(batch, records=tuple(records), fill=fill)


def examine(batch: Batch, existing: Existing) -> Report:
    """Match every record with what exists and with those before it, and check what is new by the registers' rules."""
    among = Things.of_file(batch.records)
    taken = {*existing.slugs, *(record.cells["slug"] for record in batch.records)}
    examined, rows = list[Examined](), dict[int, Row]()
    for record in batch.records:
        one = _matched(record, existing, among, batch.file)
        if one.outcome is not Outcome.exists and not record.faults:
            rows[record.number], faults = _row(one, existing, batch, taken)
            taken.add(rows[record.number].slug)
            one = replace(one, faults=(*one.faults, *faults))
        examined.append(one)
    waiting = {one.record.number for one in examined if one.faults or one.likenesses}
    found = _faults_between(rows, waiting, existing)
    settled = (_settled(one, rows.get(one.record.number), found[one.record.number], batch) for one in examined)
    return Report(batch.file, batch.format, existing.version, tuple(settled), batch.faults)


def _row(one: Examined, existing: Existing, batch: Batch, taken: Collection[str]) -> tuple[Row, list[InvalidData]]:
    """Return the row that a record would become, and the faults in its cells."""
    cells, place = one.record.cells, Place(batch.file, row=one.record.number)
    # As long as it is a question whether it is the one that has its slug, that is no fault.
    asked = one.likenesses and cells["slug"] in existing.slugs
    slug = ("" if asked else cells["slug"]) or proposed(cells, taken)
    filled = {column: cell or batch.fill.get(column, "") for column, cell in cells.items()}
    row, faults = read_row(REGISTER, filled | {"slug": slug}, place)
    if slug in existing.slugs and f"{KIND}/{slug}" not in existing.rows:
        message, remedy = (
            f"“{slug}” was the slug of what is no longer in use",
            "Give it another, or leave the cell empty.",
        )
        faults.append(InvalidData(message, row.place_of("slug"), remedy=remedy))
    return row, faults


def _matched(record: Incoming, existing: Existing, among: Things, file: str) -> Examined:
    """Tell whether a record is a thing there is, as it was said or as it is certain; else what it may be."""
    same_as = record.same_as
    place = Place(file, row=record.number, column=DECISION)
    if record.faults:
        return Examined(record, Outcome.faulty, faults=record.faults)
    if same_as == NONE:
        return Examined(record, Outcome.new)
    if same_as:
        if f"{ID}{same_as}" not in existing.things.matcher.entities and not _is_before(same_as, record, among):
            remedy = f"Write {KIND}/ and a slug, row/ and the number of a record before, or {NONE} if it is new."
            fault = InvalidData(f"there is no “{same_as}” that it could be", place, remedy=remedy)
            return Examined(record, Outcome.faulty, faults=(fault,))
        return Examined(record, Outcome.exists, same_as, differences=tuple(_differences(record, same_as, existing)))
    found = existing.things.like(record)
    certain = [one for one in found if one.certain]
    # What has the identifier of one and the name of another is a question.
    if len(certain) == 1 and certain[0].score == max(one.score for one in found):
        path = certain[0].thing
        return Examined(record, Outcome.exists, path, differences=tuple(_differences(record, path, existing)))
    before = [one for one in among.like(record) if _is_before(one.thing, record, among)]
    likenesses: Sequence[Likeness] = (*found, *before)
    return Examined(record, Outcome.duplicate if likenesses else Outcome.new, likenesses=tuple(likenesses))


def _is_before(path: str, record: Incoming, among: Things) -> bool:
    """Tell whether a path, `row/3`, is that of a record that stands before this one in its file."""
    return f"{ID}{path}" in among.cells and int(path.removeprefix("row/")) < record.number


def _differences(record: Incoming, path: str, existing: Existing) -> Iterator[Difference]:
    """Yield where a record says something else than the register; what it does not say is no difference."""
    row = existing.rows.get(path)
    names = {*map(_plain, existing.things.names_of(thing(KIND, path.partition("/")[2])))}
    for column, cell in record.cells.items():
        if row is None or not cell or column == "slug" or (column == "short_title" and _plain(cell) in names):
            continue
        ours, theirs = ({_plain(part) for part in text.split(SEPARATOR)} for text in (cell, row.typed[column]))
        # Whoever copies a record need not copy all its sources.
        if not (ours <= theirs if column == "sources" else ours == theirs):
            yield Difference(column, cell, row.typed[column])


def _plain(text: str) -> str:
    return text.strip().removesuffix(".")


def _faults_between(
    rows: Mapping[int, Row], waiting: Collection[int], existing: Existing
) -> dict[int, list[InvalidData]]:
    """Return the faults between the new rows and those of the registers, by the number of the record.

    What refers to a row that is not written, since it is at fault or in question, is not written either.
    """
    found: dict[int, list[InvalidData]] = defaultdict(list)
    together = {**existing.registers.rows, REGISTER: (*existing.registers.rows[REGISTER], *rows.values())}
    places = {row.place: number for number, row in rows.items()}
    for fault in joint_faults(Registers(together, {}), existing.sources):
        if fault.place and (number := places.get(Place(fault.place.file, row=fault.place.row))):
            found[number].append(fault)
    referring: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for number, row in rows.items():
        for column, value in chain.from_iterable(((name, one) for one in cell) for name, cell in row.cells.items()):
            if isinstance(value, Reference):
                referring[str(value)].append((number, column))
    unwritten = [number for number in rows if number in waiting or number in found]
    while unwritten:
        row = rows[unwritten.pop()]
        for number, column in referring[str(row.reference)]:
            if number not in waiting and number not in found:
                unwritten.append(number)
                message, remedy = f"“{row.reference}” is not written", f"Settle record {row.place.row} first."
                found[number].append(InvalidData(message, rows[number].place_of(column), remedy=remedy))
    return found


def _settled(one: Examined, row: Row | None, between: Sequence[InvalidData], batch: Batch) -> Examined:
    faults = (*one.faults, *between)
    if faults and one.outcome is not Outcome.exists:
        return replace(one, outcome=Outcome.faulty, faults=faults)
    if one.outcome is not Outcome.new or row is None:
        return one
    return replace(one, thing=str(row.reference), row=None if batch.faults else dict(row.typed))
