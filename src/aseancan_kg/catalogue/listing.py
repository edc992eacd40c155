"""The things of a kind, divided by facets: which values there are, how many have them, and the query of a selection."""

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from aseancan_kg.catalogue.facets import SHELVES, Facet, Shelf
from aseancan_kg.catalogue.kinds import KINDS, Kind
from aseancan_kg.catalogue.labels import Link, iri_of, link, natural, text_of
from aseancan_kg.errors import InputError, NotFound
from aseancan_kg.namespaces import shorten, with_prefixes
from aseancan_kg.store.dataset import Dataset

Term = ox.NamedNode | ox.Literal
Selection = Mapping[str, tuple[str, ...]]
"""Name of a facet → keys of the values of which a thing has at least one; it has one of each facet."""

SORTS = {
    "text": "?ordinal",
    # As text with two digits each: 1, 1.1, 1.10, 1.a, 2.
    "number": 'REPLACE(REPLACE(?number, "^([0-9])([.]|$)", "0$1$2"), "[.]([0-9])$", ".0$1")',
    "label": "LCASE(STR(?label))",
    "date": "DESC(?date)",
}
_ENGLISH = 'FILTER(LANG(?label) = "" || LANGMATCHES(LANG(?label), "en"))'


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a facet; `key` stands for it in addresses."""

    key: str
    term: Term
    label: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A value with the number of things that have it besides what is selected of other facets."""

    value: Value
    count: int
    selected: bool


@dataclass(frozen=True, slots=True)
class Item:
    """A listed thing."""

    iri: str
    label: str
    number: str | None
    date: str | None
    text: str | None


