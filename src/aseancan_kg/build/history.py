"""What has changed from release to release: dates of documents, the list of releases, change sets.

Releases are compared as the sorted lines of their N-Quads. The graphs that tell of the dataset itself, and of former
identifiers, are not compared.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise

from rdflib import Literal, URIRef
from rdflib.namespace import DCAT, DCTERMS, RDF, SKOS, XSD

from aseancan_kg import namespaces
from aseancan_kg.archive import Release
from aseancan_kg.build.description import DATASET
from aseancan_kg.build.triples import Triple

_NOT_COMPARED = frozenset(
    f"<{name}>" for name in (namespaces.DESCRIPTION_GRAPH, namespaces.HISTORY_GRAPH, namespaces.graph("identifiers"))
)
_MADE_ANEW = tuple(namespaces.ID + kind + "/" for kind in ("assertion", "coding", "mention", "state-of-instrument"))
"""Nodes that are made of a table's rows or a text each time and named by their places in it; they may come and go."""
_DCAT = namespaces.PREFIXES["dcat"]  # rdflib lists the terms of version 2

Descriptions = Mapping[str, str]
"""Identifier → digest of what is said of it."""


def descriptions(lines: Iterable[str]) -> Descriptions:
    """Return every identifier that a dataset publishes, with a digest of its description.

    Published are things, codes and their lists, terms of the ontology and named graphs; not the nodes of statements,
    mentions and codings, nor parts (`#…`). A description is what the identifier, its parts and the blank nodes they
    lead to are the subjects of; blank nodes are told apart by what is said of them, and must not lead in circles. That
    of a graph is left empty: its documents have dates of their own.
    """
    said: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    graphs = set()
    for line in lines:
        subject, predicate, rest = line.split(" ", 2)
        object_, graph, _ = rest.rsplit(" ", 2)
        if graph not in _NOT_COMPARED:
            said[subject].add((predicate, object_))
            graphs.add(graph[1:-1])

    @cache
    def written(node: str) -> str:
        return _digest(_facts(node)) if node.startswith("_:") else node

    def _facts(subject: str) -> list[str]:
        return sorted(f"{predicate} {written(object_)}" for predicate, object_ in said[subject])

    told: defaultdict[str, list[str]] = defaultdict(list)
    for subject in sorted(said):
        if iri := _published(subject[1:-1]):
            told[iri] += [f"{subject} {fact}" for fact in _facts(subject)]
    return {iri: _digest(facts) for iri, facts in told.items()} | dict.fromkeys(graphs, "")


def last_releases(past: Sequence[tuple[Release, Descriptions]]) -> dict[str, str]:
    """Return each identifier of the past releases, the oldest first, with the version of the last that had it."""
    return {iri: release.version for release, described in past for iri in described}


def triples(steps: Sequence[tuple[Release, Descriptions]]) -> Iterator[Triple]:
    """Triples of the releases, the oldest first and the one that is being built last, and of its documents' dates."""
    current, described = steps[-1]
    for iri, digest in described.items():
        if digest:
            yield from _dates(iri, steps)
    for release, _ in steps:
        yield from _release(release)
    for earlier, later in pairwise(release for release, _ in steps):
        yield address(later), URIRef(_DCAT + "previousVersion"), address(earlier)
    yield DATASET, URIRef(_DCAT + "hasCurrentVersion"), address(current)


def address(release: Release) -> URIRef:
    """IRI of a release: it is named by the hash of its content, which nothing else has."""
    return URIRef(f"{namespaces.BASE}r/{release.dataset}")


def patch(earlier: Release, before: Iterable[str], later: Release, after: Iterable[str]) -> str:
    """Return what turns the quads of one release into those of a later one, as an RDF Patch.

    Blank nodes go by the labels they have in the two files, so that the patch is exact for the files.
    """
    old, new = frozenset(before), frozenset(after)
    return "".join(
        (
            f"H id <{address(later)}> .\n",
            f"H prev <{address(earlier)}> .\n",
            "TX .\n",
            *(f"D {line}" for line in sorted(old - new)),
            *(f"A {line}" for line in sorted(new - old)),
            "TC .\n",
        )
    )


def _dates(iri: str, steps: Sequence[tuple[Release, Descriptions]]) -> Iterator[Triple]:
    """Write when a document first appeared and when it last changed, by the days of the releases."""
    digests = [described.get(iri) for _, described in steps]
    created = next(place for place, digest in enumerate(digests) if digest)
    modified = max(place for place, digest in enumerate(digests) if place == 0 or digest != digests[place - 1])
    node = URIRef(_document(iri))
    for predicate, place in ((DCTERMS.created, created), (DCTERMS.modified, modified)):
        yield node, predicate, Literal(steps[place][0].issued, datatype=XSD.date)


def _release(release: Release) -> Iterator[Triple]:
    node, words = address(release), Literal(f"Release {release.version}", lang="en")
    yield DATASET, URIRef(_DCAT + "hasVersion"), node
    yield node, RDF.type, DCAT.Dataset
    yield node, SKOS.prefLabel, words
    yield node, DCTERMS.title, words
    yield node, URIRef(_DCAT + "version"), Literal(release.version)
    yield node, DCTERMS.identifier, Literal(release.dataset)
    yield node, DCTERMS.issued, Literal(release.issued, datatype=XSD.date)


def _published(subject: str) -> str | None:
    """Return the identifier that a subject is, or is a part of; None where it is none that is published."""
    if subject.startswith(namespaces.ONT):
        return subject
    whole = subject.partition("#")[0]
    if whole.startswith((namespaces.ID, namespaces.SCHEME)) and not whole.startswith(_MADE_ANEW):
        return whole
    return None


def _document(iri: str) -> str:
    """IRI of the document about a thing or a term; a code is described at its own."""
    if iri.startswith(namespaces.ID):
        return namespaces.DOC + iri.removeprefix(namespaces.ID)
    if iri.startswith(namespaces.ONT):
        return f"{namespaces.DOC}ont/{iri.removeprefix(namespaces.ONT)}"
    return iri


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode("utf-8")).hexdigest()
