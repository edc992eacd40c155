"""The things of a dataset that catalogues name, with every name they bear and what kind of name that is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from aseancan_kg.catalogue.kinds import Kind, kind_of
from aseancan_kg.catalogue.labels import iri_of
from aseancan_kg.namespaces import ONT, PREFIXES, SCHEME
from aseancan_kg.store.dataset import LABELS, Dataset
from aseancan_kg.store.descriptions import Descriptions, describe, nodes

PREFERRED, ALTERNATIVE, ACRONYM = "preferred", "alternative", "acronym"

_RDF, _SKOS = PREFIXES["rdf"], PREFIXES["skos"]
_TYPE, _IN_SCHEME, _DEPRECATED = f"{_RDF}type", f"{_SKOS}inScheme", f"{PREFIXES['owl']}deprecated"
_OTHER_NAMES = {f"{ONT}acronym": ACRONYM, f"{_SKOS}altLabel": ALTERNATIVE, f"{_SKOS}hiddenLabel": ALTERNATIVE}
_NAME_KIND, _SUBJECT, _OBJECT = f"{ONT}nameKind", f"{_RDF}subject", f"{_RDF}object"
_KIND = f"{ONT}kind"
_DATES = tuple(ONT + name for name in ("adoptedOn", "establishedOn", "startedOn"))
_NOT_NAMED = frozenset({"action", "clause", "section", "statement", "report", "act", "source", "goal", "term", "query"})
"""Kinds of what is called by a number, an address or a sentence, or has its names from elsewhere."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name; its kind is `preferred`, `alternative`, `acronym`, or the code it has in the register of names."""

    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class Entity:
    """A thing with its names, the preferred one first, its types, and words that tell it from its namesakes."""

    iri: str
    names: tuple[Name, ...]
    types: tuple[str, ...]
    description: str

    @property
    def name(self) -> str:
        """Its preferred name."""
        return self.names[0].text


def entities(store: Dataset) -> list[Entity]:
    """Return the things of a dataset that have a name, in the order of their IRIs."""
    read = (*(name.value for name in LABELS), _TYPE, _IN_SCHEME, _DEPRECATED, _SUBJECT, _KIND, *_DATES, *_OTHER_NAMES)
    said = Descriptions(quad.triple for quad in store.quads(predicates=nodes(read)))
    kinds = {iri: kind for iri in sorted(said.things) if (kind := _named_kind(said, iri))}
    labels = store.labels(kinds)
    codes = {iri: code for iri in kinds if (code := said.iri(iri, _KIND))}
    words = {iri: label.value for iri, label in store.labels(codes.values()).items()}
    registered = _registered(store)
    return [
        Entity(
            iri,
            tuple(_names(said, iri, labels[iri].value, registered)),
            _types(said, iri),
            _description(said, iri, words.get(codes.get(iri, ""), kind.label)),
        )
        for iri, kind in kinds.items()
        if iri in labels
    ]


def _named_kind(said: Descriptions, iri: str) -> Kind | None:
    """Return the kind of a thing that catalogues name; None for a code of ours, which is no topic, and for a scheme."""
    told, types, schemes = said.of(iri), said.iris(iri, _TYPE), said.iris(iri, _IN_SCHEME)
    kind = kind_of(types, schemes)
    if kind is None or kind.name in _NOT_NAMED or not told.keys().isdisjoint((_DEPRECATED, _SUBJECT)):
        return None
    ours = iri.startswith(SCHEME) and kind.scheme is None
    return None if ours or f"{_SKOS}ConceptScheme" in types else kind


def _types(said: Descriptions, iri: str) -> tuple[str, ...]:
    """Return the classes of a thing; of a concept its schemes, since that it is one says nothing."""
    types, schemes = said.iris(iri, _TYPE), said.iris(iri, _IN_SCHEME)
    return (*(name for name in types if name != f"{_SKOS}Concept" or not schemes), *schemes)


def _names(said: Descriptions, iri: str, label: str, registered: Mapping[tuple[str, str], str]) -> Iterator[Name]:
    yield Name(label, PREFERRED)
    told = {label}
    for name, kind in _OTHER_NAMES.items():
        for text in said.texts(iri, name):
            if text not in told:
                yield Name(text, registered.get((iri, text), kind))
                told.add(text)


def _registered(store: Dataset) -> dict[tuple[str, str], str]:
    """Return the kind of each name, given by its thing and its words, that the register of names tells."""
    kinds = {iri_of(quad.subject): iri_of(quad.object) for quad in store.quads(predicates=nodes([_NAME_KIND]))}
    told = describe(store, filter(None, kinds), [_SUBJECT, _OBJECT])
    return {
        (thing, text): kind.rpartition("/")[2]
        for assertion, kind in kinds.items()
        for thing in told.iris(assertion, _SUBJECT)
        for text in told.texts(assertion, _OBJECT)
    }


def _description(said: Descriptions, iri: str, kind: str) -> str:
    return ", ".join([kind, *(date for name in _DATES for date in said.texts(iri, name))])