class Listing:
    """All things of a kind in a dataset, with the values they have of the kind's facets."""

    def __init__(self, store: Dataset, kind: Kind) -> None:
        self.kind = kind
        self.shelf = SHELVES[kind.name]
        self._store = store
        self.things: set[str] = set()
        having: dict[str, dict[Term, set[str]]] = defaultdict(lambda: defaultdict(set))
        for row in store.rows(_everything(kind, self.shelf)):
            thing, value = iri_of(row["thing"]), row.get("value")
            self.things.add(thing)
            if isinstance(value, Term):
                having[text_of(row["facet"])][value].add(thing)
        labels = store.labels({iri_of(term) for terms in having.values() for term in terms} - {""})
        words = {iri: label.value for iri, label in labels.items()}
        self._having = {
            facet: {value: having[facet.name][value.term] for value in _values(having[facet.name], facet, words)}
            for facet in self.shelf.facets
            if facet.name in having
        }

    @property
    def sorts(self) -> tuple[str, ...]:
        """How the list can be sorted; the first is the default."""
        has = {"text": self.shelf.text, "number": self.shelf.numbered, "label": True, "date": self.shelf.date}
        return tuple(name for name in SORTS if has[name])

    def selection(self, given: Iterable[tuple[str, str]]) -> Selection:
        """Read (name of a facet, key) pairs.

        Raises `InputError` for a facet that there is not, `NotFound` for a value that nothing has.
        """
        facets = {facet.name: facet for facet in self._having}
        read: dict[str, tuple[str, ...]] = {}
        for name, key in given:
            if name not in facets:
                listing = ", ".join(facets) or "none"
                remedy = f"The facets are {listing}."
                raise InputError(f"{self.kind.plural.lower()} have no facet {name!r}", remedy=remedy)
            keys = {value.key: value for value in self._having[facets[name]]}
            if key not in keys:
                near = difflib.get_close_matches(key, keys, n=3, cutoff=0.4) or [*keys][:5]
                remedy = f"There is for example {', '.join(near)}."
                raise NotFound(f"no {self.kind.label} has the {facets[name].label.lower()} {key!r}", remedy=remedy)
            if key not in read.get(name, ()):
                read[name] = (*read.get(name, ()), key)
        return read

    def choices(self, selection: Selection) -> dict[Facet, tuple[Choice, ...]]:
        """Return for each facet the values that can be chosen, with counts.

        A facet by which nothing can be told apart is left out.
        """
        offered = {}
        for facet, having in self._having.items():
            remaining = self._beside(facet, selection)
            selected = selection.get(facet.name, ())
            choices = tuple(
                Choice(value, count, value.key in selected)
                for value, things in having.items()
                if (count := len(things & remaining)) or value.key in selected
            )
            if selected or any(choice.count < len(remaining) for choice in choices):
                offered[facet] = choices if facet.ordered else tuple(sorted(choices, key=lambda one: -one.count))
        return offered

    def lacking(self, facet: Facet, selection: Selection) -> int:
        """Return how many things have no value of a facet, among those that are selected by the others."""
        return len(self._beside(facet, selection).difference(*self._having[facet].values()))

    def _beside(self, facet: Facet, selection: Selection) -> set[str]:
        """Return the things of what is selected of other facets."""
        return self.matching({name: keys for name, keys in selection.items() if name != facet.name})

    def matching(self, selection: Selection) -> set[str]:
        """Return the things of a selection."""
        found = self.things
        for facet, having in self._having.items():
            if keys := selection.get(facet.name):
                found = found & set().union(*(things for value, things in having.items() if value.key in keys))
        return found

    def values_of(self, selection: Selection) -> list[tuple[Facet, Value]]:
        """Return what is selected."""
        chosen = [(facet, value) for facet, having in self._having.items() for value in having]
        return [(facet, value) for facet, value in chosen if value.key in selection.get(facet.name, ())]

    def columns(self, items: Sequence[Item]) -> list[tuple[str, list[str | None]]]:
        """Return for each facet its label and the labels of the values that each item has of it."""
        told = []
        for facet, having in self._having.items():
            of_thing = defaultdict(list)
            for value, things in having.items():
                for thing in things:
                    of_thing[thing].append(value.label)
            told.append((facet.label, ["; ".join(of_thing[item.iri]) or None for item in items]))
        return told

    def uses(self, name: str) -> dict[str, tuple[str, int]]:
        """Return for each IRI that is a value of a facet its key, and the number of things that have it."""
        having = next((having for facet, having in self._having.items() if facet.name == name), {})
        return {iri_of(value.term): (value.key, len(things)) for value, things in having.items()}

    def query(self, selection: Selection, sort: str) -> str:
        """Return the SPARQL query of a selection, by which it is listed."""
        lines = [f"  {_membership(self.kind)}"]
        for facet, having in self._having.items():
            if keys := selection.get(facet.name):
                terms = " ".join(str(value.term) for value in having if value.key in keys)
                lines += [f"  {facet.pattern}", f"  VALUES ?{facet.name} {{ {terms} }}"]
        columns = ["?thing", "?label"]
        lines.append(f"  OPTIONAL {{ ?thing skos:prefLabel|rdfs:label ?label {_ENGLISH} }}")
        if self.shelf.text:
            columns += ["?number", "?text", "?ordinal"]
            parts = (("skos:notation", "?number"), ("ac:text", "?text"), ("ac:ordinal", "?ordinal"))
            lines += [f"  OPTIONAL {{ ?thing {name} {variable} }}" for name, variable in parts]
        if self.shelf.numbered:
            columns.append("?number")
            lines.append("  OPTIONAL { ?thing skos:notation ?number }")
        if self.shelf.date:
            columns.append("?date")
            lines.append(f"  OPTIONAL {{ ?thing {self.shelf.date} ?date }}")
        order = " ".join(dict.fromkeys([SORTS[sort], SORTS["label"], "?thing"]))
        body = "\n".join(lines)
        return with_prefixes(f"SELECT DISTINCT {' '.join(columns)} WHERE {{\n{body}\n}}\nORDER BY {order}\n")

    def items(self, query: str) -> list[Item]:
        """Return the things that a query of this listing finds, in its order, each once."""
        found: dict[str, Item] = {}
        for row in self._store.rows(query):
            iri = iri_of(row["thing"])
            told = {name: text_of(row[name]) for name in row if name != "thing"}
            label = told.get("label") or told.get("number") or shorten(iri)
            found.setdefault(iri, Item(iri, label, told.get("number"), told.get("date"), told.get("text")))
        return list(found.values())


