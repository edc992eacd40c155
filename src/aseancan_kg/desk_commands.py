"""The verbs of `aseancan-kg desk`: publish changes, look at them, take them back, carry them into the registers.

As in `cli`, what a verb needs is imported inside it.
"""

import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aseancan_kg import desk_accounts, outputs, settings
from aseancan_kg.edits import MARK, Edit, Mark
from aseancan_kg.errors import DatasetMissing, InputError, InvalidData, Place

if TYPE_CHECKING:
    from aseancan_kg.desk.composition import Composer
    from aseancan_kg.desk.database import Database
    from aseancan_kg.desk.journal import Entry, Journal
    from aseancan_kg.desk.publication import Desk

app = typer.Typer(help="Add and correct records, each change with an author, a reason and a way back.")
app.add_typer(desk_accounts.account, name="account")
app.add_typer(desk_accounts.token, name="token")
app.command("audit")(desk_accounts.audit)

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
    from aseancan_kg.build import registers
    from aseancan_kg.desk.publication import as_text

    try:
        rows = file.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read it: {error.strerror}", Place(file), remedy="Check its name.") from error
    registers.parse_rows(rows, file)  # what is wrong with the file is told before the composer starts
    with _desk() as (desk, composer):
        edits = composer.edits(table, rows.decode("utf-8"))
        composition = desk.compose(edits, reason)
        for one in composition.edits:
            _tell(one)
        if not dry_run:
            print(_published(desk.publish(edits, author, reason)))
        elif violations := composition.violations:
            raise InvalidData("\n".join(["it could not be published", *map(as_text, violations)]))


@app.command()
def withdraw(
    table: Annotated[str, typer.Argument(help="Table of the row: registers/instruments.")],
    key: Annotated[str, typer.Argument(help="What tells the row from others: its slug.")],
    author: Author,
    reason: Reason,
    replaced_by: Annotated[
        list[str] | None, typer.Option(help="Reference or IRI of what stands in its place; several when it was split.")
    ] = None,
) -> None:
    """Publish that a row is no more; what it published is listed in identifiers.csv, as withdrawn or replaced."""
    with _desk() as (desk, composer):
        edits = composer.withdrawal(table, key, replaced_by or [])
        for one in desk.examine(edits, reason).edits:
            _tell(one)
        print(_published(desk.publish(edits, author, reason)))


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
    for entry in _journal().after(0):
        print(json.dumps(asdict(entry), sort_keys=True) if as_json else _told(entry))


@app.command()
def export(
    data: Annotated[Path | None, typer.Option(help="Directory of the tables instead of data/.")] = None,
) -> None:
    """Write the journal's changes since the last time into the tables of data/, and print the files' names.

    The file journal.csv beside them tells from then on that they contain these changes.
    """
    from aseancan_kg.build import registers

    directory, journal = data or settings.resources() / "data", _journal()
    contained = Mark.read(directory / MARK)
    if not journal.goes_beyond(contained):
        print("The tables contain all that is in the journal.", file=sys.stderr)
        return
    entries = journal.after(contained.sequence)
    by_table: defaultdict[str, defaultdict[str, list[Edit]]] = defaultdict(lambda: defaultdict(list))
    for entry in entries:
        for one in entry.edits:
            by_table[one.table][one.key].append(one)
    changed = {}
    for table, edits in sorted(by_table.items()):
        file = directory / f"{table}.csv"
        try:
            content = file.read_bytes()
        except OSError as error:
            raise InputError(f"cannot read it: {error.strerror}", Place(file), remedy="Name it with --data.") from error
        if (edited := registers.edited(content, file, edits)) != content:
            changed[file] = edited
    changed[directory / MARK] = entries[-1].mark.written()
    for file, content in changed.items():
        outputs.write_whole(file, content)
        print(file)
    if _is_unkept_release(directory / "releases"):
        told = "The release in build/ is not kept; once another takes its place, neither it nor what the journal made"
        print(f"{told} of it can be had. Keep it first: `aseancan-kg keep`.", file=sys.stderr)


def _is_unkept_release(releases: Path) -> bool:
    """Tell whether what is built is the release, and not among those that are kept."""
    from aseancan_kg import archive

    try:
        built = settings.dataset_version()
    except DatasetMissing:
        return False
    return built == settings.RELEASED and all(one.dataset != built for one in archive.read(releases))


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="File to write everything of the desk into.")]) -> None:
    """Write all that the desk holds into a file, while it is in use, after it was restored for trial.

    Prints what it holds, and the SHA-256 of the file as it was read back. It is for its owner alone to read.
    """
    from aseancan_kg.desk import backups

    outputs.refuse_unwritable(file)
    if file.exists() and (there := _content(file)) and not backups.is_backup(there):
        raise InputError("what is there is no backup", Place(file), remedy="Choose another file.")
    content = backups.backup(_database())
    _, told = backups.tried(content, file)
    outputs.write_whole(file, content, mode=0o600)
    if _content(file) != content:
        raise InvalidData("the file does not hold what was written", Place(file), remedy="Try another disk.")
    print(told)


@app.command()
def restore(file: Annotated[Path, typer.Argument(help="File that `backup` has written.")]) -> None:
    """Read a backup, after it was tried, into a database that `init` has made and that holds nothing yet."""
    from aseancan_kg.desk import backups

    content = _content(file)
    try:
        print(backups.restore(_database(), content, file))
    except InvalidData as error:
        remedy = "Nothing was restored: take another backup."
        raise InvalidData(f"it is damaged: {error.message}", Place(file), remedy=remedy) from error


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read it: {error.strerror}", Place(file), remedy="Choose another file.") from error


def _database(*, new: bool = False) -> "Database":
    from aseancan_kg.desk.database import Database

    return Database(settings.read(os.environ).journal, new=new)


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
    with Composer(settings.resources(), settings.dataset_version()) as composer:
        yield Desk(journal, composer), composer


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
