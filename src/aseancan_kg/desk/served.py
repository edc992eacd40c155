"""The dataset that is served: a release, and behind it the changes of the journal."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import mkdtemp

from aseancan_kg.archive import Archived, Preserved
from aseancan_kg.desk import history
from aseancan_kg.desk.journal import Entry, Journal
from aseancan_kg.edits import Mark
from aseancan_kg.errors import InvalidData, NotFound, Place
from aseancan_kg.outputs import write_whole

_KEPT = 4
"""Files of the latest versions that are kept: query processes that are started anew read theirs again."""


@dataclass(frozen=True, slots=True)
class Version:
    """A dataset as the journal made it, or as it was before: `read` gives the lines of its release."""

    dataset: str
    read: Callable[[], Iterable[str]]
    entries: Sequence[Entry]

    def unpack(self, target: Path) -> Path:
        """Write its N-Quads into a file, which is returned; raises `NotFound` where the release holds later changes."""
        base, _, change = self.dataset.partition("+")
        lines = dict.fromkeys(self.read())
        held = history.contained(lines).sequence
        if change and held >= int(change):
            raise NotFound(f"the dataset {self.dataset} is not kept here")
        if change:
            history.apply(lines, base, self.entries[: int(change)], held)
        write_whole(target, "".join(lines).encode())
        return target


class Changed:
    """A dataset with the changes of a journal.

    What they make of a release stands in files in a part of `directory` that is this object's alone. How far the
    journal was served stands in `directory` itself: no service there goes back behind it.
    """

    def __init__(self, journal: Journal, directory: Path) -> None:
        self._journal = journal
        self._directory = directory
        self._entries: list[Entry] = []
        self._held: dict[str, Mark] = {}
        self._version = ""

    def is_newer(self, version: str) -> bool:
        """Tell whether the journal makes another version of a release than this one, which was made here, of it.

        Raises `InvalidData` when it has lost what this version holds.
        """
        self._version = version
        return self._journal.goes_beyond(self._held[version])

    def materialise(self, release: Path) -> Path:
        """Write what the journal makes of a release, a file named `aseancan-<hash>.nq`, as N-Quads; return the file.

        Without a journal that is the release's own. Raises `InvalidData` when journal and release do not fit: when a
        change is lost that the release contains or that was served, or one takes away what is not there.
        """
        base = release.stem.removeprefix("aseancan-")
        lines = dict.fromkeys(_lines(release))
        contained, served = history.contained(lines), Mark.read(self._served)
        for mark in (contained, served):
            self._journal.goes_beyond(mark)
        self._catch_up()
        if not self._entries:
            self._held[base] = contained
            return release
        try:
            version = history.apply(lines, base, self._entries, contained.sequence)
        except ValueError as error:
            remedy = "Run `aseancan-kg desk export` into its registers, and build it anew."
            raise InvalidData(str(error), Place(release), remedy=remedy) from error
        file = self._own / f"aseancan-{version}.nq"
        write_whole(file, "".join(lines).encode())
        self._held[version] = latest = self._entries[-1].mark
        if latest.sequence > served.sequence:
            write_whole(self._served, latest.written())
        for former in sorted(self._own.iterdir(), key=lambda one: one.stat().st_mtime)[:-_KEPT]:
            if former.stem != f"aseancan-{self._version}":  # the versions after it may all have failed
                former.unlink()
        return file

    def entries(self) -> Sequence[Entry]:
        """Return the entries of the journal that were materialised last."""
        return tuple(self._entries)

    def versions(self, release: Path, past: Iterable[Archived]) -> list[Preserved]:
        """Return what the journal made of this release and of past ones, and what this one was before.

        Each is made when it is asked for, of the entries that were materialised last.
        """
        current = release.stem.removeprefix("aseancan-")
        sources: dict[str, Callable[[], Iterable[str]]] = {one.dataset: one.lines for one in past}
        names = {current: ()} if self._entries and current not in sources else {}
        sources[current] = lambda: _lines(release)
        names |= {entry.version: () for entry in self._entries if entry.base in sources}
        entries = self.entries()
        return [Version(name, sources[name.partition("+")[0]], entries) for name in names]

    def _catch_up(self) -> None:
        if self._entries:
            self._journal.goes_beyond(self._entries[-1].mark)
        self._entries += self._journal.after(len(self._entries))

    @property
    def _served(self) -> Path:
        self._directory.mkdir(parents=True, exist_ok=True)
        return self._directory / "served.csv"

    @cached_property
    def _own(self) -> Path:
        """A directory that is locked while this process lives; those of processes that have ended go."""
        with (self._directory / "lock").open("w") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            for former in self._directory.glob("service-*/"):
                if (lock := _lock(former)) is not None:
                    shutil.rmtree(former)
                    os.close(lock)
            own = Path(mkdtemp(prefix="service-", dir=self._directory))
            _lock(own)
        return own


def _lines(release: Path) -> Iterator[str]:
    with release.open(encoding="utf-8", newline="\n") as quads:  # no other character ends a line
        yield from quads


def _lock(directory: Path) -> int | None:
    """Lock a directory until the handle is closed, or its process ends; None where another process has locked it."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle
