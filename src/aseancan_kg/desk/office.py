"""What a running service holds of the desk: its database, and one composer, which is asked by one after the other."""

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from itertools import chain
from pathlib import Path
from stat import S_ISREG
from threading import Lock, Thread

from aseancan_kg.desk.accounts import Accounts
from aseancan_kg.desk.composition import Composer
from aseancan_kg.desk.database import Database
from aseancan_kg.desk.drafts import Drafts
from aseancan_kg.desk.journal import Journal
from aseancan_kg.desk.publication import Desk
from aseancan_kg.desk.replies import Replies
from aseancan_kg.errors import Busy, Error, TablesChanged

_LOG = logging.getLogger(__name__)
_PATIENCE_SECONDS = 60
"""How long somebody waits for the desk: a composer is ready in a quarter of it, or on a busy machine in most."""
_MADE_OF = ("data", "ontology", "shapes")
_Stamp = tuple[str, tuple[tuple[str, int, int], ...]]
"""A release, and the files of which one is made: each with its time and size."""


class Office:
    """The desk over the registers below `resources`; `release` tells which was built of them last."""

    def __init__(self, database: Database, resources: Path, release: Callable[[], str]) -> None:
        self.journal = Journal(database)
        self.accounts = Accounts(database)
        self.drafts = Drafts(database)
        self.replies = Replies(database)
        self._resources = resources
        self._release = release
        self._turn = Lock()
        self._open = ExitStack()
        self._desk: Desk | None = None
        self._refused: tuple[_Stamp, TablesChanged] | None = None

    def open(self) -> None:
        """Begin to start the composer, so that the first change need not wait for it."""
        Thread(target=self._start, name="desk", daemon=True).start()

    def close(self) -> None:
        """End the composer."""
        self._desk = None
        self._open.close()

    @contextmanager
    def desk(self) -> Iterator[Desk]:
        """Give the desk to whoever's turn it is.

        Raises `Busy` when others keep it too long, and `StoreUnavailable` without a composer, which is started anew.
        """
        if not self._turn.acquire(timeout=_PATIENCE_SECONDS):
            raise Busy("others are at the desk", remedy="Try again in a moment.", retry_after=_PATIENCE_SECONDS)
        try:
            release = self._release()
            if self._desk and self._desk.release != release:
                self.close()
            if self._desk is None:
                self._desk = Desk(self.journal, self._open.enter_context(self._composer(release)))
            self._desk.catch_up()
            yield self._desk
        except Exception:  # whatever it is, no process is left behind
            if self._desk is None or self._desk.composer_has_ended:
                self.close()
            raise
        finally:
            self._turn.release()

    @property
    def refusal(self) -> TablesChanged | None:
        """Why the desk cannot be used, if it is known to be so until the tables change."""
        refused = self._refused
        return refused[1] if refused and refused[0] == self._stamp(self._release()) else None

    def _composer(self, release: str) -> Composer:
        if refusal := self.refusal:  # to find out takes half a minute, in which nobody is told anything
            raise replace(refusal)
        stamp = self._stamp(release)  # before it is read: what becomes right meanwhile is not refused
        try:
            return Composer(self._resources, release)
        except TablesChanged as refusal:
            self._refused = stamp, refusal
            raise

    def _stamp(self, release: str) -> _Stamp:
        """Return what changes when anything does that the dataset is made of, or what is built of it."""
        found = []
        for file in chain.from_iterable((self._resources / folder).rglob("[!.]*") for folder in _MADE_OF):
            with suppress(FileNotFoundError):  # another takes its place just now
                told = file.stat()
                if S_ISREG(told.st_mode):
                    found.append((str(file), told.st_mtime_ns, told.st_size))
        return release, tuple(sorted(found))

    def _start(self) -> None:
        try:
            with self.desk():
                _LOG.info("the desk is ready")
        except Error as error:
            _LOG.error("the desk is not ready: %s", error)
