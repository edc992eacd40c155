"""What a page says of a thing: its labelled facts with their sources, what points to it, where it stands."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from aseancan_kg.catalogue.evidence import MENTIONS, Evidence, Value, evidence_of, value_of
from aseancan_kg.catalogue.labels import Labels, Link, iri_of, link, natural, text_of, words
from aseancan_kg.namespaces import ONT, PREFIXES
from aseancan_kg.store.dataset import Dataset, Node

PAGE_SIZE = 50

_RDF, _SKOS, _PROV = PREFIXES["rdf"], PREFIXES["skos"], PREFIXES["prov"]
_TYPE = f"{_RDF}type"
_TEXT = f"{ONT}text"
_PART_OF = f"{PREFIXES['dcterms']}isPartOf"
_OA = PREFIXES["oa"]
# Statement nodes speak about triples; listing them as links to what they are about would bury the real links.
_STATEMENT_LINKS = (f"{_RDF}subject", f"{_RDF}predicate", f"{_RDF}object", f"{_OA}hasBody", f"{_OA}hasTarget")
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
class Incoming:
    """Things that point here by one property; `count` covers all of them, `things` those on this page."""

    property: Link
    count: int
    things: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Thing:
    """Everything the page of a thing shows; `page` of `pages` counts the incoming links."""

    iri: str
    label: str
    types: tuple[Link, ...]
    text: Value | None
    facts: tuple[Fact, ...]
    computing_facts: tuple[Fact, ...]
    evidence: tuple[Evidence, ...]
    sources: tuple[Link, ...]
    incoming: tuple[Incoming, ...]
    incoming_total: int
    page: int
    pages: int
    graphs: tuple[Link, ...]
    triples: int | None


def thing(store: Dataset, iri: str, page: int = 1) -> Thing:
    """Collect the page of an IRI that the store knows; `page` counts the incoming links, 50 to a page, from 1."""
    quads = [quad for quad in store.about([iri])[iri] if iri_of(quad.subject) == iri]
    pointing = store.pointing_to(iri)
    statements = store.about(
        node.value for name, node in pointing if name == f"{_RDF}subject" and isinstance(node, ox.NamedNode)
    )
    pairs = _pairs(store, iri, pointing)
    shown = pairs[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    graphs = sorted({iri_of(quad.graph_name) for quad in quads} - {""})
    named = {iri, *graphs, *(part for pair in shown for part in pair if part)}
    for quad in (*quads, *(quad for found in statements.values() for quad in found)):
        named |= {quad.predicate.value, iri_of(quad.object)} - {""}
    labels = store.labels(named)

    evidence = evidence_of(store, labels, statements)
    sources = tuple(dict.fromkeys(source for one in evidence for source in one.sources))
    facts = _facts(labels, [quad.triple for quad in quads], evidence, sources)
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
        iri=iri,
        label=label,
        types=tuple(link(labels, value.iri) for value in _values(facts, _TYPE) if value.iri),
        text=next(iter(_values(facts, _TEXT)), None),
        facts=tuple(fact for fact in told if fact not in computing),
        computing_facts=tuple(computing),
        evidence=evidence,
        sources=sources,
        incoming=_incoming(labels, pairs, shown),
        incoming_total=len(pairs),
        page=page,
        pages=max(1, -(-len(pairs) // PAGE_SIZE)),
        graphs=tuple(link(labels, name) for name in graphs),
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


def _pairs(store: Dataset, iri: str, pointing: Iterable[tuple[str, Node]]) -> list[tuple[str, str]]:
    """Return (property, thing) of what points to the IRI; what a graph describes has no property."""
    pairs = [(name, iri_of(subject)) for name, subject in pointing if name not in _STATEMENT_LINKS]
    if iri in store.graphs:
        pairs += [("", iri_of(subject)) for subject in store.subjects_in(iri)]
    return sorted(
        ((name, subject) for name, subject in pairs if subject),
        key=lambda pair: (pair[0] != _PART_OF, pair[0], natural(pair[1])),
    )


def _incoming(
    labels: Labels, pairs: Sequence[tuple[str, str]], shown: Sequence[tuple[str, str]]
) -> tuple[Incoming, ...]:
    """Group the pairs of one page by property; the counts are those of all pairs."""
    groups = []
    for name in dict.fromkeys(name for name, _ in shown):
        things = tuple(link(labels, subject) for predicate, subject in shown if predicate == name)
        count = sum(predicate == name for predicate, _ in pairs)
        groups.append(Incoming(link(labels, name) if name else Link("", "described in this graph"), count, things))
    return tuple(groups)
