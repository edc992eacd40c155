"""The verbs of `aseancan-kg desk`: publish changes, look at them, take them back, carry them into the registers.

As in `cli`, what a verb needs is imported inside it.
"""

import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aseancan_kg import outputs, settings
from aseancan_kg.edits import Edit, difference
from aseancan_kg.errors import InputError, InvalidData, Place

if TYPE_CHECKING:
    from aseancan_kg.desk.composition import Composer
    from aseancan_kg.desk.database import Database
    from aseancan_kg.desk.journal import Entry, Journal
    from aseancan_kg.desk.publication import Desk

app = typer.Typer(help="Add and correct records, each change with an author, a reason and a way back.")

Author = Annotated[str, typer.Option(help="Who makes the change.")]
Reason = Annotated[str, typer.Option(help="Why it is made.")]


@app.command()
def init() -> None:
    """Make the journal that AC_JOURNAL names, where there is none yet; one that is there stays as it is."""
    _database(new=True)
    print("The journal is ready.")


@app.command()
def edit(
    file: Annotated[Path, typer.Argument(help="CSV with the header of a table, or those of its columns that matter.")],
    table: Annotated[str, typer.Option(help="Table that its rows belong to: registers/instruments.")],
    author: Author,
    reason: Reason,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what it comes to and publish nothing.")] = False,
) -> None:
    """Publish the rows of a CSV file as one change: new ones are added, cells of others become what the file says.

    Every change is told. Ends with 1 when it breaks a rule, and then nothing is published.
    """
    from aseancan_kg.desk.publication import as_text

    with _desk() as (desk, composer):
        edits = list(_edits(file, table, composer))
        for one in edits:
            _tell(one)
        if not dry_run:
            print(_published(desk.publish(edits, author, reason)))
        elif violations := desk.compose(edits).violations:
            raise InvalidData("\n".join(["it could not be published", *map(as_text, violations)]))


@app.command()
def delete(
    table: Annotated[str, typer.Argument(help="Table of the row: registers/instruments.")],
    key: Annotated[str, typer.Argument(help="What tells the row from others: its slug.")],
    author: Author,
    reason: Reason,
) -> None:
    """Publish that a row is no more; what was in a release is withdrawn in the registers, not here."""
    with _desk() as (desk, composer):
        row = composer.row(table, key)
        if row is None:
            raise InputError(f"{table} has no row {key}", remedy="Rows are told by their slugs.")
        print(_published(desk.publish([*filter(None, [difference(table, key, row, None)])], author, reason)))


@app.command()
def undo(
    entry: Annotated[int, typer.Argument(help="Number of the entry of the journal to take back.")],
    author: Author,
    reason: Reason,
) -> None:
    """Take a change back by a new one."""
    with _desk() as (desk, _):
        print(_published(desk.undo(entry, author, reason)))


@app.command()
def log(
    as_json: Annotated[bool, typer.Option("--json", help="Each entry whole, as a line of JSON.")] = False,
) -> None:
    """Print the journal, the oldest entry first."""
    from aseancan_kg.desk import journal as journals

    for entry in _journal().after(0):
        print(journals.as_line(entry) if as_json else _told(entry))


@app.command()
def export(
    data: Annotated[Path | None, typer.Option(help="Directory of the tables instead of data/.")] = None,
) -> None:
    """Write the journal's changes into the tables of data/ that do not hold them yet, and print the files' names."""
    from aseancan_kg.build import registers

    by_table: defaultdict[str, defaultdict[str, list[Edit]]] = defaultdict(lambda: defaultdict(list))
    for entry in _journal().after(0):
        for one in entry.edits:
            by_table[one.table][one.key].append(one)
    directory = data or settings.resources() / "data"
    changed = {}
    for table, edits in sorted(by_table.items()):
        file = directory / f"{table}.csv"
        try:
            content = file.read_bytes()
        except OSError as error:
            raise InputError(f"cannot read it: {error.strerror}", Place(file), remedy="Name it with --data.") from error
        if (edited := registers.edited(content, file, edits)) != content:
            changed[file] = edited
    for file, content in changed.items():
        outputs.write_whole(file, content)
        print(file)


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="File to write the whole journal into.")]) -> None:
    """Write the journal into a file, while it is in use; `restore` proves what it reads by the entries' digests."""
    from aseancan_kg.desk import journal as journals

    outputs.refuse_unwritable(file)
    entries = _journal().after(0)
    outputs.write_whole(file, "".join(journals.as_line(entry) + "\n" for entry in entries).encode())
    print(f"{len(entries)} entries, the last {entries[-1].digest[:16] if entries else 'none'}")


