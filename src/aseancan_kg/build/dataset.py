"""Sources, registers, ontology and shapes → one dataset of named graphs."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import chain, count
from pathlib import Path

from rdflib import BNode, Dataset, Graph, URIRef
from rdflib.compare import to_canonical_graph
from rdflib.plugins.parsers.notation3 import BadSyntax
from rdflib.term import Node

from aseancan_kg import archive, namespaces
from aseancan_kg.archive import Archived, Release
from aseancan_kg.build import (
    annotations,
    changes,
    description,
    editions,
    goals,
    history,
    identifiers,
    lineage,
    names,
    parts,
    plan,
    quality,
    registers,
    sources,
    triples,
)
from aseancan_kg.build.changes import Snapshot
from aseancan_kg.build.editions import Edition
from aseancan_kg.build.names import Name
from aseancan_kg.build.quality import Measure
from aseancan_kg.build.registers import Registers, Row
from aseancan_kg.build.sources import Source
from aseancan_kg.build.traces import Tracer
from aseancan_kg.build.triples import Triple
from aseancan_kg.build.values import Reference, Url
from aseancan_kg.edits import MARK, Mark
from aseancan_kg.errors import InvalidData, InvalidTables, Place, SyntaxProblem
from aseancan_kg.model import Plan
from aseancan_kg.settings import ISSUED, RELEASED, VERSION

VERSION_LENGTH = 16
"""Hexadecimal digits of the SHA-256 that name a dataset version (64 bits)."""

ORDERED = "project-ordinal"
"""The code list whose codes have an order, that of its rows."""

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Built:
    """The dataset in memory, its version, the tables that it was made of, and how good it is in figures.

    `names` are those of things, and `editions` what is read of the texts. `past` are the releases before it, the oldest
    first, and `snapshots` what they and this one publish; `contained` is what its tables contain of the journal.
    """

    dataset: Dataset
    version: str
    tables: Registers
    names: Sequence[Name]
    editions: Sequence[Edition]
    past: Sequence[Archived]
    snapshots: Sequence[Snapshot]
    contained: Mark
    measures: Sequence[Measure] = ()

    @property
    def release(self) -> Release:
        """The release that this is, or that it was made of where it was changed since."""
        return self.snapshots[-1].release

    @cached_property
    def union(self) -> Graph:
        """The triples of all named graphs in one graph, made once: it is read, never changed."""
        union = Graph()
        for subject, predicate, object_, _ in self.dataset.quads():
            union.add((subject, predicate, object_))
        return union

    @cached_property
    def tracer(self) -> Tracer:
        """What tells of a triple which cell or row it comes from, made once."""
        return Tracer(self.tables, self.union)


def build(resources: Path, progress: Progress) -> Built:
    """Join every source below `resources` into one dataset, which tells of itself too; raises as `join` does."""
    built = join(resources, progress)
    measures = quality.measure(built.editions, built.names, built.tables, built.dataset)
    progress("graph/history")
    _fill(built.dataset, "history", history.triples(built.snapshots, built.contained))
    progress("graph/description")
    _fill(built.dataset, "description", description.describe(built.dataset, built.release, measures))
    return replace(built, measures=measures)


def join(resources: Path, progress: Progress) -> Built:
    """Join every source below `resources` into one dataset, which does not tell of itself yet.

    The version is a hash of every graph but those that do, `graph/history` and `graph/description`. `progress` is told
    each step. Raises `InputError` for what cannot be read, `InvalidTables` for every fault in the registers or in the
    codings of an edition, and `InvalidData` for the first in a source, in a past release, or between a plan's text and
    its register row.
    """
    progress("reading sources and registers")
    documents = sources.read(resources / "data" / "sources")
    tables = registers.read(resources / "data", frozenset(document.slug for document in documents))
    if tables.faults:
        raise InvalidTables.of(tables.faults)
    known, read, graphs = graphs_of(documents, tables, goals.rows(resources / goals.TABLE))
    dataset = Dataset()
    _bind_prefixes(dataset)
    for name, graph in graphs:
        progress(f"graph/{name}")
        _fill(dataset, name, graph)
    for name in ("ontology", "shapes"):
        progress(f"graph/{name}")
        _fill(dataset, name, _canonical(name, resources / name))
    written = lines(dataset)
    version = hashlib.sha256("".join(written).encode("utf-8")).hexdigest()[:VERSION_LENGTH]
    past = [release for release in archive.read(resources / "data" / "releases") if release.dataset != version]
    number = VERSION if version == RELEASED else f"{VERSION}+unreleased"
    current = Snapshot(Release(number, version, date.fromisoformat(ISSUED)), changes.descriptions(written))
    snapshots = [*_published(past), current]
    contained = Mark.read(resources / "data" / MARK)
    _refuse_vanished(snapshots, tables, contained)
    return Built(dataset, version, tables, known, read, past, snapshots, contained)


def graphs_of(
    documents: Sequence[Source], tables: Registers, sdgs: Sequence[Mapping[str, str]]
) -> tuple[Sequence[Name], Sequence[Edition], Iterator[tuple[str, Iterable[Triple]]]]:
    """Return the names of things, what is read of the editions, and every graph of data with its name.

    Raises what `editions.read` raises.
    """
    known = names.names(tables)
    read = editions.read(documents, tables, known, frozenset(row["iri"] for row in sdgs))
    return known, read, chain(_graphs(read, tables), [("un-sdg-kos", goals.triples(sdgs))])


def ingest(source: Source) -> tuple[Plan, Graph]:
    """Read the text of one edition as a plan, and its description and parts as a graph."""
    parsed = plan.parse(source.text or "")
    graph = Graph()
    _bind_prefixes(graph)
    instrument, title = str(source.metadata["instrument"]), str(source.metadata["title"])
    for triple in (
        *triples.source_document(source.slug, source.metadata),
        *parts.plan(parsed, namespaces.thing("instrument", instrument or source.slug), title, source.slug),
    ):
        graph.add(triple)
    return parsed, graph


def lines(dataset: Dataset) -> list[str]:
    """Return N-Quads lines in code-point order, which is what makes two builds the same bytes."""
    return sorted(line + "\n" for line in dataset.serialize(format="nquads").split("\n") if line)


def _graphs(read: Sequence[Edition], tables: Registers) -> Iterator[tuple[str, Iterable[Triple]]]:
    rows = tables.rows
    for register, things in rows.items():
        if register not in {"documents", "names", "rivals", "concepts", "alignments", "identifiers"}:
            yield register, (triple for row in things for triple in _thing(row, tables))
    yield "documents", (triple for row in rows["documents"] for triple in triples.document(row))
    yield "names", _numbered(rows["names"], triples.name, ("entity",))
    yield "rivals", _numbered(rows["rivals"], triples.rival, ("entity", "column"))
    yield "schemes", _schemes(rows["concepts"])
    yield "alignments", _numbered(rows["alignments"], triples.alignment, ("concept",))
    yield "identifiers", (triple for row in rows["identifiers"] for triple in identifiers.former(row))
    pages = {source for row in tables for source in row.cells.get("sources", ()) if isinstance(source, Url)}
    pages -= {row.one("url") for row in rows["documents"]}
    yield "sources", (triple for page in pages for triple in triples.web_source(page))
    yield "states-of-instruments", lineage.states(tables)
    for edition in read:
        yield edition.source.slug, _edition(edition)
    yield from _codings(read)


def _published(past: Iterable[Archived]) -> Iterator[Snapshot]:
    for release in past:
        if release.version == VERSION:
            remedy = "Raise VERSION and ISSUED: the number of a release names one dataset."
            place = Place("src/aseancan_kg/settings.py")
            raise InvalidData(f"release {VERSION} was the dataset {release.dataset}", place, remedy=remedy)
        yield Snapshot(release, changes.descriptions(release.lines()))


def _refuse_vanished(snapshots: Sequence[Snapshot], tables: Registers, contained: Mark) -> None:
    """Raise `InvalidTables` when the register of identifiers does not tell of everything that was published once."""
    *past, current = snapshots
    rows, register = tables.rows["identifiers"], Place("data/registers/identifiers.csv")
    published = identifiers.published(past)
    if contained.sequence:  # the desk has listed what it published and withdrew between two releases
        published = dict.fromkeys((row.written("iri") for row in rows), "the journal") | published
    if faults := tuple(identifiers.faults(rows, published, current.described.keys(), register)):
        raise InvalidTables.of(faults)


def _thing(row: Row, tables: Registers) -> Iterator[Triple]:
    yield from triples.thing(row)
    if row.one("title") is None and row.one("name") is None:
        yield from triples.composed_label(namespaces.thing(row.kind, row.slug), _compose_label(row, tables))


def _compose_label(row: Row, tables: Registers) -> str:
    """Say in words what a row means whose register has no name column."""
    match row.kind:
        case "holding":
            title = _words(row, "post_title", tables) or _words(row, "post", tables)
            return f"{_words(row, 'person', tables)}, {title}"
        case "membership":
            return f"{_words(row, 'member', tables)} in {_words(row, 'organisation', tables)}"
        case "participation":
            return f"{_words(row, 'agent', tables)} at {_words(row, 'meeting', tables)}"
        case "statement":
            return row.written("gist")
        case "party-action":
            return f"{_words(row, 'party', tables)} {row.written('action')}: {_words(row, 'instrument', tables)}"
        case _:
            return " ".join(row.written(column) for column in ("subject", "predicate", "object"))


def _words(row: Row, column: str, tables: Registers) -> str:
    """Return the words of a cell; of a reference, the name of the thing."""
    value = row.one(column)
    if isinstance(value, Reference):
        other = next((other for other in tables if other.reference == value), None)
        return (other.written("title") or other.written("name")) if other else str(value)
    return row.written(column)


def _numbered(
    rows: Iterable[Row], write_row: Callable[[Row, int], Iterator[Triple]], key: tuple[str, ...]
) -> Iterator[Triple]:
    """Number the rows that share a key, in file order, so that each assertion gets an IRI of its own."""
    counters: dict[object, count[int]] = {}
    for row in rows:
        number = next(counters.setdefault(tuple(row.one(column) for column in key), count(1)))
        yield from write_row(row, number)


def _schemes(rows: tuple[Row, ...]) -> Iterator[Triple]:
    for row in rows:
        yield from triples.concept(row)
    for scheme in {row.written("scheme") for row in rows}:
        yield from triples.concept_scheme(scheme)
    yield from triples.ordered(ORDERED, [row for row in rows if row.written("scheme") == ORDERED])


def _edition(edition: Edition) -> Iterator[Triple]:
    yield from triples.source_document(edition.source.slug, edition.source.metadata)
    if edition.plan:
        yield from parts.plan(edition.plan, edition.whole, edition.short_title, edition.source.slug)


def _codings(read: Sequence[Edition]) -> Iterator[tuple[str, list[Triple]]]:
    """One graph for what the texts name, one for the clauses, and one for the codings of each coder."""
    found: dict[str, list[Triple]] = {"mentions": [], "clauses": []}
    for edition in read:
        slug = edition.source.slug
        found["mentions"] += annotations.mentions(edition.mentions, edition.whole, slug)
        found["clauses"] += parts.clauses(edition.clauses, edition.whole, edition.short_title, slug)
        for coder in sorted({coding.coder for coding in edition.codings}):
            own = [coding for coding in edition.codings if coding.coder == coder]
            found.setdefault(f"coding-{coder}", []).extend(annotations.codings(own, edition.whole, slug))
    yield from found.items()


def _canonical(name: str, directory: Path) -> Graph:
    """Read every Turtle file of a directory as one graph whose blank nodes are named the same on every machine."""
    graph = Graph()
    for path in sorted(directory.glob("*.ttl")):
        try:
            graph.parse(path, format="turtle")
        except BadSyntax as error:
            place = Place(path, line=error.lines + 1)
            raise SyntaxProblem("this is not Turtle", place, remedy=error.message) from error
    canonical = to_canonical_graph(graph)
    blank = sorted({term for triple in canonical for term in triple if isinstance(term, BNode)})
    names: dict[Node, BNode] = {node: BNode(f"{name}{number}") for number, node in enumerate(blank)}
    renamed = Graph()
    for subject, predicate, object_ in canonical:
        renamed.add((names.get(subject, subject), predicate, names.get(object_, object_)))
    return renamed


def _bind_prefixes(graph: Graph) -> None:
    for prefix, namespace in namespaces.PREFIXES.items():
        graph.bind(prefix, namespace, replace=True)


def _fill(dataset: Dataset, name: str, graph: Iterable[Triple]) -> None:
    target = dataset.graph(URIRef(namespaces.graph(name)))
    for triple in graph:
        target.add(triple)
