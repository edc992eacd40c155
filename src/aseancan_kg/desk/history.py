"""What the journal makes of a release, and what is told of its changes: who, when, why, of what (PROV-O).

Quads are lines of N-Quads, as in the release's file. What is told of changes stands in `graph/history`, like the days
on which documents came and last changed; that of the dataset itself, in `graph/description`.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from aseancan_kg.desk.journal import Entry
from aseancan_kg.edits import Mark
from aseancan_kg.namespaces import (
    BASE,
    CHANGE,
    DESCRIPTION_GRAPH,
    HISTORY_GRAPH,
    MADE_ANEW,
    PREFIXES,
    change,
    document_iri,
)
from aseancan_kg.store import Patch

_DATASET = f"{BASE}dataset"
_DCAT, _DCTERMS, _PROV, _RDF, _SKOS, _XSD = (
    PREFIXES[prefix] for prefix in ("dcat", "dcterms", "prov", "rdf", "skos", "xsd")
)
_CREATED, _MODIFIED = f"<{_DCTERMS}created>", f"<{_DCTERMS}modified>"
_VERSION, _GENERATED_BY = f"<{_DCAT}version>", f"<{_PROV}wasGeneratedBy>"
_SUBJECT = f" <{_RDF}subject> <"
_HISTORY = f"<{HISTORY_GRAPH}> .\n"
_OF_THE_DATASET = tuple(f"<{graph}> .\n" for graph in (DESCRIPTION_GRAPH, HISTORY_GRAPH))
_LATEST = re.compile(f"<{_DATASET}> {_GENERATED_BY} <{CHANGE}([0-9]+)> ")


Lines = dict[str, None]
"""Lines in their order, each once: those that come are the last."""


class Followed:
    """The lines of a release named `base`, and what the entries of a journal make of them, taken one after the other.

    It tells of each entry, and dates the documents that it changes; a document that is no more is neither dated nor
    said to be changed. What the release contains is told and not applied: it has the day of the release, unless that
    was built between two and so has the day of the last.
    """

    def __init__(self, lines: Iterable[str], base: str) -> None:
        self.lines: Lines = dict.fromkeys(lines)
        self.contained = contained(self.lines)
        self.version = base
        self._base = base
        self._added: Lines = {}
        self._removed: Lines = {}
        self._about = dict(_statements(self.lines))
        data = Counter(line.partition(" ")[0][1:-1] for line in self.lines if not line.endswith(_OF_THE_DATASET))
        self._facts = Counter[str]()
        """How many lines tell of what a document is about."""
        for subject, number in data.items():
            if document := document_iri(subject):
                self._facts[document] += number
        told = {tuple(line.split(" ", 2)[:2]): line for line in self.lines if line.endswith(_OF_THE_DATASET)}
        self._numbers = {node: line.split('"')[1] for (node, name), line in told.items() if name == _VERSION}
        self._created, self._modified, generated = (
            {node[1:-1]: line for (node, name), line in told.items() if name == wanted}
            for wanted in (_CREATED, _MODIFIED, _GENERATED_BY)
        )
        """Which line dates a document."""
        self._days = {one: line.split('"')[1] for one, line in self._modified.items()}
        self._latest = [generated[_DATASET]] if _DATASET in generated else []
        """What tells of the dataset as the last entry left it, and no longer."""
        self._influences = defaultdict[str, list[str]](list)
        """Which lines tell of the entries that changed a document, from the first on."""

    def take(self, entries: Iterable[Entry]) -> Patch:
        """Take the entries that follow those before; return what they change of the dataset.

        Raises `ValueError` for an entry that takes away what is not there, or adds what is; then this has no use left.
        """
        for entry in entries:
            is_contained = entry.sequence <= self.contained.sequence
            if not is_contained:
                self._apply(entry)
                self.version = f"{self._base}+{entry.sequence}"
            self._date(entry, is_contained=is_contained)
            self._tell(entry, is_contained=is_contained)
        patch = Patch(self.version, tuple(self._removed), tuple(self._added))
        self._added, self._removed = {}, {}
        return patch

    def _apply(self, entry: Entry) -> None:
        if any(line not in self.lines for line in entry.removed) or any(line in self.lines for line in entry.added):
            raise ValueError(f"entry {entry.sequence} of the journal ({entry.reason}) does not fit this release")
        self._drop(*entry.removed)
        self._put(*entry.added)
        for lines, sign in ((entry.removed, -1), (entry.added, 1)):
            for line in lines:
                if document := document_iri(line.partition(" ")[0][1:-1]):
                    self._facts[document] += sign

    def _date(self, entry: Entry, *, is_contained: bool) -> None:
        self._modify(_DATASET, entry, f"<{DESCRIPTION_GRAPH}> .\n", is_contained=is_contained)
        for one in self._documents(entry):
            influences = self._influences[one]
            influences.append(f"<{one}> <{_PROV}wasInfluencedBy> <{change(entry.sequence)}> {_HISTORY}")
            if self._facts[one]:
                self._put(*influences)
                self._modify(one, entry, _HISTORY, is_contained=is_contained)
                created = f'<{one}> {_CREATED} "{moment(entry)}"^^<{_XSD}dateTime> {_HISTORY}'
                self._put(self._created.setdefault(one, created))
            else:
                dates = self._created.get(one, ""), self._modified.get(one, "")
                self._drop(*(line for line in (*dates, *influences) if line in self.lines))

    def _documents(self, entry: Entry) -> set[str]:
        """Return the documents that an entry changes: in what they say of a thing, code or term, or on what grounds."""
        lines = (*entry.removed, *entry.added)
        nodes = {line.partition(" ")[0][1:-1] for line in lines}
        subjects = {self._about.get(node.partition("#")[0], node) for node in nodes}
        self._about |= _statements(lines)
        subjects |= {self._about.get(node.partition("#")[0], node) for node in nodes}
        return {document for one in subjects if not one.startswith(MADE_ANEW) and (document := document_iri(one))}

    def _modify(self, one: str, entry: Entry, graph: str, *, is_contained: bool) -> None:
        if is_contained and entry.at[:10] <= self._days.get(one, ""):
            return
        if (before := self._modified.get(one)) in self.lines:
            self._drop(before)
        self._modified[one] = f'<{one}> {_MODIFIED} "{moment(entry)}"^^<{_XSD}dateTime> {graph}'
        self._put(self._modified[one])

    def _tell(self, entry: Entry, *, is_contained: bool) -> None:
        self._drop(*self._latest)
        number = self._numbers.get(f"<{BASE}r/{entry.base}>", entry.base)
        self._put(*_lines(_quads(entry, number)))
        latest = [_quad(_DATASET, f"{_PROV}wasGeneratedBy", ox.NamedNode(change(entry.sequence)))]
        if not is_contained and entry.base != self._base:  # a change of another release, applied to this one
            number = _number(self._numbers.get(f"<{BASE}r/{self._base}>", self._base), entry)
            latest += _version(f"{BASE}r/{self.version}", number, f"{BASE}r/{self._base}", _time(entry))
        self._latest = [*_lines(latest)]
        self._put(*self._latest)

    def _put(self, *lines: str) -> None:
        for line in lines:
            if line in self.lines:
                continue
            self.lines[line] = None
            if line in self._removed:
                del self._removed[line]
            else:
                self._added[line] = None

    def _drop(self, *lines: str) -> None:
        for line in lines:
            del self.lines[line]
            if line in self._added:
                del self._added[line]
            else:
                self._removed[line] = None


def contained(lines: Iterable[str]) -> Mark:
    """Return how much of the journal a release contains, which its history tells."""
    found = next(filter(None, map(_LATEST.match, lines)), None)
    if found is None:
        return Mark()
    identifier = f"<{change(int(found[1]))}> <{_DCTERMS}identifier> "
    return Mark(int(found[1]), next(line.split('"')[1] for line in lines if line.startswith(identifier)))


def moment(entry: Entry) -> str:
    """Return the second of an entry, as xsd:dateTime."""
    return f"{entry.at[:19]}Z"


def _statements(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield each statement node with what it says something of."""
    for line in lines:
        node, found, rest = line.partition(_SUBJECT)
        if found:
            yield node[1:-1], rest.partition(">")[0]


