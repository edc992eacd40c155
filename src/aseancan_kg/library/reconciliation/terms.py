"""The types and the properties by which the named things of a dataset can be asked for, with what they mean."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from aseancan_kg.catalogue.labels import iri_of, link, text_of
from aseancan_kg.library.reconciliation.names import parts
from aseancan_kg.namespaces import PREFIXES, shorten
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.store.descriptions import describe

_RDF, _RDFS, _SKOS = (PREFIXES[prefix] for prefix in ("rdf", "rdfs", "skos"))
_NOT_ASKED_FOR = frozenset({f"{_RDF}type", f"{_SKOS}inScheme"})
_BROADER = f"{_RDFS}subClassOf"
_MEANING = (f"{_SKOS}definition", f"{_RDFS}comment", f"{_SKOS}scopeNote")


@dataclass(frozen=True, slots=True)
class Term:
    """A type or a property, in the words of its vocabulary where the dataset has them; `broader` are IRIs of types."""

    iri: str
    name: str
    meaning: str
    broader: tuple[str, ...] = ()


class Schema:
    """The types of some things of a dataset and the properties they have, each the most used first."""

    def __init__(self, store: Dataset, types: Collection[str]) -> None:
        counts: dict[str, dict[str, int]] = {iri: {} for iri in types}
        for row in store.rows(_counting(types, merged=store.union_default_graph)):
            counts[iri_of(row["type"])][iri_of(row["property"])] = int(text_of(row["count"]))
        used: dict[str, int] = {}
        for of_type in counts.values():
            for iri, count in of_type.items():
                used[iri] = used.get(iri, 0) + count
        names = [*sorted(types, key=lambda iri: (-max(counts[iri].values(), default=0), iri)), *_most_used(used)]
        labels, told = store.labels(names), describe(store, names, [_BROADER, *_MEANING])
        terms = {
            iri: Term(
                iri,
                link(labels, iri).label,
                next((text for name in _MEANING for text in told.texts(iri, name)), ""),
                tuple(broader for broader in told.iris(iri, _BROADER) if broader in counts),
            )
            for iri in names
        }
        self.types: Mapping[str, Term] = {iri: terms[iri] for iri in names if iri in counts}
        """IRI → type."""
        self.properties: Mapping[str, Term] = {iri: terms[iri] for iri in names if iri not in counts}
        """IRI → property."""
        self._counts = counts

    def properties_of(self, type_: str) -> list[Term]:
        """Return the properties that things of a type have."""
        return [self.properties[iri] for iri in _most_used(self._counts[type_])]


def begun(terms: Mapping[str, Term], text: str) -> Sequence[Term]:
    """Return the terms whose name, or IRI as `ac:kind`, has the words that are being written; all for no words."""
    if text in terms:
        return [terms[text]]
    asked = f" {' '.join(parts(text))}"
    found = [(f" {' '.join(parts(f'{one.name} {shorten(one.iri)}'))}".find(asked), one) for one in terms.values()]
    return [one for place, one in sorted(found, key=lambda pair: pair[0]) if place >= 0]


def _most_used(counts: Mapping[str, int]) -> Iterator[str]:
    """Yield the properties but the type itself; `adoptedOn` before `adoptedEarliest`, which are used as often."""
    ordered = sorted(counts, key=lambda iri: (-counts[iri], len(iri), iri))
    return (iri for iri in ordered if iri not in _NOT_ASKED_FOR)


def _counting(types: Collection[str], *, merged: bool) -> str:
    stated = f"?thing <{_RDF}type>|<{_SKOS}inScheme> ?type ; ?property ?value"
    where = stated if merged else f"{{ {stated} }} UNION {{ GRAPH ?graph {{ {stated} }} }}"
    values = " ".join(f"<{iri}>" for iri in types)
    return (
        "SELECT ?type ?property (COUNT(DISTINCT ?thing) AS ?count) "
        f"WHERE {{ VALUES ?type {{ {values} }} {where} }} GROUP BY ?type ?property"
    )
