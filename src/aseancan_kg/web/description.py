"""The SPARQL 1.1 Service Description: what can be asked here, of what, and in which formats it is answered."""

import pyoxigraph as ox

from aseancan_kg.mediatypes import GRAPH_FORMATS, RESULT_FORMATS
from aseancan_kg.namespaces import BASE, PREFIXES
from aseancan_kg.store.dataset import Dataset

_SD, _VOID, _TYPE = PREFIXES["sd"], PREFIXES["void"], f"{PREFIXES['rdf']}type"


def describe(store: Dataset) -> list[ox.Quad]:
    """Describe the endpoint: only features it has, every named graph with the number of its triples.

    It has its one identifier on whatever host it is asked.
    """
    service, dataset, default = ox.NamedNode(f"{BASE}sparql"), ox.BlankNode("dataset"), ox.BlankNode("default")
    described: list[ox.Quad] = []

    def say(
        subject: ox.NamedNode | ox.BlankNode, predicate: str, value: ox.NamedNode | ox.BlankNode | ox.Literal
    ) -> None:
        described.append(ox.Quad(subject, ox.NamedNode(predicate), value))

    say(service, _TYPE, ox.NamedNode(f"{_SD}Service"))
    say(service, f"{_SD}endpoint", service)
    say(service, f"{_SD}supportedLanguage", ox.NamedNode(f"{_SD}SPARQL11Query"))
    if store.union_default_graph:
        say(service, f"{_SD}feature", ox.NamedNode(f"{_SD}UnionDefaultGraph"))
    for name in _format_iris():
        say(service, f"{_SD}resultFormat", ox.NamedNode(name))
    say(service, f"{_SD}defaultDataset", dataset)
    say(dataset, _TYPE, ox.NamedNode(f"{_SD}Dataset"))
    say(dataset, f"{_SD}defaultGraph", default)
    say(default, _TYPE, ox.NamedNode(f"{_SD}Graph"))
    say(default, f"{_VOID}triples", ox.Literal(store.default_graph_size))
    for number, (name, triples) in enumerate(store.graphs.items()):
        entry, content = ox.BlankNode(f"named{number}"), ox.BlankNode(f"graph{number}")
        say(dataset, f"{_SD}namedGraph", entry)
        say(entry, _TYPE, ox.NamedNode(f"{_SD}NamedGraph"))
        say(entry, f"{_SD}name", ox.NamedNode(name))
        say(entry, f"{_SD}graph", content)
        say(content, _TYPE, ox.NamedNode(f"{_SD}Graph"))
        say(content, f"{_VOID}triples", ox.Literal(triples))
    return described


def _format_iris() -> list[str]:
    """Return the names that W3C's registry of file formats gives to the formats of our answers."""
    results = [ox.QueryResultsFormat.from_media_type(one.media_type) for one in RESULT_FORMATS]
    graphs = [ox.RdfFormat.from_media_type(one.media_type) for one in GRAPH_FORMATS]
    return [one.iri for one in (*results, *graphs) if one]
