"""The documentation of the ontology as one HTML page, with pictures and with examples from the real graph."""

from collections.abc import Iterator
from dataclasses import dataclass

from rdflib import OWL, RDF, RDFS, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, SKOS
from rdflib.term import Node

from aseancan_kg import namespaces
from aseancan_kg.ontology import picture
from aseancan_kg.ontology.checks import own_terms
from aseancan_kg.templates import render

_KINDS = {OWL.Class: "Classes", OWL.ObjectProperty: "Object properties", OWL.DatatypeProperty: "Datatype properties"}
EXAMPLES = 2
"""Examples from the graph that a term gets, where there are as many."""


@dataclass(frozen=True, slots=True)
class Link:
    """A term or thing with the words for it; ours stand on the page itself, others at their IRI."""

    iri: str
    words: str

    @property
    def href(self) -> str:
        """Where the link leads."""
        return f"#{self.iri.removeprefix(namespaces.ONT)}" if self.iri.startswith(namespaces.ONT) else self.iri


@dataclass(frozen=True, slots=True)
class Term:
    """What the page says of one class or property."""

    iri: str
    name: str
    kind: str
    label: str
    definition: str
    source_note: str
    example: str
    facts: tuple[tuple[str, tuple[Link, ...]], ...]
    real: tuple[tuple[Link, ...], ...]
    uses: int
    picture: str | None


def as_html(ontology: Graph, data: Graph) -> str:
    """Document `ontology`; counts and examples are those of `data`, which holds it too."""
    [header] = ontology.subjects(RDF.type, OWL.Ontology)
    terms = sorted((_term(term, ontology, data) for term in own_terms(ontology)), key=lambda term: term.label.lower())
    return render(
        "ontology.html",
        title=words(ontology, header, DCTERMS.title),
        description=words(ontology, header, DCTERMS.description),
        version=words(ontology, header, OWL.versionInfo),
        modified=words(ontology, header, DCTERMS.modified),
        citation=words(ontology, header, DCTERMS.bibliographicCitation),
        licence=words(ontology, header, DCTERMS.license),
        changes=sorted((str(note) for note in ontology.objects(header, SKOS.changeNote)), reverse=True),
        overview=picture.overview(data),
        groups={kind: [term for term in terms if term.kind == kind] for kind in _KINDS.values()},
        prefixes=namespaces.PREFIXES,
    )


def _term(term: URIRef, ontology: Graph, data: Graph) -> Term:
    kind = next(kind for owl_kind, kind in _KINDS.items() if (term, RDF.type, owl_kind) in ontology)
    is_class = (term, RDF.type, OWL.Class) in ontology
    real = list(_instances(term, data) if is_class else _uses(term, data))
    return Term(
        iri=str(term),
        name=str(term).removeprefix(namespaces.ONT),
        kind=kind,
        label=words(ontology, term, RDFS.label),
        definition=words(ontology, term, SKOS.definition),
        source_note=words(ontology, term, SKOS.editorialNote),
        example=words(ontology, term, SKOS.example),
        facts=tuple(_facts(term, ontology)),
        real=tuple(real[:: max(1, len(real) // EXAMPLES)][:EXAMPLES]),
        uses=len(real),
        picture=picture.of_class(term, ontology) if is_class else None,
    )


def _facts(term: URIRef, ontology: Graph) -> Iterator[tuple[str, tuple[Link, ...]]]:
    for heading, values in (
        ("Narrower than", ontology.objects(term, RDFS.subClassOf)),
        ("Narrower than", ontology.objects(term, RDFS.subPropertyOf)),
        ("Broader than", ontology.subjects(RDFS.subClassOf, term)),
        ("Broader than", ontology.subjects(RDFS.subPropertyOf, term)),
        ("Of", ontology.objects(term, RDFS.domain)),
        ("Leads to", ontology.objects(term, RDFS.range)),
        ("Near", ontology.objects(term, RDFS.seeAlso)),
    ):
        found = sorted(str(value) for value in values if isinstance(value, URIRef))
        if found:
            yield heading, tuple(Link(iri, namespaces.shorten(iri)) for iri in found)


def _instances(term: URIRef, data: Graph) -> Iterator[tuple[Link, ...]]:
    for node in sorted(data.subjects(RDF.type, term), key=str):
        yield (_link(data, node),)


def _uses(term: URIRef, data: Graph) -> Iterator[tuple[Link, ...]]:
    for subject, value in sorted(data.subject_objects(term), key=lambda pair: tuple(map(str, pair))):
        yield _link(data, subject), _link(data, value)


def _link(data: Graph, node: Node) -> Link:
    if isinstance(node, Literal):
        return Link("", f"“{node}”")
    labels = (label for label in data.objects(node, SKOS.prefLabel) if isinstance(label, Literal))
    label = next((str(label) for label in labels if label.language == "en"), None)
    return Link(str(node), label or namespaces.shorten(str(node)))


def words(graph: Graph, subject: Node, predicate: URIRef) -> str:
    """Return the one text that a property gives a thing, "" when it gives none."""
    return str(graph.value(subject, predicate) or "")
