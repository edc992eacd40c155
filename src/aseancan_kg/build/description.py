"""The dataset's description of itself, computed from the data: VoID, DCAT and the list of named graphs."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from rdflib import Dataset, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DC, DCAT, DCTERMS, RDF, SKOS, VANN, VOID, XSD
from rdflib.term import Node

from aseancan_kg import namespaces
from aseancan_kg.archive import Release
from aseancan_kg.build.quality import LINK_PREDICATES, METRICS, Measure
from aseancan_kg.build.triples import AC, Triple

LICENCE = URIRef("https://creativecommons.org/licenses/by/4.0/")
DATASET = URIRef(namespaces.BASE + "dataset")
PROJECT = URIRef(namespaces.ID + "project")

_QUOTING = frozenset({AC.text, AC.words, AC.quotation, URIRef(namespaces.PREFIXES["oa"] + "exact")})
_QUOTED_RIGHTS = Literal("The words quoted from editions are not ours; see what is said of each edition.", lang="en")
_MIXED_RIGHTS = Literal(
    "The licence is of what is ours: not of the words quoted from editions, nor of the graphs that state rights only.",
    lang="en",
)
_COUNTED = Literal("The counts are of all graphs but graph/description, which tells of the others.", lang="en")
_DQV = Namespace(namespaces.PREFIXES["dqv"])
_SD = Namespace(namespaces.PREFIXES["sd"])
_DCAT = namespaces.PREFIXES["dcat"]  # rdflib lists the terms of version 2
_KEYWORDS = ("ASEAN", "Canada", "international relations", "policy commitments", "plan of action", "linked data")
_THEMES = tuple(
    URIRef(f"http://publications.europa.eu/resource/authority/data-theme/{code}") for code in ("INTR", "GOVE")
)
"""International issues; government and public sector: codes of the EU's list of data themes, as DCAT-AP asks for."""
_ENGLISH = URIRef("http://publications.europa.eu/resource/authority/language/ENG")
SPARQL = URIRef(namespaces.BASE + "sparql")

_TITLE = "ASEAN-Canada commitments knowledge graph"
_DESCRIPTION = (
    "The actions of the ASEAN-Canada Plan of Action 2021-2025, cut into commitments that are coded by verb, direction, "
    "firmness, precision, topic and Goal, with every instrument, body, mechanism, programme and meeting they name, and "
    "what was said of them afterwards; every fact with its sources. Notes are the project's own."
)


def describe(dataset: Dataset, release: Release, measures: Sequence[Measure]) -> set[Triple]:
    """Describe `dataset` as the release that it is, and how good it is. Its default graph is the union."""
    union = {(subject, predicate, object_) for subject, predicate, object_, _ in dataset.quads()}
    description = URIRef(namespaces.DESCRIPTION_GRAPH)
    told = {
        *_dataset(union, release),
        *_coverage(union),
        *_service(),
        *_partitions(union),
        *_links(union),
        *_quality(measures),
        *_named(description),
        (description, DCTERMS.license, LICENCE),
    }
    for graph in dataset.graphs():
        if len(graph):
            told |= {*_graph(URIRef(str(graph.identifier)), graph)}
    return told | {(description, VOID.triples, _number(len(told) + 1))}


def _dataset(union: set[Triple], release: Release) -> Iterator[Triple]:
    for kind in (VOID.Dataset, DCAT.Dataset, _SD.Dataset):
        yield DATASET, RDF.type, kind
    for predicate, words in (
        (SKOS.prefLabel, _TITLE),
        (DCTERMS.title, _TITLE),
        (DCTERMS.description, _DESCRIPTION),
    ):
        yield DATASET, predicate, Literal(words, lang="en")
    yield DATASET, SKOS.note, _COUNTED
    yield DATASET, DCTERMS.license, LICENCE
    yield DATASET, DC.rights, _MIXED_RIGHTS
    yield DATASET, DCTERMS.publisher, PROJECT
    yield DATASET, DCTERMS.creator, PROJECT  # which the ontology describes
    for predicate in (DCTERMS.issued, DCTERMS.modified):  # each release is a new dataset
        yield DATASET, predicate, Literal(release.issued, datatype=XSD.date)
    for keyword in _KEYWORDS:
        yield DATASET, DCAT.keyword, Literal(keyword, lang="en")
    for theme in _THEMES:
        yield DATASET, DCAT.theme, theme
    yield DATASET, DCTERMS.language, _ENGLISH
    yield DATASET, DCAT.landingPage, DATASET
    yield DATASET, URIRef(_DCAT + "version"), Literal(release.version)
    yield DATASET, DCTERMS.identifier, Literal(release.dataset)
    yield DATASET, VANN.preferredNamespacePrefix, Literal("ac")
    yield DATASET, VOID.uriSpace, Literal(namespaces.BASE)
    yield DATASET, VOID.sparqlEndpoint, SPARQL
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


