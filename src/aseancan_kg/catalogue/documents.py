"""The document about a thing: what is said of it, what points to it, where that stands, and on what terms."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from aseancan_kg.catalogue import changes
from aseancan_kg.catalogue.changes import INFLUENCED_BY
from aseancan_kg.catalogue.labels import iri_of, natural
from aseancan_kg.errors import NotFound
from aseancan_kg.mediatypes import QUAD_FORMATS, Format
from aseancan_kg.namespaces import BASE, DESCRIPTION_GRAPH, ONT, ONTOLOGY_GRAPH, PREFIXES, document_iri
from aseancan_kg.store.dataset import Dataset, Node
from aseancan_kg.store.descriptions import describe, nodes
from aseancan_kg.store.representation import write

PAGE_SIZE = 50
"""Incoming links on one page."""

DATASET = f"{BASE}dataset"

_DC, _DCTERMS, _FOAF, _HYDRA, _OA, _OWL, _RDF, _VOID, _XSD = (
    PREFIXES[prefix] for prefix in ("dc", "dcterms", "foaf", "hydra", "oa", "owl", "rdf", "void", "xsd")
)
_TYPE, SUBJECT = f"{_RDF}type", f"{_RDF}subject"
_PART_OF = f"{_DCTERMS}isPartOf"
_LICENCE, _RIGHTS, _MODIFIED = f"{_DCTERMS}license", f"{_DC}rights", f"{_DCTERMS}modified"
_ISSUED = f"{_DCTERMS}issued"
_DEPRECATED, _REPLACED_BY = f"{_OWL}deprecated", f"{_DCTERMS}isReplacedBy"
# Statement nodes speak about triples; listing them as links to what they are about would bury the real links.
# So would what our own description of the dataset counts.
_NOT_TOLD = (SUBJECT, f"{_RDF}predicate", f"{_RDF}object", f"{_OA}hasBody", f"{_OA}hasTarget", _VOID)


@dataclass(frozen=True, slots=True)
class Document:
    """What the dataset holds about an IRI, and about the document that tells it.

    `about` are the quads of the IRI, of its blank nodes and of its own parts (`#…`). `incoming` are pairs of a property
    and what points here by it, in the order they are shown, of which `page` of `pages` is wanted; `statements` the
    statement nodes about the thing. `records` tell when the description last changed, and the terms of its graphs.
    """

    iri: str
    about: tuple[ox.Quad, ...]
    incoming: tuple[tuple[str, str], ...]
    statements: tuple[str, ...]
    graphs: tuple[str, ...]
    records: tuple[ox.Quad, ...]
    page: int
    pages: int

    @property
    def own(self) -> list[ox.Quad]:
        """The quads whose subject is the IRI itself."""
        return [quad for quad in self.about if iri_of(quad.subject) == self.iri]

    @property
    def shown(self) -> tuple[tuple[str, str], ...]:
        """The incoming links of this page."""
        return self.incoming[(self.page - 1) * PAGE_SIZE : self.page * PAGE_SIZE]

    @property
    def types(self) -> list[str]:
        """The classes of the thing."""
        return sorted({iri_of(quad.object) for quad in self.own if quad.predicate.value == _TYPE} - {""})

    @property
    def licences(self) -> list[str]:
        """The licences of the graphs that the description stands in; one whose rights are another's has none."""
        return sorted({iri_of(quad.object) for quad in self.records if quad.predicate.value == _LICENCE} - {""})

    @property
    def withdrawn(self) -> bool:
        """Whether the identifier was given up; terms of the ontology that are merely out of use are still there."""
        return _can_be_given_up(self.iri) and any(quad.predicate.value == _DEPRECATED for quad in self.own)


