"""What the journal makes of a release, and what is told of its changes: who, when, why, of what (PROV-O).

Quads are lines of N-Quads, as in the release's file. What is told of changes stands in `graph/history`, like the days
on which documents came and last changed; that of the dataset itself, in `graph/description`.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

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

_DATASET = f"{BASE}dataset"
_DCAT, _DCTERMS, _PROV, _RDF, _SKOS, _XSD = (
    PREFIXES[prefix] for prefix in ("dcat", "dcterms", "prov", "rdf", "skos", "xsd")
)
_CREATED, _MODIFIED = f"<{_DCTERMS}created>", f"<{_DCTERMS}modified>"
_VERSION, _GENERATED_BY = f"<{_DCAT}version>", f"<{_PROV}wasGeneratedBy>"
_OF_THE_DATASET = tuple(f"<{graph}> .\n" for graph in (DESCRIPTION_GRAPH, HISTORY_GRAPH))
_LATEST = re.compile(f"<{_DATASET}> {_GENERATED_BY} <{CHANGE}([0-9]+)> ")


Lines = dict[str, None]
"""Lines in their order, each once: those that come are the last."""


def apply(lines: Lines, base: str, entries: Sequence[Entry], held: int) -> str:
    """Make of the lines of a release named `base` what the entries of a journal do; return the version that it is then.

    The release contains the entries up to the one numbered `held`. Raises `ValueError` for an entry that takes away
    what is not there, or adds what is.
    """
    own = entries[held:]
    for entry in own:
        if any(line not in lines for line in entry.removed) or any(line in lines for line in entry.added):
            raise ValueError(f"entry {entry.sequence} of the journal ({entry.reason}) does not fit this release")
        _take(lines, entry.removed)
        lines.update(dict.fromkeys(entry.added))
    _tell(lines, base, entries, held)
    return f"{base}+{own[-1].sequence}" if own else base


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


def documents(entry: Entry) -> set[str]:
    """Return the documents that an entry changes: those of the things, codes and terms that are its subjects."""
    subjects = {line.partition(" ")[0][1:-1] for line in (*entry.added, *entry.removed)}
    return {document for one in subjects if not one.startswith(MADE_ANEW) and (document := document_iri(one))}


def _take(lines: Lines, gone: Iterable[str]) -> None:
    for line in gone:
        del lines[line]


def _tell(lines: Lines, base: str, entries: Sequence[Entry], held: int) -> None:
    """Have lines tell of entries, and of the time at which those after the one numbered `held` changed documents.

    A document that is no more is not dated. What a release contains has the day of that release, unless it was built
    between two releases and so has the day of the last.
    """
    subjects = {line.partition(" ")[0][1:-1] for line in lines}
    present = {document for one in subjects if (document := document_iri(one))}
    told = {tuple(line.split(" ", 2)[:2]): line for line in lines if line.endswith(_OF_THE_DATASET)}
    changed = {entry.sequence: documents(entry) | {_DATASET} for entry in entries}
    days = {one: told[node, _MODIFIED].split('"')[1] for one in present if (node := f"<{one}>", _MODIFIED) in told}
    dated: dict[str, str] = {}
    for entry in entries:
        for one in changed[entry.sequence]:
            if entry.sequence > held or entry.at[:10] > days.get(one, ""):
                dated[one] = moment(entry)
    outdated = {(f"<{one}>", name) for one in dated for name in (_MODIFIED, *(() if one in present else (_CREATED,)))}
    outdated.add((f"<{_DATASET}>", _GENERATED_BY))
    _take(lines, [line for about, line in told.items() if about in outdated])
    for one in sorted(dated.keys() & present):
        graph = DESCRIPTION_GRAPH if one == _DATASET else HISTORY_GRAPH
        for name in (_MODIFIED, *(() if one == _DATASET or (f"<{one}>", _CREATED) in told else (_CREATED,))):
            lines[f'<{one}> {name} "{dated[one]}"^^<{_XSD}dateTime> <{graph}> .\n'] = None
    numbers = {about[0]: line.split('"')[1] for about, line in told.items() if about[1] == _VERSION}
    quads = [_quad(_DATASET, f"{_PROV}wasGeneratedBy", ox.NamedNode(change(entries[-1].sequence)))]
    for entry in entries:
        number = numbers.get(f"<{BASE}r/{entry.base}>", entry.base)
        quads += _quads(entry, number, sorted(changed[entry.sequence] & present - {_DATASET}))
    if entries[held:] and entries[-1].base != base:  # changes of another release, applied to this one
        number = _number(numbers.get(f"<{BASE}r/{base}>", base), entries[-1])
        quads += _version(f"{BASE}r/{base}+{entries[-1].sequence}", number, f"{BASE}r/{base}", _time(entries[-1]))
    lines.update(dict.fromkeys(f"{quad} .\n" for quad in quads))


def _quads(entry: Entry, release: str, changed: Iterable[str]) -> Iterator[ox.Quad]:
    """Tell of an entry, of the version that it made of a release of this number, and of the documents it changed."""
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
    for document in changed:
        yield _quad(document, f"{_PROV}wasInfluencedBy", ox.NamedNode(node))


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
