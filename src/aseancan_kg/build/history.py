"""The releases of the dataset, and when each of its documents came and last changed, as RDF."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from rdflib import Literal, URIRef
from rdflib.namespace import DCAT, DCTERMS, PROV, RDF, SKOS, XSD

from aseancan_kg import namespaces
from aseancan_kg.archive import Release
from aseancan_kg.build.changes import Snapshot, address
from aseancan_kg.build.description import DATASET
from aseancan_kg.build.triples import Triple
from aseancan_kg.edits import Mark

_DCAT = namespaces.PREFIXES["dcat"]  # rdflib lists the terms of version 2
_NOTHING = Mark()


def triples(snapshots: Sequence[Snapshot], contained: Mark = _NOTHING) -> Iterator[Triple]:
    """Triples of the releases, the oldest first and the one that is being built last, and of its documents' dates.

    `contained` is what the last one contains of the journal: the entry of a change that is its latest.
    """
    current = snapshots[-1]
    for iri, digest in current.described.items():
        if digest:
            yield from _dates(iri, snapshots)
    for snapshot in snapshots:
        yield from _release(snapshot.release)
    for earlier, later in pairwise(snapshots):
        yield _node(later.release), URIRef(_DCAT + "previousVersion"), _node(earlier.release)
    yield DATASET, URIRef(_DCAT + "hasCurrentVersion"), _node(current.release)
    if contained.sequence:
        latest = URIRef(namespaces.change(contained.sequence))
        yield DATASET, PROV.wasGeneratedBy, latest
        yield latest, DCTERMS.identifier, Literal(contained.digest)


def _dates(iri: str, snapshots: Sequence[Snapshot]) -> Iterator[Triple]:
    """Write when a document first appeared and when it last changed, by the days of the releases."""
    digests = [snapshot.described.get(iri) for snapshot in snapshots]
    created = next(place for place, digest in enumerate(digests) if digest)
    modified = max(place for place, digest in enumerate(digests) if place == 0 or digest != digests[place - 1])
    node = URIRef(namespaces.document_iri(iri) or iri)
    for predicate, place in ((DCTERMS.created, created), (DCTERMS.modified, modified)):
        yield node, predicate, Literal(snapshots[place].release.issued, datatype=XSD.date)


def _release(release: Release) -> Iterator[Triple]:
    node, words = _node(release), Literal(f"Release {release.version}", lang="en")
    yield DATASET, URIRef(_DCAT + "hasVersion"), node
    yield node, RDF.type, DCAT.Dataset
    yield node, SKOS.prefLabel, words
    yield node, DCTERMS.title, words
    yield node, URIRef(_DCAT + "version"), Literal(release.version)
    yield node, DCTERMS.identifier, Literal(release.dataset)
    yield node, DCTERMS.issued, Literal(release.issued, datatype=XSD.date)


def _node(release: Release) -> URIRef:
    return URIRef(address(release))
