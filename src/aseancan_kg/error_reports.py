"""Errors that readers report: a queue that the operator reads, and nobody else.

A report says what is wrong with which thing in which version of the dataset. It changes nothing by itself.
"""

import unicodedata
from base64 import b32encode
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_bytes
from typing import Self

from aseancan_kg.errors import InputError, NotFound
from aseancan_kg.ledger import Ledger
from aseancan_kg.settings import Settings

LONGEST = {"about": 2000, "version": 100, "wrong": 4000, "right": 4000, "source": 2000, "contact": 200}
"""What a reader gives → the most characters it may have."""
LEAST_WORDS = 10
"""Characters without which `wrong` says nothing."""

_TABLE = """CREATE TABLE IF NOT EXISTS report (
  reference TEXT PRIMARY KEY, received TEXT NOT NULL, about TEXT NOT NULL, version TEXT NOT NULL,
  wrong TEXT NOT NULL, right TEXT NOT NULL, source TEXT NOT NULL, contact TEXT NOT NULL)"""
_REFERENCE_BYTES = 5
_KEPT_CONTROLS = "\n\t"
_UNSEEN = ("Cc", "Cf", "Cs", "Co")
"""Categories of characters that show nothing, or turn what stands after them around."""


@dataclass(frozen=True, slots=True)
class ErrorReport:
    """A report: what is `wrong` with the thing `about`, an IRI, what is `right`, and by which `source`.

    `contact` is for the operator alone. All is plain text; what was not given is "".
    """

    reference: str
    received: str
    about: str
    version: str
    wrong: str
    right: str
    source: str
    contact: str


def make(given: Mapping[str, str]) -> ErrorReport:
    """Make a report, received now, of what a reader gives by the names in `LONGEST`.

    Raises `InputError` when something is too long, or too short to say what is wrong.
    """
    fields = {name: _plain(given.get(name, "")) for name in LONGEST}
    for name, most in LONGEST.items():
        if len(fields[name]) > most:
            raise InputError(f"“{name}” has more than {most:,} characters", remedy="Say it shorter.")
    if len(fields["wrong"]) < LEAST_WORDS:
        raise InputError("it is not said what is wrong", remedy=f"Say it in at least {LEAST_WORDS} characters.")
    reference = b32encode(token_bytes(_REFERENCE_BYTES)).decode().lower()
    return ErrorReport(reference, datetime.now(UTC).isoformat(timespec="seconds"), **fields)


def _plain(text: str) -> str:
    """Return a text without what is not seen, its lines ended one way."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    seen = (one for one in lines if one in _KEPT_CONTROLS or unicodedata.category(one) not in _UNSEEN)
    return "".join(seen).strip()


class ErrorReports:
    """The reports of one file, which holds at most `megabytes`, and takes `kilobytes_per_client` a day."""

    def __init__(self, file: Path, megabytes: int, kilobytes_per_client: int) -> None:
        self._ledger = Ledger(file, _TABLE, megabytes * 1024 * 1024, kilobytes_per_client * 1024)

    @classmethod
    def of(cls, limits: Settings) -> Self:
        """Return the reports where the settings keep them."""
        return cls(Path(limits.state) / "error-reports.sqlite", limits.reports_mb, limits.report_kb_per_client)

    def put(self, report: ErrorReport, client: str) -> None:
        """Keep a report of a client, who is known by an address; raises as `Ledger.add` does."""
        self._ledger.add(client, "INSERT INTO report VALUES (?, ?, ?, ?, ?, ?, ?, ?)", astuple(report))

    def get(self, reference: str) -> ErrorReport:
        """Return a report; raises `NotFound`, and `StoreUnavailable` where it cannot be read."""
        with self._ledger.open() as connection:
            row = connection.execute("SELECT * FROM report WHERE reference = ?", (reference,)).fetchone()
        if row is None:
            raise NotFound(f"nothing was reported as {reference!r}")
        return ErrorReport(*row)

    def all(self) -> list[ErrorReport]:
        """Return every report, the oldest first; raises `StoreUnavailable`."""
        with self._ledger.open() as connection:
            return [ErrorReport(*row) for row in connection.execute("SELECT * FROM report ORDER BY received, rowid")]
