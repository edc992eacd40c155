"""What a page says of a thing: its labelled facts with their sources, what points to it, where it stands."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from aseancan_kg.catalogue.documents import Document, document
from aseancan_kg.catalogue.evidence import MENTIONS, Evidence, Value, evidence_of, value_of
from aseancan_kg.catalogue.incoming import Incoming, Pointing
from aseancan_kg.catalogue.labels import Labels, Link, iri_of, link, natural, text_of, words
from aseancan_kg.catalogue.sources import Source, sources
from aseancan_kg.namespaces import ONT, PREFIXES
from aseancan_kg.store.dataset import Dataset

_SKOS = PREFIXES["skos"]
_TYPE = f"{PREFIXES['rdf']}type"
_TEXT = f"{ONT}text"
_FIRST = (
    f"{_SKOS}notation",
    f"{_SKOS}altLabel",
    f"{ONT}acronym",
    f"{_SKOS}definition",
    f"{ONT}kind",
    f"{ONT}adoptedOn",
    f"{ONT}establishedOn",
    f"{ONT}startedOn",
)
# Dates as ranges are recognised by their names; these too are there for programs.
_FOR_COMPUTING = {ONT + name for name in ("startOffset", "endOffset", "ordinal", "codePoints", "sha256")}


@dataclass(frozen=True, slots=True)
class Fact:
    """A property of the thing and its values."""

    property: Link
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Thing:
    """Everything the page of a thing shows; `page` of `pages` counts the incoming links."""

    document: Document
    iri: str
    label: str
    language: str | None
    types: tuple[Link, ...]
    text: Value | None
    facts: tuple[Fact, ...]
    computing_facts: tuple[Fact, ...]
    evidence: tuple[Evidence, ...]
    sources: tuple[Source, ...]
    incoming: tuple[Incoming, ...]
    incoming_total: int
    page: int
    pages: int
    graphs: tuple[Link, ...]
    triples: int | None


def thing(store: Dataset, iri: str, page: int = 1, languages: Sequence[str] = ()) -> Thing:
    """Collect the page of an IRI, with labels in the first of the languages that there is; see `documents.document`."""
    found = document(store, iri, page)
    quads = found.own
    statements = store.about(found.statements)
    pointing = Pointing(store, found)
    named = {iri, *found.graphs} | pointing.named
    for quad in (*quads, *(quad for told in statements.values() for quad in told)):
        named |= {quad.predicate.value, iri_of(quad.object)} - {""}
    labels = store.labels(named, languages)
    if any(quad.predicate.value == _TYPE and iri_of(quad.object) == f"{_SKOS}Concept" for quad in quads):
        labels[f"{_SKOS}notation"] = ox.Literal("code", language="en")  # of all else it is a number

    evidence = evidence_of(store, labels, statements)
    origins = sources(store, (source for one in evidence for source in one.sources))
    facts = _facts(labels, [quad.triple for quad in quads], evidence, [one.link for one in origins])
    notation = next((fact.values[0].text for fact in facts if fact.property.iri == f"{_SKOS}notation"), None)
    label = labels[iri].value if iri in labels else notation or words(iri)
    hidden = {_TYPE, _TEXT} | ({f"{_SKOS}prefLabel"} if iri in labels else set())
    told = [fact for fact in _without_general(facts) if fact.property.iri not in hidden]
    stems = {fact.property.iri.removesuffix("On") for fact in told if fact.property.iri.endswith("On")}
    computing = [
        fact
        for fact in told
        if fact.property.iri in _FOR_COMPUTING or re.sub("(Earliest|Latest)$", "", fact.property.iri) in stems
    ]
    return Thing(
        document=found,
        iri=iri,
        label=label,
        language=labels[iri].language if iri in labels else None,
        types=tuple(link(labels, value.iri) for value in _values(facts, _TYPE) if value.iri),
        text=next(iter(_values(facts, _TEXT)), None),
        facts=tuple(fact for fact in told if fact not in computing),
        computing_facts=tuple(computing),
        evidence=evidence,
        sources=origins,
        incoming=pointing.groups(labels),
        incoming_total=len(found.incoming),
        page=page,
        pages=found.pages,
        graphs=tuple(link(labels, name) for name in found.graphs),
        triples=store.graphs.get(iri),
    )


def overview(store: Dataset) -> list[tuple[Link, int]]:
    """Return our own classes that have instances, the most numerous first, with their counts."""
    rows = store.rows("SELECT ?c (COUNT(DISTINCT ?s) AS ?n) WHERE { ?s a ?c } GROUP BY ?c")
    counts = {iri_of(row["c"]): int(text_of(row["n"])) for row in rows if iri_of(row["c"]).startswith(ONT)}
    labels = store.labels(counts)
    ours = [(link(labels, iri), count) for iri, count in counts.items()]
    return sorted(ours, key=lambda item: (-item[1], item[0].label))


def _facts(
    labels: Labels, triples: Iterable[ox.Triple], evidence: Sequence[Evidence], sources: Sequence[Link]
) -> list[Fact]:
    """Group triples by property, add rival values, and say for each value which sources give it."""
    numbers = {source: number for number, source in enumerate(sources, start=1)}
    by_property: dict[str, dict[tuple[str | None, str], Value]] = {}
    for triple in dict.fromkeys(triples):
        value = value_of(labels, triple.object)
        by_property.setdefault(triple.predicate.value, {})[value.iri, value.text] = value
    for one in evidence:
        values = by_property.setdefault(one.property.iri, {})
        key = (one.value.iri, one.value.text)
        known = values.get(key)
        if known is None and not one.value.rival:
            continue  # it restates what another property of the thing says in the graph's own words
        given = tuple(dict.fromkeys([*(known.sources if known else ()), *(numbers[source] for source in one.sources)]))
        values[key] = Value(
            one.value.text,
            one.value.iri,
            one.value.language,
            one.value.datatype,
            rival=known.rival if known else True,
            confidence=(known.confidence if known else None) or one.value.confidence,
            sources=given,
            coder=known.coder if known else one.value.coder,
        )
    facts = [
        Fact(link(labels, name), tuple(sorted(values.values(), key=lambda one: (one.rival, natural(one.text)))))
        for name, values in by_property.items()
        if values
    ]
    return sorted(facts, key=lambda fact: (_rank(fact.property.iri), fact.property.label))


def _without_general(facts: Sequence[Fact]) -> Iterator[Fact]:
    """Leave out of what a text mentions the things that a narrower property relates to it too."""
    narrower = {value.iri for fact in facts if fact.property.iri != MENTIONS for value in fact.values}
    for fact in facts:
        if fact.property.iri == MENTIONS:
            fact = Fact(fact.property, tuple(value for value in fact.values if value.iri not in narrower))
        if fact.values:
            yield fact


def _rank(name: str) -> int:
    return _FIRST.index(name) if name in _FIRST else len(_FIRST)


def _values(facts: Sequence[Fact], name: str) -> tuple[Value, ...]:
    return next((fact.values for fact in facts if fact.property.iri == name), ())
