"""Deposited queries: a query, the dataset it was asked of and its answer, kept for good under a short id.

A deposit follows the recommendations of the RDA's working group on data citation: normalised query, version, time of
execution, checksum of the result. The id is made of what was asked and of which dataset, so the same deposit always has
the same id, on every machine.
"""

import hashlib
import json
import re
import sqlite3
import zlib
from base64 import b32encode
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from aseancan_kg.errors import NoRoom, NotFound, StoreUnavailable
from aseancan_kg.mediatypes import N_TRIPLES, TSV, Format
from aseancan_kg.store import Question

_SCHEMA = """CREATE TABLE IF NOT EXISTS deposit (
  id TEXT PRIMARY KEY, query TEXT NOT NULL, default_graphs TEXT NOT NULL, named_graphs TEXT NOT NULL,
  version TEXT NOT NULL, deposited TEXT NOT NULL, rows INTEGER, sha256 TEXT NOT NULL, answer BLOB NOT NULL)"""
_BLANK_NODE = re.compile(r"(?<![^\t ])_:[^\s]+")


@dataclass(frozen=True, slots=True)
class Deposit:
    """A deposited query. `answer` holds the lines of its answer in a stable order, `rows` counts those of a SELECT."""

    id: str
    query: str
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    version: str
    deposited: datetime
    rows: int | None
    sha256: str
    answer: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """The lines by which one answer differs from an earlier one; equal lines count as often as they stand."""

    added: tuple[str, ...]
    removed: tuple[str, ...]


def answer_format(form: str) -> Format:
    """Return the format in which the answer to a query of this form is deposited: it has one line for each row."""
    return TSV if form in ("select", "ask") else N_TRIPLES


def lines(body: bytes, written_as: Format) -> tuple[str, ...]:
    """Return the lines of an answer in a stable order: the heading of a table first, the rest sorted.

    Labels of blank nodes, which differ from time to time, become `_:b`.
    """
    told = _BLANK_NODE.sub("_:b", body.decode()).replace("\r", "").removesuffix("\n").split("\n")
    heading = told[:1] if written_as is TSV else []
    return (*heading, *sorted(line for line in told[len(heading) :] if line or heading))


def compare(before: Sequence[str], now: Sequence[str]) -> Change:
    """Return what has changed between two answers."""
    earlier, later = Counter(before), Counter(now)
    return Change(tuple(sorted((later - earlier).elements())), tuple(sorted((earlier - later).elements())))


def make(question: Question, version: str, answer: Sequence[str], rows: int | None) -> Deposit:
    """Make a deposit of a question, the version of the dataset it was asked of, and the lines of its answer."""
    asked = json.dumps([question.normal, question.default_graphs, question.named_graphs, version])
    digest = hashlib.sha256("\n".join(answer).encode()).hexdigest()
    return Deposit(
        id=b32encode(hashlib.sha256(asked.encode()).digest())[:10].decode().lower(),
        query=question.text,
        default_graphs=question.default_graphs,
        named_graphs=question.named_graphs,
        version=version,
        deposited=datetime.now(UTC).replace(microsecond=0),
        rows=rows,
        sha256=digest,
        answer=tuple(answer),
    )


class Deposits:
    """The deposits of one SQLite file, which holds at most `megabytes`."""

    def __init__(self, file: Path, megabytes: int) -> None:
        self._file = file
        self._megabytes = megabytes

    def put(self, deposit: Deposit) -> Deposit:
        """Keep a deposit; returns the one that is kept, which is the earlier where there is one of the same id.

        It is kept when this returns. Raises `NoRoom`, and `StoreUnavailable` where nothing can be written.
        """
        with self._open() as connection:
            (pages,) = connection.execute("PRAGMA page_count").fetchone()
            (size,) = connection.execute("PRAGMA page_size").fetchone()
            if pages * size > self._megabytes * 1024 * 1024:
                raise NoRoom("no more queries can be deposited", remedy="Ask whoever runs this service for more room.")
            values = (
                deposit.id,
                deposit.query,
                json.dumps(deposit.default_graphs),
                json.dumps(deposit.named_graphs),
                deposit.version,
                deposit.deposited.isoformat(),
                deposit.rows,
                deposit.sha256,
                zlib.compress("\n".join(deposit.answer).encode()),
            )
            with connection:
                connection.execute("INSERT OR IGNORE INTO deposit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
        return self.get(deposit.id)

    def get(self, identity: str) -> Deposit:
        """Return a deposit; raises `NotFound`."""
        with self._open() as connection:
            row = connection.execute("SELECT * FROM deposit WHERE id = ?", (identity,)).fetchone()
        if row is None:
            raise NotFound(f"nothing was deposited as {identity!r}")
        key, query, default, named, version, deposited, rows, sha256, answer = row
        held = zlib.decompress(answer).decode()
        return Deposit(
            id=key,
            query=query,
            default_graphs=tuple(json.loads(default)),
            named_graphs=tuple(json.loads(named)),
            version=version,
            deposited=datetime.fromisoformat(deposited),
            rows=rows,
            sha256=sha256,
            answer=tuple(held.split("\n")) if held else (),
        )

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._file, timeout=10)) as connection:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = FULL")
                connection.execute(_SCHEMA)
                yield connection
        except (OSError, sqlite3.Error) as error:
            remedy = "The operator sets a directory that can be written with AC_STATE."
            raise StoreUnavailable(f"deposits cannot be kept or read here: {error}", remedy=remedy) from error
