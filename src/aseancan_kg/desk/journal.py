"""The journal: every change that the desk has published, in order, none of which ever changes.

An entry is in the journal when `append` returns: the database has committed it. Each entry's digest is made of its
content and of the digest before it, so that one that is torn, lost or altered is found.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, astuple, dataclass, replace
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from aseancan_kg.desk.database import Database
from aseancan_kg.edits import Edit, Mark
from aseancan_kg.errors import Conflict, InvalidData, NotFound

_CONTENT = ("sequence", "base", "before", "at", "author", "reason", "undoes", "edits", "added", "removed")
"""What a digest is made of, in an order that never changes: what entries come to hold later has to come last."""
_ENTRY = sa.table("entry", *map(sa.column, (*_CONTENT, "digest")))


@dataclass(frozen=True, slots=True)
class Entry:
    """One published change: who, when (UTC), why; the edits of rows, and the quads, lines of N-Quads, they came to.

    `base` is the release that it changes and `before` the version of the dataset that it was made to; `sequence` its
    place in the journal, counted from 1 and never used again, `undoes` the entry that it takes back.
    """

    base: str
    author: str
    reason: str
    edits: tuple[Edit, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    undoes: int | None = None
    before: str = ""
    at: str = ""
    sequence: int = 0
    digest: str = ""

    @property
    def version(self) -> str:
        """The dataset version from this entry on."""
        return f"{self.base}+{self.sequence}"

    @property
    def mark(self) -> Mark:
        """What contains this entry and all before it."""
        return Mark(self.sequence, self.digest)


Also = Callable[[sa.Connection, Entry], None]
"""What is written with an entry, in the same transaction."""


class Journal:
    """The journal in a database of the desk."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def head(self) -> int:
        """Return the number of the last entry, 0 when there is none."""
        with self._database.begun() as connection:
            return connection.execute(sa.select(sa.func.max(_ENTRY.c.sequence))).scalar() or 0

    def goes_beyond(self, mark: Mark) -> bool:
        """Tell whether there are entries after those that something contains.

        Raises `InvalidData` when these are not all there as they were, so that nothing goes back without a word.
        """
        asked = sa.select(_ENTRY.c.sequence, _ENTRY.c.digest).where(_ENTRY.c.sequence >= mark.sequence)
        with self._database.begun() as connection:
            found = connection.execute(asked.order_by(_ENTRY.c.sequence).limit(2)).all()
        if mark.sequence and (not found or tuple(found[0]) != astuple(mark)):
            raise _broken(mark.sequence)
        return len(found) > bool(mark.sequence)

    def after(self, sequence: int) -> list[Entry]:
        """Return the entries that come after one, in order.

        Raises `InvalidData` for the first that is not what was written.
        """
        asked = sa.select(_ENTRY).where(_ENTRY.c.sequence >= sequence).order_by(_ENTRY.c.sequence)
        with self._database.begun() as connection:
            found = [_read(dict(row)) for row in connection.execute(asked).mappings()]
        if not sequence:
            _verify(found, 0, "")
            return found
        if not found or found[0].sequence != sequence:
            raise _broken(sequence)
        _verify(found[1:], sequence, found[0].digest)
        return found[1:]

    def entry(self, sequence: int) -> Entry:
        """Return one entry; raises `NotFound` when there is none of that number."""
        if not 0 < sequence <= self.head():
            raise NotFound(f"the journal has no entry {sequence}", remedy="`desk log` lists what it has.")
        return self.after(sequence - 1)[0]

    def append(self, entry: Entry, after: int, also: Also | None = None) -> Entry:
        """Write an entry behind the one numbered `after`, and return it with its number, time and digest.

        What `also` writes is written with it, or neither. Raises `Conflict` when another was written there meanwhile.
        """
        with self._database.begun(writes=True) as connection:
            asked = sa.select(_ENTRY.c.sequence, _ENTRY.c.at, _ENTRY.c.digest)
            last = connection.execute(asked.order_by(_ENTRY.c.sequence.desc()).limit(1)).first()
            if (last.sequence if last else 0) != after:
                raise Conflict("another change was published meanwhile", remedy="Try again.")
            now = datetime.now(UTC).isoformat(timespec="microseconds")
            # Clocks step back, entries do not: who asks for what came after a time must not miss one.
            dated = replace(entry, sequence=after + 1, at=max(now, last.at) if last else now)
            dated = replace(dated, digest=_digest(dated, last.digest if last else ""))
            try:
                connection.execute(sa.insert(_ENTRY), _row(dated))
            except IntegrityError as error:
                raise Conflict("another change was published meanwhile", remedy="Try again.") from error
            if also:
                also(connection, dated)
        return dated


_LINES = ("added", "removed")
"""Quads, whose lines end with a line feed and with nothing else that Python takes for the end of a line."""


def _row(entry: Entry) -> dict[str, Any]:
    row = {name: getattr(entry, name) for name in (*_CONTENT, "digest")}
    edits = json.dumps([asdict(edit) for edit in entry.edits], ensure_ascii=False)
    return {**row, "edits": edits, **{name: "".join(row[name]) for name in _LINES}}


def _read(row: dict[str, Any]) -> Entry:
    edits = tuple(Edit(**edit) for edit in json.loads(row["edits"]))
    return Entry(**{**row, "edits": edits, **{name: tuple(StringIO(row[name], newline="\n")) for name in _LINES}})


def _verify(entries: Iterable[Entry], after: int, digest: str) -> None:
    """Raise `InvalidData` for the first entry after one of this digest that is not what was written."""
    for number, entry in enumerate(entries, start=after + 1):
        if entry.sequence != number or entry.digest != _digest(entry, digest):
            raise _broken(number)
        digest = entry.digest


def _digest(entry: Entry, previous: str) -> str:
    row = {**_row(entry), "edits": [[edit.table, edit.key, edit.before, edit.after] for edit in entry.edits]}
    content = json.dumps([previous, *(row[name] for name in _CONTENT)], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def _broken(number: int) -> InvalidData:
    told = f"entry {number} of the journal is missing or is not what was written"
    return InvalidData(told, remedy="Restore the journal from a backup.")