def _lines(quads: Iterable[ox.Quad]) -> Iterator[str]:
    return (f"{quad} .\n" for quad in quads)


def _quads(entry: Entry, release: str) -> Iterator[ox.Quad]:
    """Tell of an entry, and of the version that it made of a release of this number."""
    node, author = change(entry.sequence), f"{change(entry.sequence)}#author"
    before, version = f"{BASE}r/{entry.before}", f"{BASE}r/{entry.version}"
    yield _quad(node, f"{_RDF}type", ox.NamedNode(f"{_PROV}Activity"))
    yield _quad(node, f"{_SKOS}prefLabel", ox.Literal(f"Change {entry.sequence}", language="en"))
    yield _quad(node, f"{_DCTERMS}identifier", ox.Literal(entry.digest))
    yield _quad(node, f"{_DCTERMS}description", ox.Literal(entry.reason))
    yield _quad(node, f"{_PROV}startedAtTime", _time(entry))
    yield _quad(node, f"{_PROV}endedAtTime", _time(entry))
    yield _quad(node, f"{_PROV}wasAssociatedWith", ox.NamedNode(author))
    yield _quad(node, f"{_PROV}used", ox.NamedNode(before))
    yield _quad(node, f"{_PROV}generated", ox.NamedNode(version))
    if entry.undoes:
        yield _quad(node, f"{_PROV}wasInformedBy", ox.NamedNode(change(entry.undoes)))
    yield _quad(author, f"{_RDF}type", ox.NamedNode(f"{_PROV}Agent"))
    yield _quad(author, f"{_SKOS}prefLabel", ox.Literal(entry.author))
    yield from _version(version, _number(release, entry), before, _time(entry))


def _version(node: str, number: str, before: str, time: ox.Literal) -> Iterator[ox.Quad]:
    """Tell of a version as `build.history` does of a release, but that it is none."""
    words = ox.Literal(f"Version {number}", language="en")
    yield _quad(node, f"{_RDF}type", ox.NamedNode(f"{_DCAT}Dataset"))
    yield _quad(node, f"{_SKOS}prefLabel", words)
    yield _quad(node, f"{_DCTERMS}title", words)
    yield _quad(node, f"{_DCAT}version", ox.Literal(number))
    yield _quad(node, f"{_DCTERMS}identifier", ox.Literal(node.removeprefix(f"{BASE}r/")))
    yield _quad(node, f"{_DCTERMS}issued", time)
    yield _quad(node, f"{_DCAT}previousVersion", ox.NamedNode(before))
    yield _quad(node, f"{_DCAT}isVersionOf", ox.NamedNode(_DATASET))


def _number(release: str, entry: Entry) -> str:
    """Return the number of what an entry made of a release, by that of the release: 0.3.0+5."""
    return f"{release}{'.' if '+' in release else '+'}{entry.sequence}"


def _time(entry: Entry) -> ox.Literal:
    return ox.Literal(moment(entry), datatype=ox.NamedNode(f"{_XSD}dateTime"))


def _quad(subject: str, predicate: str, value: ox.NamedNode | ox.Literal) -> ox.Quad:
    return ox.Quad(ox.NamedNode(subject), ox.NamedNode(predicate), value, ox.NamedNode(HISTORY_GRAPH))