@dataclass(frozen=True, slots=True)
class Branch:
    """A concept with the narrower ones below it; one that has two broader concepts stands below each."""

    concept: Link
    below: tuple["Branch", ...]


def tree(store: Dataset, scheme: str) -> tuple[Branch, ...]:
    """Return the concepts of a scheme as a tree; circles are cut where they close."""
    query = with_prefixes(
        f"SELECT DISTINCT ?concept ?broader WHERE {{ ?concept skos:inScheme {ox.NamedNode(scheme)} "
        "OPTIONAL { ?concept skos:broader ?broader } }"
    )
    pairs = [(iri_of(row["concept"]), iri_of(row.get("broader"))) for row in store.rows(query)]
    labels = store.labels({concept for concept, _ in pairs})
    concepts = {concept for concept, _ in pairs}
    below: dict[str, list[str]] = defaultdict(list)
    for concept, broader in pairs:
        below[broader if broader in concepts else ""].append(concept)

    def branches(concept: str, above: tuple[str, ...]) -> tuple[Branch, ...]:
        links = sorted((link(labels, one) for one in below[concept] if one not in above), key=lambda one: one.label)
        return tuple(Branch(one, branches(one.iri, (*above, one.iri))) for one in links)

    return branches("", ())


def counts(store: Dataset) -> dict[Kind, int]:
    """Return the kinds that are browsed and of which there is anything, with the number of things."""
    parts = " UNION ".join(
        f'{{ SELECT ("{kind.name}" AS ?kind) (COUNT(DISTINCT ?thing) AS ?count) WHERE {{ {_membership(kind)} }} }}'
        for kind in KINDS
        if kind.name in SHELVES
    )
    rows = store.rows(with_prefixes(f"SELECT ?kind ?count WHERE {{ {parts} }}"))
    found = {text_of(row["kind"]): int(text_of(row["count"])) for row in rows}
    return {kind: found[kind.name] for kind in KINDS if found.get(kind.name)}


def _everything(kind: Kind, shelf: Shelf) -> str:
    """Return the query for all things of a kind, and for each facet the values they have."""
    member = _membership(kind)
    # Each in a query of its own: Virtuoso cannot compile a UNION of patterns that bind the same variables.
    branches = [f"{{ SELECT ?thing WHERE {{ {member} }} }}"]
    branches += [
        f'{{ SELECT ?thing ("{facet.name}" AS ?facet) (?{facet.name} AS ?value) WHERE {{ {member} {facet.pattern} }} }}'
        for facet in shelf.facets
    ]
    return with_prefixes(f"SELECT DISTINCT ?thing ?facet ?value WHERE {{ {' UNION '.join(branches)} }}")


def _membership(kind: Kind) -> str:
    """Return the pattern of what the things of a kind are."""
    if kind.scheme:
        return f"?thing skos:inScheme {ox.NamedNode(kind.scheme)} . FILTER(isIRI(?thing))"
    if len(kind.classes) == 1:
        return f"?thing a {shorten(kind.classes[0])} . FILTER(isIRI(?thing))"
    return f"VALUES ?class {{ {' '.join(map(shorten, kind.classes))} }} ?thing a ?class . FILTER(isIRI(?thing))"


def _values(terms: Iterable[Term], facet: Facet, labels: Mapping[str, str]) -> list[Value]:
    """Return the values of a facet by their labels; the key is the end of an IRI where no other one ends so."""
    ends: dict[str, list[Term]] = defaultdict(list)
    for term in terms:
        ends[re.split("[/#]", term.value.rstrip("/#"))[-1] if isinstance(term, ox.NamedNode) else term.value].append(
            term
        )
    called = {term: labels.get(term.value) or shorten(term.value) for term in terms}
    # What all labels begin with tells nothing: that of a section begins with the title of its plan.
    heads = {label.partition(", ")[0] for label in called.values()}
    shared = f"{heads.pop()}, " if len(called) > 1 == len(heads) else ""
    values = [
        Value(end if len(same) == 1 else str(term), term, called[term].removeprefix(shared))
        for end, same in ends.items()
        for term in same
    ]
    # Years run backwards: what is new is looked for most.
    return sorted(values, key=lambda value: natural(value.label), reverse=facet.name == "year")