def document(store: Dataset, iri: str, page: int = 1) -> Document:
    """Collect the document about an IRI; `page` counts the incoming links from 1.

    Raises `NotFound` for an IRI that is not in the dataset, and for a page there is none of.
    """
    try:
        about, pointing = store.about([iri])[iri], store.pointing_to(iri)
    except ValueError:  # it is no IRI at all
        about, pointing = [], []
    if not about and not pointing and iri not in store.graphs:
        raise NotFound(f"nothing is known about {iri}")
    incoming = _incoming(store, iri, pointing)
    pages = max(1, -(-len(incoming) // PAGE_SIZE))
    if page > pages:
        raise NotFound(f"there is no page {page} of what points to {iri}", remedy=f"There are {pages}.")
    graphs = tuple(sorted({iri_of(quad.graph_name) for quad in about} - {""}))
    return Document(
        iri=iri,
        about=tuple(about),
        incoming=incoming,
        statements=tuple(dict.fromkeys(iri_of(node) for name, node in pointing if name == SUBJECT and iri_of(node))),
        graphs=graphs,
        records=tuple(_records(store, iri, graphs)),
        page=page,
        pages=pages,
    )


def quads(store: Dataset, found: Document) -> list[ox.Quad]:
    """Return the document as RDF.

    It holds the thing, this page of what points to it, the statement nodes about it, labels of all these, the graphs it
    stands in with their terms, and where the other pages are. The document about a named graph, or the ontology, holds
    that graph too, on its first page.
    """
    graph = ox.NamedNode(ONTOLOGY_GRAPH if found.iri == f"{BASE}ont" else found.iri)
    whole = store.quads(graph=graph) if graph.value in store.graphs and found.page == 1 else []
    # What stands in the graph itself is in `whole` already, and blank nodes would be other ones there.
    told = [quad for quad in found.about if not whole or quad.graph_name != graph]
    here = ox.NamedNode(found.iri)
    links = [ox.Quad(ox.NamedNode(subject), ox.NamedNode(name), here) for name, subject in found.shown if name]
    links += [ox.Quad(ox.NamedNode(one), ox.NamedNode(SUBJECT), here) for one in found.statements]
    named = {quad.object for quad in told} | {quad.subject for quad in links}
    labels = store.label_quads(node for node in named if isinstance(node, ox.NamedNode))
    return [*told, *labels, *links, *found.records, *_of_document(found), *whole]


def written(store: Dataset, found: Document, graph_format: Format) -> bytes:
    """Return the document in a format; see `write_merged`."""
    return write_merged(quads(store, found), graph_format, first=found.iri)


def write_merged(told: Collection[ox.Quad], graph_format: Format, *, first: str = "") -> bytes:
    """Return quads in a format, the same triples in every one.

    Formats that name graphs hold each triple in its graphs and, as the dataset does, in the default graph, which is all
    that a client who follows links looks at. Raises `NotAcceptable` when the format cannot express it.
    """
    merged = [ox.Quad(*quad.triple) for quad in told] if graph_format in QUAD_FORMATS else []
    return write([*told, *merged], graph_format, first=first)


def successor(store: Dataset, iri: str) -> str | None:
    """Return the one thing that a withdrawn identifier of ours was replaced by.

    There is none for one that is in use, and for one that several things replaced: each of these is a part of it only,
    so that what it meant is told in its own document.
    """
    if not _can_be_given_up(iri):
        return None
    said = describe(store, [iri], [_DEPRECATED, _REPLACED_BY])
    replacements = said.iris(iri, _REPLACED_BY)
    return replacements[0] if said.of(iri).get(_DEPRECATED) and len(replacements) == 1 else None


def _can_be_given_up(iri: str) -> bool:
    """Tell whether an identifier is ours, and no term of the ontology: these stay, deprecated or not."""
    return iri.startswith(BASE) and not iri.startswith(ONT)


def given_up(store: Dataset) -> set[str]:
    """Return the identifiers that are no longer in use."""
    deprecated = (iri_of(quad.subject) for quad in store.quads(predicates=nodes([_DEPRECATED])))
    return {iri for iri in deprecated if _can_be_given_up(iri)}


def _incoming(store: Dataset, iri: str, pointing: list[tuple[str, Node]]) -> tuple[tuple[str, str], ...]:
    """Return (property, thing) of what points to the IRI; what a graph describes has no property."""
    pairs = [(name, iri_of(subject)) for name, subject in pointing if not name.startswith(_NOT_TOLD)]
    if iri in store.graphs:
        pairs += [("", iri_of(subject)) for subject in store.subjects_in(iri)]
    told = ((name, subject) for name, subject in pairs if subject)
    return tuple(sorted(told, key=lambda pair: (pair[0] != _PART_OF, pair[0], natural(pair[1]))))


def _records(store: Dataset, iri: str, graphs: tuple[str, ...]) -> Iterator[ox.Quad]:
    """Yield what the dataset says of the document itself and its changes, of its graphs and of its own release."""
    document = document_iri(iri)
    subjects = [ox.NamedNode(one) for one in (*graphs, DATASET, *([document] if document else []))]
    wanted = {document: (_MODIFIED, f"{_DCTERMS}created", INFLUENCED_BY), DATASET: (_ISSUED,)}
    asked = (_LICENCE, _RIGHTS, _MODIFIED, f"{_DCTERMS}created", INFLUENCED_BY, _ISSUED)
    told = [
        quad
        for quad in store.statements(subjects, [ox.NamedNode(one) for one in asked])
        if quad.predicate.value in wanted.get(iri_of(quad.subject), (_LICENCE, _RIGHTS))
    ]
    yield from told
    if changed := [iri_of(quad.object) for quad in told if quad.predicate.value == INFLUENCED_BY]:
        yield from changes.record(store, filter(None, changed))


def _of_document(found: Document) -> Iterator[ox.Quad]:
    """Describe the document; what is its own document, a code or a graph, has one for a part of it."""
    address = document_iri(found.iri)
    if address is None:
        return
    graph = ox.NamedNode(DESCRIPTION_GRAPH)
    node = ox.NamedNode(f"{address}#document" if address == found.iri else address)

    def say(predicate: str, value: ox.NamedNode | ox.Literal, of: ox.NamedNode = node) -> ox.Quad:
        return ox.Quad(of, ox.NamedNode(predicate), value, graph)

    yield say(_TYPE, ox.NamedNode(f"{_FOAF}Document"))
    yield say(f"{_FOAF}primaryTopic", ox.NamedNode(found.iri))
    yield say(_PART_OF, ox.NamedNode(DATASET))
    for name in found.graphs:
        yield say(f"{_VOID}inDataset", ox.NamedNode(name))
    for licence in found.licences:
        yield say(_LICENCE, ox.NamedNode(licence))
    if found.pages == 1:
        return
    view = ox.NamedNode(f"{address}?page={found.page}")
    yield say(f"{_HYDRA}view", view)
    yield say(_TYPE, ox.NamedNode(f"{_HYDRA}PartialCollectionView"), view)
    for name, number in {"first": 1, "previous": found.page - 1, "next": found.page + 1, "last": found.pages}.items():
        if 1 <= number <= found.pages:
            yield say(f"{_HYDRA}{name}", ox.NamedNode(f"{address}?page={number}"), view)
    yield say(f"{_HYDRA}totalItems", ox.Literal(str(len(found.incoming)), datatype=ox.NamedNode(f"{_XSD}integer")))
