"""What the dataset says of itself, for its page and for those who list data sets."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyoxigraph as ox

from aseancan_kg.catalogue.distributions import Distribution
from aseancan_kg.catalogue.documents import DATASET, given_up
from aseancan_kg.catalogue.labels import Link, iri_of, link, natural, text_of
from aseancan_kg.namespaces import BASE, PREFIXES, described_iri, document_iri
from aseancan_kg.store.dataset import Dataset

_DC, _DCTERMS, _DCAT, _DQV, _VOID = (PREFIXES[prefix] for prefix in ("dc", "dcterms", "dcat", "dqv", "void"))
_TRIPLES = ox.NamedNode(f"{_VOID}triples")
_MODIFIED = ox.NamedNode(f"{_DCTERMS}modified")

_FIGURES = f"""SELECT ?dimension ?label ?value {{
  ?figure <{_DQV}isMeasurementOf> ?metric ; <{_DQV}value> ?value ; <{PREFIXES["skos"]}prefLabel> ?label .
  ?metric <{_DQV}inDimension>/<{PREFIXES["skos"]}prefLabel> ?dimension
}} ORDER BY ?dimension ?label"""


@dataclass(frozen=True, slots=True)
class Overview:
    """The description of a dataset; empty or None what it does not say."""

    title: str
    description: str
    version: str | None
    issued: str | None
    licence: str | None
    rights: str | None
    publisher: Link | None
    keywords: tuple[str, ...]
    spatial: tuple[Link, ...]
    period: tuple[str, str] | None
    counts: tuple[tuple[str, int], ...]


def overview(store: Dataset) -> Overview:
    """Read the description that a dataset has of itself."""
    about = store.about([DATASET])[DATASET]
    own: dict[str, list[object]] = {}
    for quad in about:
        if iri_of(quad.subject) == DATASET:
            own.setdefault(quad.predicate.value, []).append(quad.object)
    dates = {quad.predicate.value: text_of(quad.object) for quad in about if iri_of(quad.subject) != DATASET}
    start, end = dates.get(f"{_DCAT}startDate"), dates.get(f"{_DCAT}endDate")
    labels = store.labels(iri_of(term) for name in ("publisher", "spatial") for term in own.get(_DCTERMS + name, []))

    def text(name: str) -> str | None:
        return next((text_of(term) for term in own.get(name, ())), None)

    def links(name: str) -> list[Link]:
        found = (link(labels, iri_of(term)) for term in own.get(name, ()))
        return sorted(found, key=lambda each: natural(each.label))

    return Overview(
        title=text(f"{_DCTERMS}title") or "This dataset",
        description=text(f"{_DCTERMS}description") or "",
        version=text(f"{_DCAT}version"),
        issued=text(f"{_DCTERMS}issued"),
        licence=next((iri_of(term) for term in own.get(f"{_DCTERMS}license", ())), None),
        rights=text(f"{_DC}rights"),
        publisher=next(iter(links(f"{_DCTERMS}publisher")), None),
        keywords=tuple(sorted(text_of(term) for term in own.get(f"{_DCAT}keyword", ()))),
        spatial=tuple(links(f"{_DCTERMS}spatial")),
        period=(start, end) if start and end else None,
        counts=tuple(
            (name, int(value))
            for name in ("triples", "entities", "classes", "properties")
            if (value := text(_VOID + name))
        ),
    )


def figures(store: Dataset) -> dict[str, list[tuple[str, str]]]:
    """Return the figures of the dataset's quality: dimension → (what, value)."""
    found: dict[str, list[tuple[str, str]]] = {}
    for row in store.rows(_FIGURES):
        found.setdefault(text_of(row["dimension"]), []).append((text_of(row["label"]), text_of(row["value"])))
    return found


def as_schema_org(told: Overview, files: list[Distribution], version: str) -> dict[str, Any]:
    """Return the description as a schema.org `Dataset`, which search engines for data read."""
    described = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": DATASET,
        "url": DATASET,
        "name": told.title,
        "description": told.description,
        "identifier": f"{BASE}r/{version}",
        "version": told.version,
        "datePublished": told.issued,
        "license": told.licence,
        "copyrightNotice": told.rights,
        "keywords": list(told.keywords),
        "isAccessibleForFree": True,
        "creator": {"@type": "Organization", "@id": told.publisher.iri, "name": told.publisher.label}
        if told.publisher
        else None,
        "spatialCoverage": [{"@type": "Country", "@id": one.iri, "name": one.label} for one in told.spatial],
        "temporalCoverage": "/".join(told.period) if told.period else None,
        "distribution": [
            {
                "@type": "DataDownload",
                "name": one.title,
                "contentUrl": one.file.url,
                "encodingFormat": one.media_type,
                "contentSize": f"{one.file.size} B",
                "sha256": one.file.sha256,
                **({"license": one.terms.licence} if one.terms.licence else {}),
                **({"copyrightNotice": one.terms.rights.value} if one.terms.rights else {}),
            }
            for one in files
        ],
    }
    return {name: value for name, value in described.items() if value not in (None, [])}


def graph_sizes(store: Dataset) -> list[ox.Quad]:
    """Return what a dataset says of the number of triples in each of its graphs."""
    return store.statements([ox.NamedNode(iri) for iri in store.graphs], [_TRIPLES])


def documents(store: Dataset) -> list[tuple[str, str | None]]:
    """Return the IRI of every document that has dates, with the day or time of its last change, in order of names.

    That of what is no longer in use is none.
    """
    found, gone = {}, given_up(store)
    for quad in store.quads(predicates=[_MODIFIED]):
        iri = iri_of(quad.subject)
        if (document_iri(iri) == iri or iri.startswith(f"{BASE}doc/")) and described_iri(iri) not in gone:
            found[iri] = _day_or_time(text_of(quad.object))
    return sorted(found.items(), key=lambda pair: natural(pair[0]))


def _day_or_time(text: str) -> str | None:
    """Return a day, or a time with its zone; None for what is neither."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return text if found.tzinfo else text[:10]
