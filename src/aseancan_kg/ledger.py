"""A file that takes entries of clients: several processes may write at once, and what is taken is on the disk."""

import math
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aseancan_kg.errors import BudgetSpent, NoRoom, StoreUnavailable

_SHARE = "CREATE TABLE IF NOT EXISTS share (client TEXT PRIMARY KEY, day TEXT NOT NULL, bytes INTEGER NOT NULL)"
_LEAST = 1024
"""Bytes that an entry counts as when it has fewer, so that many small ones are counted too."""


class Ledger:
    """A SQLite file that holds at most `most` bytes, and takes `most_of_client` bytes of one client a day.

    What a client has put in is counted in the file too, each day by UTC anew; what was counted on another day is
    deleted then, and the clients' addresses with it.
    """

    def __init__(self, file: Path, table: str, most: int, most_of_client: int) -> None:
        self._file = file
        self._tables = (table, _SHARE)
        self._most = most
        self._most_of_client = most_of_client

    def add(self, client: str, insert: str, values: Sequence[str | bytes | int | None]) -> None:
        """Insert an entry of a client, who is known by an address; it is on the disk when this returns.

        Raises `NoRoom`, `BudgetSpent` when the client has had its share of the day, and `StoreUnavailable` where
        nothing can be written.
        """
        with self.open() as connection:
            (pages,) = connection.execute("PRAGMA page_count").fetchone()
            (size,) = connection.execute("PRAGMA page_size").fetchone()
            if pages * size > self._most:
                raise NoRoom("there is no room for more", remedy="Ask whoever runs this service for more room.")
            with connection:
                if connection.execute(insert, values).rowcount:
                    length = sum(len(value) for value in values if isinstance(value, str | bytes))
                    self._count(connection, client, max(_LEAST, length))

    @contextmanager
    def open(self) -> Iterator[sqlite3.Connection]:
        """Open the file, which is made where there is none; raises `StoreUnavailable`."""
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._file, timeout=10)) as connection:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = FULL")
                for table in self._tables:
                    connection.execute(table)
                yield connection
        except (OSError, sqlite3.Error) as error:
            # The cause names a directory of the server, which is for its log alone.
            remedy = "The operator sets a directory that can be written with AC_STATE."
            raise StoreUnavailable("nothing can be kept or read here", remedy=remedy) from error

    def _count(self, connection: sqlite3.Connection, client: str, size: int) -> None:
        """Count `size` more bytes of a client; raises `BudgetSpent`."""
        now = datetime.now(UTC)
        today = now.date()
        connection.execute("DELETE FROM share WHERE day <> ?", (today.isoformat(),))
        insert = "INSERT INTO share VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET bytes = bytes + excluded.bytes"
        connection.execute(insert, (client, today.isoformat(), size))
        (taken,) = connection.execute("SELECT bytes FROM share WHERE client = ?", (client,)).fetchone()
        if taken > self._most_of_client:
            midnight = datetime.combine(today + timedelta(days=1), datetime.min.time(), UTC)
            raise BudgetSpent(
                f"{self._most_of_client // 1024:,} KB are taken of a client in a day, and you have sent as much",
                remedy="Send it tomorrow.",
                retry_after=math.ceil((midnight - now).total_seconds()),
            )
