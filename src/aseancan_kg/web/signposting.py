"""Links of a document to what belongs to it: headers, elements of a page, and link sets.

After FAIR Signposting, levels 1 and 2 (https://signposting.org/FAIR/); RFC 8288, RFC 8574 (cite-as) and RFC 9264
(linkset).
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from aseancan_kg.catalogue.distributions import Distribution
from aseancan_kg.catalogue.documents import DATASET, Document
from aseancan_kg.catalogue.identifiers import path_of
from aseancan_kg.mediatypes import (
    GRAPH_FORMATS,
    HTML,
    JSON_LD,
    LINKSET,
    LINKSET_TEXT,
    N_QUADS,
    N_TRIPLES,
    RDF_XML,
    TURTLE,
    Format,
)
from aseancan_kg.namespaces import BASE, ID, ONT, PREFIXES, SCHEME
from aseancan_kg.web.downloads import media_type
from aseancan_kg.web.state import local_path

OFFERED = (*GRAPH_FORMATS, HTML)
SUFFIXES = {one.name: one for one in (TURTLE, JSON_LD, RDF_XML, N_TRIPLES, N_QUADS, HTML)}

_SCHEMA = "https://schema.org/"
_SCHEMA_TYPES = {
    f"{ONT}Instrument": "CreativeWork",
    f"{ONT}LegalInstrument": "Legislation",
    f"{ONT}Section": "CreativeWork",
    f"{ONT}Action": "CreativeWork",
    f"{ONT}Body": "Organization",
    f"{ONT}Mechanism": "EventSeries",
    f"{ONT}Meeting": "Event",
    f"{ONT}Person": "Person",
    f"{ONT}Place": "Place",
    f"{ONT}State": "Country",
    f"{PREFIXES['skos']}Concept": "DefinedTerm",
    f"{PREFIXES['skos']}ConceptScheme": "DefinedTermSet",
    f"{PREFIXES['void']}Dataset": "Dataset",
}
"""Class → the nearest type of schema.org, which general clients know; what has none there has none here."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a document stands on this host: `path`, or `path` with its IRI as a parameter for what is not ours."""

    root: str
    iri: str
    page: int = 1

    def location(self, chosen: Format | None = None, page: int | None = None) -> str:
        """Return the address of the document, or of a representation; a format without suffix is asked for by name."""
        path = local_path(self.iri)
        path = path and path.partition("#")[0]
        query: dict[str, str] = {} if path else {"uri": self.iri}
        if path and chosen and chosen.name in SUFFIXES:
            path += f".{chosen.name}"
        elif chosen:
            query["format"] = chosen.name
        if (number := page or self.page) > 1:
            query["page"] = str(number)
        return f"{self.root}{path or '/'}" + (f"?{urlencode(query)}" if query else "")

    def downloads(self) -> list[tuple[Format, str]]:
        """Return the representations that are no page, with their addresses."""
        return [(one, self.location(one)) for one in OFFERED if one is not HTML]

    def linkset(self) -> str:
        """Return the address of the link set of the document."""
        path, _, query = self.location().removeprefix(self.root).partition("?")
        return f"{self.root}/linkset{path.rstrip('/')}" + (f"?{query}" if query else "")


def split(path: str) -> tuple[str, Format | None]:
    """Return the IRI that a path describes, and the representation that its suffix names if it has one."""
    stem, dot, suffix = path.rstrip("/").rpartition(".")
    named = SUFFIXES.get(suffix.lower()) if dot else None
    rest = (stem if named else path).removeprefix("/")
    if rest.startswith("doc/ont/"):
        return ONT + rest.removeprefix("doc/ont/"), named
    if rest.startswith("doc/"):
        return ID + rest.removeprefix("doc/"), named
    return BASE + rest, named


def comparison(iri: str) -> str | None:
    """Return the path, below a release, that compares what is said of an IRI; graphs are too much for a page."""
    is_small = iri.startswith((ID, ONT, SCHEME))
    return f"/changes/{quote(path_of(iri))}" if is_small else None


