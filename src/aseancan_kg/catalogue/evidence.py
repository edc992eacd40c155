"""What a thing's facts rest on: assertions, mentions and codings with their words, sources and who says so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pyoxigraph as ox

from aseancan_kg.catalogue.labels import Labels, Link, iri_of, link, text_of, words
from aseancan_kg.namespaces import ONT, PREFIXES
from aseancan_kg.store.dataset import Dataset

_RDF, _SKOS, _PROV, _OA = (PREFIXES[prefix] for prefix in ("rdf", "skos", "prov", "oa"))
MENTIONS = f"{ONT}mentions"
_RIVAL = "/standing/rival"
_SHOWN = 12
"""Characters of a checksum that tell one edition from another; the page of the edition has all of it."""
# A reader sees what these are.
_EVIDENT_DATATYPES = {
    PREFIXES["xsd"] + name
    for name in ("string", "date", "gYearMonth", "gYear", "integer", "nonNegativeInteger", "decimal", "boolean")
}


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a fact: a link or a literal, with the numbers of the sources that give it."""

    text: str
    iri: str | None = None
    language: str | None = None
    datatype: str | None = None
    rival: bool = False
    confidence: str | None = None
    sources: tuple[int, ...] = ()
    coder: str | None = None  # who judged so, where it is a judgement


@dataclass(frozen=True, slots=True)
class Evidence:
    """One statement node about the thing, an assertion, a mention or a coding: what it rests on, and who says it.

    `words` are those of the text, `place` says where they stand in which edition, `by` the rule or reader and what a
    reader made of it, `standing` whether the value is preferred, a rival or indirect, `locator` where it is recorded.
    """

    iri: str
    property: Link
    value: Value
    sources: tuple[Link, ...]
    words: tuple[str, ...]
    place: str | None
    by: str | None
    standing: str | None
    locator: str | None
    note: str | None


def evidence_of(store: Dataset, labels: Labels, statements: Mapping[str, Sequence[ox.Quad]]) -> tuple[Evidence, ...]:
    """Read the statement nodes about the thing, each given with its quads."""
    checksums = _checksums(store, statements)
    found = []
    for iri, quads in statements.items():
        said: dict[str, list[object]] = {}
        for quad in quads:
            said.setdefault(quad.predicate.value, []).append(quad.object)
        asserted, objects = said.get(f"{_RDF}predicate"), said.get(f"{_RDF}object")
        if not asserted or not objects:
            continue
        value = value_of(labels, objects[0])
        rival = any(iri_of(term).endswith(_RIVAL) for term in said.get(f"{ONT}standing", ()))
        sources = sorted({iri_of(term) for term in said.get(f"{_PROV}hadPrimarySource", ())} - {""})
        words = said.get(f"{_OA}exact") or said.get(f"{ONT}words") or ()
        narrow = [term for term in asserted if iri_of(term) != MENTIONS] or asserted
        found += [
            Evidence(
                iri=iri,
                property=link(labels, iri_of(predicate)),
                value=replace(
                    value,
                    rival=rival,
                    confidence=_codes(labels, said, "confidence"),
                    coder=_codes(labels, said, "coder"),
                ),
                sources=tuple(link(labels, source) for source in sources),
                words=tuple(sorted(map(text_of, words))),
                place=_place(labels, said, checksums),
                by=_codes(labels, said, "coder", "foundBy", "reviewStatus"),
                standing=_codes(labels, said, "standing"),
                locator=_first(said.get(f"{ONT}locator")),
                note=_first(said.get(f"{ONT}rationale")) or _first(said.get(f"{_SKOS}editorialNote")),
            )
            for predicate in narrow
        ]
    return tuple(sorted(found, key=lambda one: (one.property.label, one.value.rival, one.iri)))


def _codes(labels: Labels, said: Mapping[str, Sequence[object]], *properties: str) -> str | None:
    """Return the labels of the codes that a statement node has by these properties of ours, in their order."""
    codes = [iri_of(term) for name in properties for term in said.get(ONT + name, ())]
    return ", ".join(link(labels, code).label for code in codes) or None


def _checksums(store: Dataset, statements: Mapping[str, Sequence[ox.Quad]]) -> dict[str, list[str]]:
    """Return the SHA-256 of the editions that the statement nodes quote, by edition."""
    quoted = (quad for quads in statements.values() for quad in quads if quad.predicate.value == f"{_OA}hasSource")
    editions = {quad.object for quad in quoted if isinstance(quad.object, ox.NamedNode)}
    found: dict[str, list[str]] = {}
    for quad in store.statements(editions, [ox.NamedNode(f"{ONT}sha256")]):
        found.setdefault(iri_of(quad.subject), []).append(text_of(quad.object))
    return found


def _place(labels: Labels, said: Mapping[str, Sequence[object]], checksums: Mapping[str, Sequence[str]]) -> str | None:
    """Say where the words of a mention stand: code points, and the edition with the beginning of its checksum."""
    start, end = _first(said.get(f"{_OA}start")), _first(said.get(f"{_OA}end"))
    edition = next((iri_of(term) for term in said.get(f"{_OA}hasSource", ())), None)
    if start is None or end is None or edition is None:
        return None
    known = ", ".join(f"{checksum[:_SHOWN]}…" for checksum in checksums.get(edition, ()))
    return f"code points {start}-{end} of “{link(labels, edition).label}”" + (f", SHA-256 {known}" if known else "")


def value_of(labels: Labels, term: object) -> Value:
    """Return a term as a page shows it."""
    if isinstance(term, ox.NamedNode):
        named = link(labels, term.value)
        return Value(named.label, iri=term.value, language=named.language)
    if isinstance(term, ox.Literal):
        evident = term.language or term.datatype.value in _EVIDENT_DATATYPES
        return Value(term.value, language=term.language, datatype=None if evident else words(term.datatype.value))
    return Value(str(term))


def _first(terms: Sequence[object] | None) -> str | None:
    return text_of(terms[0]) if terms else None
