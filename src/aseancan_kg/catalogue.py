"""What a page says of a thing: its labelled facts with their sources, what points to it, where it stands."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pyoxigraph as ox

from aseancan_kg.namespaces import BASE, ONT, PREFIXES
from aseancan_kg.store.dataset import Dataset, Node

PAGE_SIZE = 50

_RDF, _SKOS, _PROV = PREFIXES["rdf"], PREFIXES["skos"], PREFIXES["prov"]
_TYPE = f"{_RDF}type"
_TEXT = f"{ONT}text"
_PART_OF = f"{PREFIXES['dcterms']}isPartOf"
_RIVAL = "/standing/rival"
_OA = PREFIXES["oa"]
# Statement nodes speak about triples; listing them as links to what they are about would bury the real links.
_STATEMENT_LINKS = (f"{_RDF}subject", f"{_RDF}predicate", f"{_RDF}object", f"{_OA}hasBody", f"{_OA}hasTarget")
_MENTIONS = f"{ONT}mentions"
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
# Terms of others that the dataset does not label, in a reader's words.
_PLAIN_WORDS = {
    f"{_SKOS}altLabel": "also called",
    f"{_SKOS}editorialNote": "note",
    f"{_SKOS}inScheme": "in code list",
    f"{_SKOS}notation": "number",
    _PART_OF: "part of",
    f"{PREFIXES['foaf']}page": "web page",
    f"{PREFIXES['schema']}sameAs": "same as",
    f"{_PROV}wasQuotedFrom": "quoted from",
}
# A reader sees what these are.
_EVIDENT_DATATYPES = {
    PREFIXES["xsd"] + name
    for name in ("string", "date", "gYearMonth", "gYear", "integer", "nonNegativeInteger", "decimal", "boolean")
}
# Dates as ranges are recognised by their names; these too are there for programs.
_FOR_COMPUTING = {ONT + name for name in ("startOffset", "endOffset", "ordinal", "codePoints", "sha256")}
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[-_]")
_NUMBERS = re.compile(r"(\d+)")
_Labels = Mapping[str, ox.Literal]


@dataclass(frozen=True, slots=True)
class Link:
    """An IRI and the words for it."""

    iri: str
    label: str


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
class Fact:
    """A property of the thing and its values."""

    property: Link
    values: tuple[Value, ...]


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
    quads = [quad for quad in store.about([iri])[iri] if _iri(quad.subject) == iri]
    pointing = store.pointing_to(iri)
    statements = store.about(
        node.value for name, node in pointing if name == f"{_RDF}subject" and isinstance(node, ox.NamedNode)
    )
    pairs = _pairs(store, iri, pointing)
    shown = pairs[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    graphs = sorted({_iri(quad.graph_name) for quad in quads} - {""})
    named = {iri, *graphs, *(part for pair in shown for part in pair if part)}
    for quad in (*quads, *(quad for found in statements.values() for quad in found)):
        named |= {quad.predicate.value, _iri(quad.object)} - {""}
    labels = store.labels(named)

    evidence = _evidence(labels, statements, _checksums(store, statements))
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
    counts = {_iri(row["c"]): int(_literal(row["n"])) for row in rows if _iri(row["c"]).startswith(ONT)}
    labels = store.labels(counts)
    ours = [(link(labels, iri), count) for iri, count in counts.items()]
    return sorted(ours, key=lambda item: (-item[1], item[0].label))


def link(labels: _Labels, iri: str) -> Link:
    """Return the IRI with its label, or with words made of its last part when it has none."""
    return Link(iri, labels[iri].value if iri in labels else words(iri))


def words(iri: str) -> str:
    """Make words of an IRI's last part: `…/terms/isPartOf` → "is part of"; a web address stays as it is."""
    if iri in _PLAIN_WORDS:
        return _PLAIN_WORDS[iri]
    if not iri.startswith((BASE, *PREFIXES.values())):
        return re.sub(r"^https?://", "", iri)
    last = re.split(r"[/#]", iri.rstrip("/#"))[-1]
    parts = [part for part in _WORDS.split(last) if part]
    return " ".join(part if part.isupper() and len(part) > 1 else part.lower() for part in parts)


def _facts(
    labels: _Labels, triples: Iterable[ox.Triple], evidence: Sequence[Evidence], sources: Sequence[Link]
) -> list[Fact]:
    """Group triples by property, add rival values, and say for each value which sources give it."""
    numbers = {source: number for number, source in enumerate(sources, start=1)}
    by_property: dict[str, dict[tuple[str | None, str], Value]] = {}
    for triple in dict.fromkeys(triples):
        value = _value(labels, triple.object)
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
    narrower = {value.iri for fact in facts if fact.property.iri != _MENTIONS for value in fact.values}
    for fact in facts:
        if fact.property.iri == _MENTIONS:
            fact = Fact(fact.property, tuple(value for value in fact.values if value.iri not in narrower))
        if fact.values:
            yield fact


def _rank(name: str) -> int:
    return _FIRST.index(name) if name in _FIRST else len(_FIRST)


def _values(facts: Sequence[Fact], name: str) -> tuple[Value, ...]:
    return next((fact.values for fact in facts if fact.property.iri == name), ())