@app.command()
def restore(file: Annotated[Path, typer.Argument(help="File that `backup` has written.")]) -> None:
    """Read a backup into a journal that has no entries yet."""
    from aseancan_kg.desk import journal as journals

    try:
        lines = [line for line in file.read_text(encoding="utf-8").split("\n") if line]
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("cannot read it", Place(file), remedy="Give a file of `desk backup`.") from error
    entries = [journals.from_line(line, Place(file, line=number)) for number, line in enumerate(lines, start=1)]
    _journal().restore(entries)
    print(f"{len(entries)} entries, the last {entries[-1].digest[:16] if entries else 'none'}")


def _database(*, new: bool = False) -> "Database":
    from aseancan_kg.desk.database import Database

    url = settings.read(os.environ).journal
    if not url:
        remedy = "Set AC_JOURNAL, for example to sqlite:////var/lib/aseancan-kg/journal.sqlite."
        raise InputError("the desk is off: no journal is named", remedy=remedy)
    return Database(url, new=new)


def _journal() -> "Journal":
    from aseancan_kg.desk.journal import Journal

    return Journal(_database())


@contextmanager
def _desk() -> Iterator[tuple["Desk", "Composer"]]:
    from aseancan_kg.desk.composition import Composer
    from aseancan_kg.desk.publication import Desk

    journal = _journal()
    if sys.stderr.isatty():
        print("reading the registers …", file=sys.stderr)
    served = settings.dataset_file().stem.removeprefix("aseancan-")
    with Composer(settings.resources()) as composer:
        if composer.version != served:
            remedy = "Run `aseancan-kg build`: a change is made to what is served."
            raise InputError(f"the registers make another dataset than {served}", remedy=remedy)
        yield Desk(journal, composer), composer


def _edits(file: Path, table: str, composer: "Composer") -> Iterator[Edit]:
    from aseancan_kg.build import registers

    try:
        content = file.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read it: {error.strerror}", Place(file), remedy="Check its name.") from error
    header, *records = registers.parse_table(content, file) or [[]]
    for number, record in enumerate(records, start=2):
        cells = registers.row_of(record, header, Place(file, row=number))
        key = registers.key_of(table.rpartition("/")[2], cells)
        now = composer.row(table, key)
        if one := difference(table, key, now, {**(now or {}), **cells}):
            yield one


def _tell(edit: Edit) -> None:
    if edit.before is None or edit.after is None:
        print(f"{edit.table} {edit.key}: {'new' if edit.before is None else 'deleted'}")
    for name in {**(edit.before or {}), **(edit.after or {})}:
        before, after = ((cells or {}).get(name, "") for cells in (edit.before, edit.after))
        print(
            f"{edit.table} {edit.key} {name}: {json.dumps(before, ensure_ascii=False)} → "
            f"{json.dumps(after, ensure_ascii=False)}"
        )


def _published(entry: "Entry") -> str:
    return f"Published as entry {entry.sequence}: dataset {entry.version}, {_counts(entry)}."


def _told(entry: "Entry") -> str:
    undone = f", undoes {entry.undoes}" if entry.undoes else ""
    rows = ", ".join(f"{edit.table} {edit.key}" for edit in entry.edits)
    return f"{entry.sequence}  {entry.at}  {entry.author}: {entry.reason}{undone}\n    {rows} ({_counts(entry)})"


def _counts(entry: "Entry") -> str:
    return f"{len(entry.added)} quads added, {len(entry.removed)} removed"
