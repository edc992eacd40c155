"""The files of a dataset as DCAT distributions, with what can only be known when they are written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from aseancan_kg.catalogue.documents import DATASET
from aseancan_kg.namespaces import BASE, DESCRIPTION_GRAPH, PREFIXES

LICENCE = "https://creativecommons.org/licenses/by/4.0/"

_DCAT, _DCTERMS, _RDF, _SPDX, _VOID, _XSD = (
    PREFIXES[prefix] for prefix in ("dcat", "dcterms", "rdf", "spdx", "void", "xsd")
)
_MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
_TITLES: Mapping[str, str] = {
    ".nq": "The whole dataset",
    ".nq.gz": "The whole dataset, compressed",
    ".ttl": "One graph",
}
"""Suffix → what such a file holds; files of other kinds explain the dataset and are no distributions of it."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """A file that the dataset, or one of its graphs, can be had as; `size` is in bytes."""

    name: str
    size: int
    sha256: str
    title: str
    media_type: str

    @property
    def url(self) -> str:
        """Where the file is."""
        return f"{BASE}downloads/{self.name}"


def distributions(files: Sequence[tuple[str, int, str]]) -> list[Distribution]:
    """Return the distributions among files, each (name, size, SHA-256)."""
    found = []
    for name, size, sha256 in files:
        suffix = next((each for each in sorted(_TITLES, key=len, reverse=True) if name.endswith(each)), None)
        if suffix:
            stem = name.removesuffix(suffix).rpartition("/")[2]
            title = f"{_TITLES[suffix]}: {stem}" if suffix == ".ttl" else _TITLES[suffix]
            media_type = "text/turtle" if suffix == ".ttl" else "application/n-quads"
            found.append(Distribution(name, size, sha256, title, media_type))
    return found


def quads(found: Sequence[Distribution]) -> Iterator[ox.Quad]:
    """Describe distributions by DCAT-AP 3, with checksums by SPDX."""
    for one in found:
        node = ox.NamedNode(f"{DATASET}#file-{one.name.replace('/', '-')}")
        checksum = ox.NamedNode(f"{node.value}-sha256")
        yield _say(ox.NamedNode(DATASET), f"{_DCAT}distribution", node)
        if one.name.endswith(".nq.gz"):
            yield _say(ox.NamedNode(DATASET), f"{_VOID}dataDump", ox.NamedNode(one.url))
            yield _say(node, f"{_DCAT}compressFormat", ox.NamedNode(f"{_MEDIA_TYPES}application/gzip"))
        yield _say(node, f"{_RDF}type", ox.NamedNode(f"{_DCAT}Distribution"))
        yield _say(node, f"{_DCTERMS}title", ox.Literal(one.title, language="en"))
        yield _say(node, f"{_DCTERMS}license", ox.NamedNode(LICENCE))
        yield _say(node, f"{_DCAT}accessURL", ox.NamedNode(DATASET))
        yield _say(node, f"{_DCAT}downloadURL", ox.NamedNode(one.url))
        yield _say(node, f"{_DCAT}mediaType", ox.NamedNode(_MEDIA_TYPES + one.media_type))
        size = ox.Literal(str(one.size), datatype=ox.NamedNode(f"{_XSD}nonNegativeInteger"))
        yield _say(node, f"{_DCAT}byteSize", size)
        yield _say(node, f"{_SPDX}checksum", checksum)
        yield _say(checksum, f"{_RDF}type", ox.NamedNode(f"{_SPDX}Checksum"))
        yield _say(checksum, f"{_SPDX}algorithm", ox.NamedNode(f"{_SPDX}checksumAlgorithm_sha256"))
        digest = ox.Literal(one.sha256, datatype=ox.NamedNode(f"{_XSD}hexBinary"))
        yield _say(checksum, f"{_SPDX}checksumValue", digest)


def _say(subject: ox.NamedNode, predicate: str, value: ox.NamedNode | ox.Literal) -> ox.Quad:
    return ox.Quad(subject, ox.NamedNode(predicate), value, ox.NamedNode(DESCRIPTION_GRAPH))
