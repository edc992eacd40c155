"""The dataset that is served: a release, and behind it the changes of the journal."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from aseancan_kg.archive import Archived, Preserved
from aseancan_kg.desk import history
from aseancan_kg.desk.journal import Entry, Journal
from aseancan_kg.edits import Mark
from aseancan_kg.errors import InvalidData, NotFound, Place
from aseancan_kg.outputs import write_whole
from aseancan_kg.store import Patch


@dataclass(frozen=True, slots=True)
class Version:
    """A dataset as the journal made it, or as it was before: `read` gives the lines of its release."""

    dataset: str
    read: Callable[[], Iterable[str]]
    entries: Sequence[Entry]

    def unpack(self, target: Path) -> Path:
        """Write its N-Quads into a file, which is returned; raises `NotFound` where the release holds later changes."""
        base, _, change = self.dataset.partition("+")
        made = history.Followed(self.read(), base)
        if change and made.contained.sequence >= int(change):
            raise NotFound(f"the dataset {self.dataset} is not kept here")
        made.take(self.entries[: int(change or 0)])
        write_whole(target, "".join(made.lines).encode())
        return target


class Changed:
    """A dataset with the changes of a journal.

    How far the journal was served stands in `directory`: no service that is started there goes back behind it.
    """

    def __init__(self, journal: Journal, directory: Path) -> None:
        self._journal = journal
        self._directory = directory
        self._entries: list[Entry] = []
        self._held: dict[str, Mark] = {}
        self._followed: history.Followed | None = None
        self._base = ""
        self._patches: tuple[Patch, ...] = ()

    def is_newer(self, version: str) -> bool:
        """Tell whether the journal makes another version of a release than this one, which was made here, of it.

        Raises `InvalidData` when it has lost what this version holds.
        """
        return self._journal.goes_beyond(self._held[version])

    def follow(self, release: Path) -> tuple[Patch, ...]:
        """Return what the journal changes of a release, a file named `aseancan-<hash>.nq`.

        The first patch leads to the version that was made of it first, perhaps by no change; each other one further.
        Raises `InvalidData` when journal and release do not fit: when a change is lost that the release contains or
        that was served, or one takes away what is not there.
        """
        base = release.stem.removeprefix("aseancan-")
        served = Mark.read(self._served)
        remedy = (
            f"Restore it; where what it lost is not to come back, or this is another journal, delete {self._served}."
        )
        self._refuse_lost(served, f"entry {served.sequence} was served here", remedy)
        self._catch_up()
        if base == self._base and self._followed:
            made, patches = self._followed, self._patches
            new = self._entries[self._held[made.version].sequence :]
        else:
            made, patches, new = history.Followed(_lines(release), base), (), self._entries
            held = f"the release {base} contains entry {made.contained.sequence}"
            remedy = "Restore the journal that the release was made with, or build one from tables that contain less."
            self._refuse_lost(made.contained, held, remedy)
        self._followed = None  # it is of no use when an entry does not fit
        if new or not patches:
            try:
                patches += (made.take(new),)
            except ValueError as error:
                remedy = "Run `aseancan-kg desk export` into its registers, and build it anew."
                raise InvalidData(str(error), Place(release), remedy=remedy) from error
        latest = self._entries[-1].mark if self._entries else made.contained
        self._held[made.version] = latest
        if latest.sequence > served.sequence:
            write_whole(self._served, latest.written())
        self._followed, self._base, self._patches = made, base, patches
        return patches

    def entries(self) -> Sequence[Entry]:
        """Return the entries of the journal that were followed last."""
        return tuple(self._entries)

    def versions(self, release: Path, past: Iterable[Archived]) -> list[Preserved]:
        """Return what the journal made of this release and of past ones, and what this one was before.

        Each is made when it is asked for, of the entries that were followed last.
        """
        current = release.stem.removeprefix("aseancan-")
        sources: dict[str, Callable[[], Iterable[str]]] = {one.dataset: one.lines for one in past}
        names = {current: ()} if self._entries and current not in sources else {}
        sources[current] = lambda: _lines(release)
        names |= {entry.version: () for entry in self._entries if entry.base in sources}
        entries = self.entries()
        return [Version(name, sources[name.partition("+")[0]], entries) for name in names]

    def _refuse_lost(self, mark: Mark, held: str, remedy: str) -> None:
        try:
            self._journal.goes_beyond(mark)
        except InvalidData as error:
            raise InvalidData(f"{held}, but {error.message}", remedy=remedy) from error

    def _catch_up(self) -> None:
        if self._entries:
            self._journal.goes_beyond(self._entries[-1].mark)
        self._entries += self._journal.after(len(self._entries))

    @property
    def _served(self) -> Path:
        self._directory.mkdir(parents=True, exist_ok=True)
        return self._directory / "served.csv"


def _lines(release: Path) -> Iterator[str]:
    with release.open(encoding="utf-8", newline="\n") as quads:  # no other character ends a line
        yield from quads
