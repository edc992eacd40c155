"""Deposited queries: a query, the dataset it was asked of and its answer, kept for good under a short id.

A deposit follows the recommendations of the RDA's working group on data citation: normalised query, version, time of
execution, checksum of the result. The id is made of what was asked and of which dataset, so the same deposit always has
the same id, on every machine.
"""

import hashlib
import json
import re
import zlib
from base64 import b32encode
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pyoxigraph as ox

from aseancan_kg import syntax
from aseancan_kg.errors import InputError, NotFound, StoreUnavailable
from aseancan_kg.ledger import Ledger
from aseancan_kg.mediatypes import GRAPH_FORMATS, N_TRIPLES, RESULT_FORMATS, TSV, Format
from aseancan_kg.store import Question
from aseancan_kg.store.representation import write, write_results

_TABLE = """CREATE TABLE IF NOT EXISTS deposit (
  id TEXT PRIMARY KEY, query TEXT NOT NULL, default_graphs TEXT NOT NULL, named_graphs TEXT NOT NULL,
  version TEXT NOT NULL, deposited TEXT NOT NULL, rows INTEGER, sha256 TEXT NOT NULL, answer BLOB NOT NULL)"""
_MEGABYTE = 1024 * 1024
_TERM = re.compile(r'"(?:[^"\\\n]|\\.)*"|<[^<>\s]*>|(?P<blank>_:[^\s()<>"]+)')
"""A string, an IRI or a blank node, as N-Triples and TSV write them; what looks like one within another is none."""

_ID_LENGTH = 16
"""Characters of an id, with five bits each."""


@dataclass(frozen=True, slots=True)
class Deposit:
    """A deposited query. `answer` holds what `lines` makes of its answer, `rows` counts the rows of a SELECT."""

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
    """The lines by which one answer differs from an earlier one; equal lines count as often as they stand.

    Answers that are not the `same` and yet have no such lines hold the same rows in another order.
    """

    same: bool
    added: tuple[str, ...]
    removed: tuple[str, ...]


def answer_format(form: str) -> Format:
    """Return the format in which the answer to a query of this form is deposited: it has one line for each row."""
    return TSV if form in ("select", "ask") else N_TRIPLES


def lines(body: bytes, question: Question) -> tuple[str, ...]:
    """Return the lines of an answer in `answer_format`: the heading of a table first, the rest as the query orders it.

    Where it does not, they are sorted. Labels of blank nodes, which differ from time to time, become `_:b`.
    """
    unlabelled = _TERM.sub(lambda term: "_:b" if term["blank"] else term[0], body.decode())
    told = unlabelled.replace("\r\n", "\n").removesuffix("\n").split("\n")
    if answer_format(question.form) is N_TRIPLES:
        return tuple(sorted(line for line in told if line))
    return (told[0], *(told[1:] if _orders(question.text) else sorted(told[1:])))


def compare(before: Sequence[str], now: Sequence[str]) -> Change:
    """Return what has changed between two answers."""
    earlier, later = Counter(before), Counter(now)
    return Change(
        same=tuple(before) == tuple(now),
        added=tuple(sorted((later - earlier).elements())),
        removed=tuple(sorted((earlier - later).elements())),
    )


def make(question: Question, version: str, answer: Sequence[str], rows: int | None) -> Deposit:
    """Make a deposit of a question, the version of the dataset it was asked of, and the lines of its answer."""
    asked = _asked(question.text, question.default_graphs, question.named_graphs, version)
    digest = hashlib.sha256("\n".join(answer).encode()).hexdigest()
    return Deposit(
        id=b32encode(hashlib.sha256(asked.encode()).digest())[:_ID_LENGTH].decode().lower(),
        query=question.text,
        default_graphs=question.default_graphs,
        named_graphs=question.named_graphs,
        version=version,
        deposited=datetime.now(UTC).replace(microsecond=0),
        rows=rows,
        sha256=digest,
        answer=tuple(answer),
    )


def _orders(text: str) -> bool:
    """Tell whether a query, and not only a query within it, has ORDER BY."""
    depth = 0
    for kind, token, _ in syntax.tokens(text):
        if kind == "mark":
            depth += (token == "{") - (token == "}")
        elif kind == "word" and depth == 0 and token.upper() == "ORDER":
            return True
    return False


def _asked(text: str, default_graphs: Sequence[str], named_graphs: Sequence[str], version: str) -> str:
    """Return what was asked, and of which dataset; the id is its hash."""
    return json.dumps([syntax.outline(text).normal, default_graphs, named_graphs, version])


def formats(form: str) -> tuple[Format, ...]:
    """Return the formats that the deposited answer to a query of this form can be had in."""
    return RESULT_FORMATS if answer_format(form) is TSV else GRAPH_FORMATS


def written(deposit: Deposit, chosen: Format) -> bytes:
    """Write a deposited answer in one of its `formats`; raises `NotAcceptable` when that cannot express it.

    What its blank nodes were called is not kept, so they all have one label.
    """
    kept = "\n".join((*deposit.answer, "")).encode()
    if chosen in GRAPH_FORMATS:
        return write(ox.parse(kept, ox.RdfFormat.N_TRIPLES), chosen)
    output = BytesIO()
    write_results(ox.parse_query_results(kept, ox.QueryResultsFormat.TSV), chosen, output)
    return output.getvalue()


class Deposits:
    """The deposits of one file, which holds at most `megabytes`, and takes `megabytes_per_client` a day."""

    def __init__(self, file: Path, megabytes: int, megabytes_per_client: int) -> None:
        self._ledger = Ledger(file, _TABLE, megabytes * _MEGABYTE, megabytes_per_client * _MEGABYTE)

    def put(self, deposit: Deposit, client: str) -> Deposit:
        """Keep a deposit of a client; raises as `Ledger.add` does, and `InputError` where another query has its id.

        Returns the one that is kept, which is the earlier where there is one of the same id.
        """
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
        self._ledger.add(client, "INSERT OR IGNORE INTO deposit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
        kept = self.get(deposit.id)
        one, other = (
            _asked(each.query, each.default_graphs, each.named_graphs, each.version) for each in (kept, deposit)
        )
        if one != other:
            raise InputError(f"another query is deposited as {deposit.id!r}", remedy="Rename a variable of this one.")
        return kept

    def get(self, identity: str) -> Deposit:
        """Return a deposit; raises `NotFound`, and `StoreUnavailable` where it cannot be read."""
        with self._ledger.open() as connection:
            row = connection.execute("SELECT * FROM deposit WHERE id = ?", (identity,)).fetchone()
        if row is None:
            raise NotFound(f"nothing was deposited as {identity!r}")
        key, query, default, named, version, deposited, rows, sha256, answer = row
        try:
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
                answer=tuple(held.split("\n")) if held or rows is not None else (),
            )
        except (zlib.error, TypeError, ValueError) as error:
            raise StoreUnavailable(
                f"what was deposited as {identity!r} is damaged", remedy="The operator can restore it from a copy."
            ) from error