def _value(labels: _Labels, term: object) -> Value:
    if isinstance(term, ox.NamedNode):
        return Value(link(labels, term.value).label, iri=term.value)
    if isinstance(term, ox.Literal):
        evident = term.language or term.datatype.value in _EVIDENT_DATATYPES
        return Value(term.value, language=term.language, datatype=None if evident else words(term.datatype.value))
    return Value(str(term))


def _evidence(
    labels: _Labels, statements: Mapping[str, Sequence[ox.Quad]], checksums: Mapping[str, Sequence[str]]
) -> tuple[Evidence, ...]:
    """Read the statement nodes about the thing, each given with its quads."""
    found = []
    for iri, quads in statements.items():
        said: dict[str, list[object]] = {}
        for quad in quads:
            said.setdefault(quad.predicate.value, []).append(quad.object)
        asserted, objects = said.get(f"{_RDF}predicate"), said.get(f"{_RDF}object")
        if not asserted or not objects:
            continue
        value = _value(labels, objects[0])
        rival = any(_iri(term).endswith(_RIVAL) for term in said.get(f"{ONT}standing", ()))
        sources = sorted({_iri(term) for term in said.get(f"{_PROV}hadPrimarySource", ())} - {""})
        words = said.get(f"{_OA}exact") or said.get(f"{ONT}words") or ()
        narrow = [term for term in asserted if _iri(term) != _MENTIONS] or asserted
        found += [
            Evidence(
                iri=iri,
                property=link(labels, _iri(predicate)),
                value=replace(
                    value,
                    rival=rival,
                    confidence=_codes(labels, said, "confidence"),
                    coder=_codes(labels, said, "coder"),
                ),
                sources=tuple(link(labels, source) for source in sources),
                words=tuple(sorted(map(_literal, words))),
                place=_place(labels, said, checksums),
                by=_codes(labels, said, "coder", "foundBy", "reviewStatus"),
                standing=_codes(labels, said, "standing"),
                locator=_first(said.get(f"{ONT}locator")),
                note=_first(said.get(f"{ONT}rationale")) or _first(said.get(f"{_SKOS}editorialNote")),
            )
            for predicate in narrow
        ]
    return tuple(sorted(found, key=lambda one: (one.property.label, one.value.rival, one.iri)))


def _codes(labels: _Labels, said: Mapping[str, Sequence[object]], *properties: str) -> str | None:
    """Return the labels of the codes that a statement node has by these properties of ours, in their order."""
    codes = [_iri(term) for name in properties for term in said.get(ONT + name, ())]
    return ", ".join(link(labels, code).label for code in codes) or None


def _checksums(store: Dataset, statements: Mapping[str, Sequence[ox.Quad]]) -> dict[str, list[str]]:
    """Return the SHA-256 of the editions that the statement nodes quote, by edition."""
    quoted = (quad for quads in statements.values() for quad in quads if quad.predicate.value == f"{_OA}hasSource")
    editions = {quad.object for quad in quoted if isinstance(quad.object, ox.NamedNode)}
    found: dict[str, list[str]] = {}
    for quad in store.statements(editions, [ox.NamedNode(f"{ONT}sha256")]):
        found.setdefault(_iri(quad.subject), []).append(_literal(quad.object))
    return found


def _place(labels: _Labels, said: Mapping[str, Sequence[object]], checksums: Mapping[str, Sequence[str]]) -> str | None:
    """Say where the words of a mention stand: code points, and the edition with its checksum."""
    start, end = _first(said.get(f"{_OA}start")), _first(said.get(f"{_OA}end"))
    edition = next((_iri(term) for term in said.get(f"{_OA}hasSource", ())), None)
    if start is None or end is None or edition is None:
        return None
    return (
        f"code points {start}-{end} of “{link(labels, edition).label}”, SHA-256 {', '.join(checksums.get(edition, ()))}"
    )


def _pairs(store: Dataset, iri: str, pointing: Iterable[tuple[str, Node]]) -> list[tuple[str, str]]:
    """Return (property, thing) of what points to the IRI; what a graph describes has no property."""
    pairs = [(name, _iri(subject)) for name, subject in pointing if name not in _STATEMENT_LINKS]
    if iri in store.graphs:
        pairs += [("", _iri(subject)) for subject in store.subjects_in(iri)]
    return sorted(
        ((name, subject) for name, subject in pairs if subject),
        key=lambda pair: (pair[0] != _PART_OF, pair[0], natural(pair[1])),
    )


def _incoming(
    labels: _Labels, pairs: Sequence[tuple[str, str]], shown: Sequence[tuple[str, str]]
) -> tuple[Incoming, ...]:
    """Group the pairs of one page by property; the counts are those of all pairs."""
    groups = []
    for name in dict.fromkeys(name for name, _ in shown):
        things = tuple(link(labels, subject) for predicate, subject in shown if predicate == name)
        count = sum(predicate == name for predicate, _ in pairs)
        groups.append(Incoming(link(labels, name) if name else Link("", "described in this graph"), count, things))
    return tuple(groups)


def natural(text: str) -> list[tuple[int, str]]:
    """Sort key that puts 1.2.10 after 1.2.9."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in _NUMBERS.split(text) if part]


def _iri(term: object) -> str:
    """Value of an IRI, "" for any other term."""
    return term.value if isinstance(term, ox.NamedNode) else ""


def _literal(term: object) -> str:
    return term.value if isinstance(term, ox.Literal) else ""


def _first(terms: Sequence[object] | None) -> str | None:
    return _literal(terms[0]) if terms else None
