"""The dataset's description of itself, computed from the data: VoID, DCAT and the list of named graphs."""

import re
from collections import Counter
from collections.abc import Iterator

from rdflib import Dataset, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DC, DCAT, DCTERMS, FOAF, RDF, SKOS, VANN, VOID, XSD
from rdflib.term import Node

from aseancan_kg import namespaces
from aseancan_kg.build.triples import SCHEMA, Triple
from aseancan_kg.settings import ISSUED, VERSION

LICENCE = URIRef("https://creativecommons.org/licenses/by/4.0/")
DATASET = URIRef(namespaces.BASE + "dataset")
PROJECT = URIRef(namespaces.ID + "project")

_DCAT_VERSION = URIRef(namespaces.PREFIXES["dcat"] + "version")  # of DCAT 3; rdflib lists version 2
_SD = Namespace(namespaces.PREFIXES["sd"])
_TITLE = "ASEAN-Canada commitments knowledge graph"
_DESCRIPTION = (
    "The actions of the ASEAN-Canada Plan of Action 2021-2025 with the instruments, bodies, mechanisms, programmes, "
    "meetings and persons they concern, every fact with its sources."
)


def describe(dataset: Dataset, version: str) -> Iterator[Triple]:
    """Describe `dataset`, whose content hash is `version`. Its default graph is the union of its named graphs."""
    union = {(subject, predicate, object_) for subject, predicate, object_, _ in dataset.quads()}
    yield from _dataset(union, version)
    yield from _partitions(union)
    yield from _links(union)
    for graph in dataset.graphs():
        if len(graph):
            yield from _graph(URIRef(str(graph.identifier)), graph)
    description = URIRef(namespaces.DESCRIPTION_GRAPH)
    yield DATASET, VOID.subset, description
    yield description, RDF.type, _SD.Graph
    yield description, SKOS.prefLabel, Literal("Named graph: description", lang="en")


def _dataset(union: set[Triple], version: str) -> Iterator[Triple]:
    for kind in (VOID.Dataset, DCAT.Dataset):
        yield DATASET, RDF.type, kind
    for predicate, words in (
        (SKOS.prefLabel, _TITLE),
        (DCTERMS.title, _TITLE),
        (DCTERMS.description, _DESCRIPTION),
    ):
        yield DATASET, predicate, Literal(words, lang="en")
    yield DATASET, DCTERMS.license, LICENCE
    yield DATASET, DCTERMS.publisher, PROJECT
    yield DATASET, DCTERMS.creator, PROJECT
    yield PROJECT, RDF.type, FOAF.Organization
    yield DATASET, DCTERMS.issued, Literal(ISSUED, datatype=XSD.date)
    yield DATASET, _DCAT_VERSION, Literal(VERSION)
    yield DATASET, DCTERMS.identifier, Literal(version)
    yield DATASET, VANN.preferredNamespacePrefix, Literal("ac")
    yield DATASET, VOID.uriSpace, Literal(namespaces.BASE)
    yield DATASET, VOID.sparqlEndpoint, URIRef(namespaces.BASE + "sparql")
    yield DATASET, VOID.exampleResource, URIRef(namespaces.thing("instrument", "actip-2015"))
    for prefix in ("ac", "dcterms", "foaf", "org", "prov", "rdf", "rdfs", "skos", "time"):
        yield DATASET, VOID.vocabulary, URIRef(namespaces.PREFIXES[prefix])
    counts = {
        VOID.triples: len(union),
        VOID.distinctSubjects: len({subject for subject, _, _ in union}),
        VOID.distinctObjects: len({object_ for _, _, object_ in union}),
        VOID.properties: len({predicate for _, predicate, _ in union}),
        VOID.classes: len({object_ for _, predicate, object_ in union if predicate == RDF.type}),
        VOID.entities: len({subject for subject, _, _ in union if str(subject).startswith(namespaces.ID)}),
    }
    for predicate, number in counts.items():
        yield DATASET, predicate, _number(number)


def _partitions(union: set[Triple]) -> Iterator[Triple]:
    classes = Counter(object_ for _, predicate, object_ in union if predicate == RDF.type)
    properties = Counter(predicate for _, predicate, _ in union)
    for term, number in classes.items():
        node = _partition("class", term)
        yield DATASET, VOID.classPartition, node
        yield node, VOID["class"], term
        yield node, VOID.entities, _number(number)
    for term, number in properties.items():
        node = _partition("property", term)
        yield DATASET, VOID.propertyPartition, node
        yield node, VOID.property, term
        yield node, VOID.triples, _number(number)


def _links(union: set[Triple]) -> Iterator[Triple]:
    linkset = DATASET + "#links-wikidata"
    yield linkset, RDF.type, VOID.Linkset
    yield linkset, VOID.subjectsTarget, DATASET
    yield linkset, VOID.linkPredicate, SCHEMA.sameAs
    yield linkset, VOID.triples, _number(sum(predicate == SCHEMA.sameAs for _, predicate, _ in union))


def _graph(node: URIRef, graph: Graph) -> Iterator[Triple]:
    """Describe a named graph: ours is licensed, one that holds an edition has the rights of the edition."""
    name = node.removeprefix(namespaces.GRAPH)
    yield DATASET, VOID.subset, node
    yield node, RDF.type, VOID.Dataset
    yield node, RDF.type, _SD.Graph
    yield node, SKOS.prefLabel, Literal(f"Named graph: {name}", lang="en")
    yield node, VOID.triples, _number(len(graph))
    rights = graph.value(URIRef(namespaces.thing("source", name)), DC.rights)
    yield (node, DC.rights, rights) if rights else (node, DCTERMS.license, LICENCE)


def _partition(kind: str, term: Node) -> URIRef:
    """IRI of a partition: `…/dataset#class-ac-Instrument`."""
    return DATASET + "#" + re.sub(r"[^A-Za-z0-9]+", "-", f"{kind}-{namespaces.shorten(str(term))}")


def _number(number: int) -> Literal:
    return Literal(number, datatype=XSD.integer)