def _coverage(union: set[Triple]) -> Iterator[Triple]:
    """Say of which states and of which time the dataset is: those it describes, and that of the plans it holds."""
    # Looking a term up in its namespace takes longer than comparing it, a hundred thousand times.
    kind_of, state, plan, start, end = RDF.type, AC.State, AC.Plan, AC.periodStartsEarliest, AC.periodEndsLatest
    yield from ((DATASET, DCTERMS.spatial, node) for node, name, kind in union if name == kind_of and kind == state)
    plans = {node for node, name, kind in union if name == kind_of and kind == plan}
    starts = [str(day) for node, name, day in union if name == start and node in plans]
    ends = [str(day) for node, name, day in union if name == end and node in plans]
    if starts and ends:
        period = DATASET + "#period"
        yield DATASET, DCTERMS.temporal, period
        yield period, RDF.type, DCTERMS.PeriodOfTime
        yield period, DCAT.startDate, Literal(min(starts), datatype=XSD.date)
        yield period, DCAT.endDate, Literal(max(ends), datatype=XSD.date)


def _service() -> Iterator[Triple]:
    title = Literal("SPARQL endpoint of the ASEAN-Canada commitments knowledge graph", lang="en")
    yield SPARQL, RDF.type, DCAT.DataService
    yield SPARQL, SKOS.prefLabel, title
    yield SPARQL, DCTERMS.title, title
    yield SPARQL, DCTERMS.license, LICENCE
    yield SPARQL, DCTERMS.publisher, PROJECT
    yield SPARQL, DCAT.endpointURL, SPARQL
    yield SPARQL, DCAT.endpointDescription, SPARQL  # with no query it answers with its service description
    yield SPARQL, DCAT.servesDataset, DATASET


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
    """Describe the links to each site by each property as a linkset, and the site as the dataset they lead to."""
    linked = Counter(
        (predicate, "{0.scheme}://{0.netloc}/".format(urlsplit(str(target))))
        for _, predicate, target in union
        if predicate in LINK_PREDICATES
    )
    for (predicate, space), number in linked.items():
        name = urlsplit(space).netloc
        linkset, site = _part(f"links-{namespaces.shorten(str(predicate))}-{name}"), _part(f"site-{name}")
        yield DATASET, VOID.subset, linkset
        yield linkset, RDF.type, VOID.Linkset
        yield linkset, SKOS.prefLabel, Literal(f"Links to {name}", lang="en")
        yield linkset, VOID.subjectsTarget, DATASET
        yield linkset, VOID.objectsTarget, site
        yield linkset, VOID.linkPredicate, predicate
        yield linkset, VOID.triples, _number(number)
        yield site, RDF.type, VOID.Dataset
        yield site, SKOS.prefLabel, Literal(name, lang="en")
        yield site, VOID.uriSpace, Literal(space)


def _quality(measures: Sequence[Measure]) -> Iterator[Triple]:
    """Publish every figure as a measurement of the Data Quality Vocabulary."""
    for code, (dimension, words) in METRICS.items():
        metric, group = DATASET + f"#metric-{code}", DATASET + f"#dimension-{dimension}"
        yield metric, RDF.type, _DQV.Metric
        yield metric, SKOS.prefLabel, Literal(code.replace("-", " ").capitalize(), lang="en")
        yield metric, SKOS.definition, Literal(words, lang="en")
        yield metric, _DQV.inDimension, group
        yield group, RDF.type, _DQV.Dimension
        yield group, SKOS.prefLabel, Literal(dimension.capitalize(), lang="en")
    for measure in measures:
        name = re.sub(r"[^A-Za-z0-9]+", "-", f"{measure.metric}-{measure.of}").strip("-")
        node = DATASET + f"#measurement-{name}"
        label = measure.metric.replace("-", " ").capitalize() + (f": {measure.of}" if measure.of else "")
        yield node, RDF.type, _DQV.QualityMeasurement
        yield node, SKOS.prefLabel, Literal(label, lang="en")
        yield node, _DQV.isMeasurementOf, DATASET + f"#metric-{measure.metric}"
        yield node, _DQV.computedOn, DATASET
        yield node, _DQV.value, Literal(measure.value)


def _graph(node: URIRef, graph: Graph) -> Iterator[Triple]:
    """Describe a named graph: ours is licensed, one that holds an edition has the rights of the edition."""
    yield from _named(node)
    yield node, VOID.triples, _number(len(graph))
    rights = graph.value(URIRef(namespaces.thing("source", node.removeprefix(namespaces.GRAPH))), DC.rights)
    yield (node, DC.rights, rights) if rights else (node, DCTERMS.license, LICENCE)
    if not rights and any(predicate in _QUOTING for predicate in graph.predicates(unique=True)):
        yield node, DC.rights, _QUOTED_RIGHTS


def _named(node: URIRef) -> Iterator[Triple]:
    yield DATASET, VOID.subset, node
    yield node, RDF.type, VOID.Dataset
    yield node, RDF.type, _SD.Graph
    yield node, SKOS.prefLabel, Literal(f"Named graph: {node.removeprefix(namespaces.GRAPH)}", lang="en")


def _partition(kind: str, term: Node) -> URIRef:
    """IRI of a partition: `…/dataset#class-ac-Instrument`."""
    return _part(f"{kind}-{namespaces.shorten(str(term))}")


def _part(name: str) -> URIRef:
    return DATASET + "#" + re.sub(r"[^A-Za-z0-9]+", "-", name)


def _number(number: int) -> Literal:
    return Literal(number, datatype=XSD.integer)