@dataclass(frozen=True, slots=True)
class Link:
    """A typed link; `type` is the media type of its target."""

    target: str
    rel: str
    type: str | None = None

    def __str__(self) -> str:
        return f'<{self.target}>; rel="{self.rel}"' + (f'; type="{self.type}"' if self.type else "")


def header(links: Iterable[Link]) -> str:
    """Return the value of a Link header."""
    return ", ".join(map(str, links))


def alternates(address: Address) -> list[Link]:
    """Return the links to every representation."""
    return [Link(address.location(one), "alternate", one.media_type) for one in OFFERED]


def links(found: Document, address: Address, chosen: Format) -> list[Link]:
    """Return the links of one representation of a document."""
    told = list(_of_thing(found, address))
    for one in OFFERED:
        if one is not chosen:
            # A page is described by its RDF, and RDF describes its page.
            described = " describedby" if chosen is HTML else " describes" if one is HTML else ""
            told.append(Link(address.location(one), f"alternate{described}", one.media_type))
    if chosen is HTML:
        told.append(Link(f"{_SCHEMA}AboutPage", "type"))
    told += [Link(address.linkset(), "linkset", one.media_type) for one in (LINKSET, LINKSET_TEXT)]
    return told


def link_set(found: Document, address: Address) -> dict[str, list[Link]]:
    """Return the links of a document and of its representations, by anchor."""
    page = address.location(HTML)
    described = [Link(address.location(one), "describedby", one.media_type) for one in GRAPH_FORMATS]
    back = {address.location(one): [Link(page, "describes", HTML.media_type)] for one in GRAPH_FORMATS}
    own = [*_of_thing(found, address), *described]
    return {address.location(): own, page: [*own, Link(f"{_SCHEMA}AboutPage", "type")], **back}


def items(root: str, found: Iterable[Distribution]) -> list[Link]:
    """Return the links from the dataset to the files that it can be had as, or one of its graphs."""
    files = [one.file for one in found]
    return [Link(f"{root}/{file.url.removeprefix(BASE)}", "item", media_type(file.name)) for file in files]


def as_json(link_set: Mapping[str, list[Link]]) -> str:
    """Write a link set as JSON (RFC 9264 §4.2)."""
    contexts = []
    for anchor, links in link_set.items():
        context: dict[str, object] = {"anchor": anchor}
        for rel in dict.fromkeys(link.rel for link in links):
            context[rel] = [
                {"href": link.target} | ({"type": link.type} if link.type else {}) for link in links if link.rel == rel
            ]
        contexts.append(context)
    return json.dumps({"linkset": contexts}, ensure_ascii=False, indent=1)


def as_text(link_set: Mapping[str, list[Link]]) -> str:
    """Write a link set in the form of a Link header (RFC 9264 §4.1)."""
    return ",\n".join(f'{link}; anchor="{anchor}"' for anchor, links in link_set.items() for link in links) + "\n"


def _of_thing(found: Document, address: Address) -> Iterator[Link]:
    """Yield what is so of every representation; whoever cites uses the identifier, whatever host answers for it."""
    if found.iri.startswith(BASE):
        yield Link(quote(found.iri, safe=":/#?&=%"), "cite-as")
    yield Link(quote(found.iri, safe=":/#?&=%"), "describes")
    yield Link(f"{BASE}{address.location().removeprefix(address.root)[1:]}", "canonical")
    for licence in found.licences:
        yield Link(quote(licence, safe=":/#?&=%"), "license")
    schema_types = dict.fromkeys(_SCHEMA_TYPES[name] for name in found.types if name in _SCHEMA_TYPES)
    yield from (Link(f"{_SCHEMA}{name}", "type") for name in schema_types)
    if found.iri != DATASET and any(
        quad.subject.value == DATASET for quad in found.records if hasattr(quad.subject, "value")
    ):
        yield Link(f"{address.root}{local_path(DATASET)}", "collection")
    if found.pages > 1:
        yield from (
            Link(address.location(page=number), rel)
            for rel, number in (
                ("first", 1), ("prev", found.page - 1), ("next", found.page + 1), ("last", found.pages)
            )
            if 1 <= number <= found.pages
        )  # fmt: skip
