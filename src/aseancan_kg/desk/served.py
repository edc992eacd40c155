"""The dataset that is served: a release, and behind it the changes of the journal."""

from collections.abc import Iterable
from pathlib import Path

from aseancan_kg.desk.journal import Entry, Journal
from aseancan_kg.errors import InvalidData, Place
from aseancan_kg.namespaces import BASE, DESCRIPTION_GRAPH, HISTORY_GRAPH, MADE_ANEW, PREFIXES, document_iri
from aseancan_kg.outputs import write_whole

_MADE_ANEW = tuple(f"<{one}" for one in MADE_ANEW)
"""How lines begin by which it is not told whether a release contains a change."""

_DATASET = f"<{BASE}dataset>"
_MODIFIED, _CREATED = (f"<{PREFIXES['dcterms']}{name}>" for name in ("modified", "created"))
_KEPT = 4
"""Files of the latest versions that are kept: query processes that are started anew read theirs again."""


class Changed:
    """A dataset with the changes of a journal; what they make of a release stands in a file in `directory`."""

    def __init__(self, journal: Journal, directory: Path) -> None:
        self._journal = journal
        self._directory = directory

    def is_newer(self, version: str) -> bool:
        """Tell whether the journal makes another version of a release than this one of it."""
        return self._journal.version(version.partition("+")[0]) != version

    def materialise(self, release: Path) -> Path:
        """Write what the journal makes of a release, a file named `aseancan-<hash>.nq`, as N-Quads; return the file.

        Where nothing was changed that is the release's own. Raises `InvalidData` when journal and release do not fit:
        when a change to an earlier release is not contained in this one, or an entry takes away what is not there.
        """
        base = release.stem.removeprefix("aseancan-")
        entries = self._journal.after(0)
        own = [entry for entry in entries if entry.base == base]
        if not entries:
            return release
        with release.open(encoding="utf-8", newline="\n") as quads:  # no other character ends a line
            lines = set(quads)
        _refuse_missing((entry for entry in entries if entry.base != base), lines, release)
        for entry in own:
            if not lines.issuperset(entry.removed) or not lines.isdisjoint(entry.added):
                remedy = "Serve the release that the journal belongs to, or restore the journal."
                raise InvalidData(f"entry {entry.sequence} of the journal does not fit", Place(release), remedy=remedy)
            lines.difference_update(entry.removed)
            lines.update(entry.added)
        if not own:
            return release
        self._directory.mkdir(parents=True, exist_ok=True)
        file = self._directory / f"aseancan-{own[-1].version}.nq"
        write_whole(file, "".join(sorted(_dated(lines, own))).encode())
        for former in sorted(self._directory.glob("aseancan-*+*.nq"), key=lambda one: one.stat().st_mtime)[:-_KEPT]:
            former.unlink(missing_ok=True)
        return file


def _dated(lines: set[str], entries: Iterable[Entry]) -> set[str]:
    """Return the lines with the days on which entries changed the dataset and its documents, as `build.history` has it.

    A document is changed by what its thing, code or term is the subject of.
    """
    days: dict[str, str] = {}
    for entry in entries:
        subjects = {
            line.partition(" ")[0] for line in (*entry.added, *entry.removed) if not line.startswith(_MADE_ANEW)
        }
        documents = {document_iri(subject[1:-1]) for subject in subjects}
        days |= dict.fromkeys((_DATASET, *(f"<{one}>" for one in documents if one)), entry.at.partition("T")[0])
    created = {line.partition(" ")[0] for line in lines if f"> {_CREATED} " in line}
    dated = {line for line in lines if not line.startswith(tuple(f"{node} {_MODIFIED} " for node in days))}
    for node, day in days.items():
        graph = DESCRIPTION_GRAPH if node == _DATASET else HISTORY_GRAPH
        for name in [_MODIFIED] if node in {_DATASET, *created} else [_CREATED, _MODIFIED]:
            dated.add(f'{node} {name} "{day}"^^<{PREFIXES["xsd"]}date> <{graph}> .\n')
    return dated


def _refuse_missing(entries: Iterable[Entry], lines: set[str], release: Path) -> None:
    """Refuse a release that was built without the changes that were published since the one before it."""
    expected: dict[str, tuple[bool, Entry]] = {}
    for entry in entries:
        expected |= {line: (False, entry) for line in entry.removed} | {line: (True, entry) for line in entry.added}
    for line, (is_there, entry) in expected.items():
        if (line in lines) != is_there and not line.startswith(_MADE_ANEW):
            remedy = "Run `aseancan-kg desk export` into its registers, and build it anew."
            told = f"entry {entry.sequence} of the journal ({entry.reason}) is not in this release"
            raise InvalidData(told, Place(release), remedy=remedy)
