"""The files of a dataset as DCAT distributions, with what can only be known when they are written."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from aseancan_kg.catalogue.documents import DATASET
from aseancan_kg.catalogue.labels import iri_of
from aseancan_kg.namespaces import DESCRIPTION_GRAPH, PREFIXES, graph
from aseancan_kg.store.dataset import Dataset

_DC, _DCAT, _DCTERMS, _RDF, _RDFS, _SPDX, _VOID, _XSD = (
    PREFIXES[prefix] for prefix in ("dc", "dcat", "dcterms", "rdf", "rdfs", "spdx", "void", "xsd")
)
_LICENCE, _RIGHTS = ox.NamedNode(f"{_DCTERMS}license"), ox.NamedNode(f"{_DC}rights")
_MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
_TITLES: Mapping[str, str] = {
    ".nq": "The whole dataset",
    ".nq.gz": "The whole dataset, compressed",
    ".nq.xz": "The whole dataset, compressed",
    ".ttl": "One graph",
}
"""Suffix → what such a file holds; files of other kinds explain the dataset and are no distributions of it."""


@dataclass(frozen=True, slots=True)
class File:
    """A file at `url`, `size` bytes long."""

    name: str
    url: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms something may be used: by a licence, by the `rights` of others, or both where a part is theirs."""

    licence: str | None = None
    rights: ox.Literal | None = None


@dataclass(frozen=True, slots=True)
class Distribution:
    """A file that the dataset `of` can be had as, or one of its graphs."""

    of: str
    file: File
    title: str
    media_type: str
    terms: Terms


def distributions(store: Dataset, files: Iterable[File], of: str = DATASET) -> list[Distribution]:
    """Return the distributions among files, each on the terms that are stated of the dataset or graph that it holds."""
    terms = _terms(store)
    found = []
    for file in files:
        suffix = next((each for each in sorted(_TITLES, key=len, reverse=True) if file.name.endswith(each)), None)
        if suffix == ".ttl":
            name = file.name.removesuffix(suffix).rpartition("/")[2]
            held = terms.get(graph(name), Terms())
            found.append(Distribution(of, file, f"{_TITLES[suffix]}: {name}", "text/turtle", held))
        elif suffix:
            found.append(Distribution(of, file, _TITLES[suffix], "application/n-quads", terms[DATASET]))
    return found


def quads(found: Sequence[Distribution]) -> Iterator[ox.Quad]:
    """Describe distributions by DCAT-AP 3, with checksums by SPDX."""
    for one in found:
        name = one.file.name
        node = ox.NamedNode(f"{one.of}#file-{name.replace('/', '-')}")
        of, checksum = ox.NamedNode(one.of), ox.NamedNode(f"{node.value}-sha256")
        yield _say(of, f"{_DCAT}distribution", node)
        if one.of == DATASET and name.endswith(".gz"):
            yield _say(of, f"{_VOID}dataDump", ox.NamedNode(one.file.url))
        yield _say(node, f"{_RDF}type", ox.NamedNode(f"{_DCAT}Distribution"))
        yield _say(node, f"{_DCTERMS}title", ox.Literal(one.title, language="en"))
        yield from _of_terms(node, one.terms)
        yield _say(node, f"{_DCAT}accessURL", of)
        yield _say(node, f"{_DCAT}downloadURL", ox.NamedNode(one.file.url))
        yield _say(node, f"{_DCAT}mediaType", ox.NamedNode(_MEDIA_TYPES + one.media_type))
        yield from _of_compression(node, name)
        size = ox.Literal(str(one.file.size), datatype=ox.NamedNode(f"{_XSD}nonNegativeInteger"))
        yield _say(node, f"{_DCAT}byteSize", size)
        yield _say(node, f"{_SPDX}checksum", checksum)
        yield _say(checksum, f"{_RDF}type", ox.NamedNode(f"{_SPDX}Checksum"))
        yield _say(checksum, f"{_SPDX}algorithm", ox.NamedNode(f"{_SPDX}checksumAlgorithm_sha256"))
        digest = ox.Literal(one.file.sha256, datatype=ox.NamedNode(f"{_XSD}hexBinary"))
        yield _say(checksum, f"{_SPDX}checksumValue", digest)


def _terms(store: Dataset) -> dict[str, Terms]:
    """Return what the dataset states of itself and of each graph."""
    licences, rights = dict[str, str](), dict[str, ox.Literal]()
    stating = [DATASET, *store.graphs]
    for quad in store.statements([ox.NamedNode(iri) for iri in stating], [_LICENCE, _RIGHTS]):
        if quad.predicate == _LICENCE and isinstance(quad.object, ox.NamedNode):
            licences[iri_of(quad.subject)] = quad.object.value
        if quad.predicate == _RIGHTS and isinstance(quad.object, ox.Literal):
            rights[iri_of(quad.subject)] = quad.object
    return {iri: Terms(licences.get(iri), rights.get(iri)) for iri in stating}


def _of_terms(node: ox.NamedNode, terms: Terms) -> Iterator[ox.Quad]:
    if terms.licence:
        yield _say(node, _LICENCE.value, ox.NamedNode(terms.licence))
    if terms.rights:
        statement = ox.NamedNode(f"{node.value}-rights")
        yield _say(node, f"{_DCTERMS}rights", statement)
        yield _say(statement, f"{_RDF}type", ox.NamedNode(f"{_DCTERMS}RightsStatement"))
        yield _say(statement, f"{_RDFS}label", terms.rights)


def _of_compression(node: ox.NamedNode, name: str) -> Iterator[ox.Quad]:
    if name.endswith(".gz"):
        yield _say(node, f"{_DCAT}compressFormat", ox.NamedNode(f"{_MEDIA_TYPES}application/gzip"))
    if name.endswith(".xz"):  # which IANA has not registered
        form = ox.NamedNode(f"{node.value}-compression")
        yield _say(node, f"{_DCAT}compressFormat", form)
        yield _say(form, f"{_RDF}type", ox.NamedNode(f"{_DCTERMS}MediaType"))
        yield _say(form, f"{_RDFS}label", ox.Literal("application/x-xz"))


def _say(subject: ox.NamedNode, predicate: str, value: ox.NamedNode | ox.Literal) -> ox.Quad:
    return ox.Quad(subject, ox.NamedNode(predicate), value, ox.NamedNode(DESCRIPTION_GRAPH))
