"""The releases of a dataset, and what differs between two of them in one description."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime

import pyoxigraph as ox

from aseancan_kg.archive import Release
from aseancan_kg.catalogue.documents import DATASET
from aseancan_kg.catalogue.evidence import Value, value_of
from aseancan_kg.catalogue.labels import Labels, Link, iri_of, link, natural, text_of
from aseancan_kg.errors import NotFound
from aseancan_kg.mediatypes import N_QUADS
from aseancan_kg.namespaces import BASE, DESCRIPTION_GRAPH, HISTORY_GRAPH, PREFIXES, graph
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.store.representation import write

_DCAT, _DCTERMS = PREFIXES["dcat"], PREFIXES["dcterms"]
_HAS_VERSION = ox.NamedNode(f"{_DCAT}hasVersion")
_IS_VERSION_OF = ox.NamedNode(f"{_DCAT}isVersionOf")
_REPLACED_BY = ox.NamedNode(f"{_DCTERMS}isReplacedBy")
_NOT_COMPARED = {DESCRIPTION_GRAPH, HISTORY_GRAPH, graph("identifiers")}
"""Graphs that tell of the dataset, which the build does not compare either."""


@dataclass(frozen=True, slots=True)
class Changed:
    """One row of what changed: `how` an identifier did, and what stands in its place."""

    how: str
    thing: Link
    replacements: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """A quad as a page shows it."""

    property: Link
    value: Value
    graph: Link


@dataclass(frozen=True, slots=True)
class Difference:
    """What was said of an IRI in one of two releases only; the lines are those of its quads."""

    iri: str
    label: str
    added: tuple[Statement, ...]
    removed: tuple[Statement, ...]
    lines_added: tuple[str, ...]
    lines_removed: tuple[str, ...]


def releases(store: Dataset) -> list[Release]:
    """Return the releases that a dataset tells of, the newest first."""
    nodes = [quad.object for quad in store.statements([ox.NamedNode(DATASET)], [_HAS_VERSION])]
    return sorted(_read(store, nodes), key=lambda one: (one.moment, natural(one.version)), reverse=True)


def versions(store: Dataset) -> list[Release]:
    """Return the releases that a dataset tells of, and before each what changes made of it; the newest first.

    What changes made of a dataset that was served and is no release stands behind the oldest release that may contain
    them: the oldest whose own changes are later ones, else the newest.
    """
    told = releases(store)
    nodes = [quad.subject for quad in store.quads(predicates=[_IS_VERSION_OF], objects=[ox.NamedNode(DATASET)])]
    made = [one for one in _read(store, nodes) if one.change]
    order = {one.dataset: place for place, one in enumerate(told)}
    first = {base: change.change for base, change in _first_changes(made).items() if base in order}

    def place(one: Release) -> float:
        base = one.dataset.partition("+")[0]
        later = (order[other] for other, change in first.items() if change > one.change)
        return order[base] if base in order else max(later, default=0) + 0.5

    return sorted([*told, *made], key=lambda one: (place(one), -one.change))


def at(listed: Sequence[Release], moment: datetime) -> Release | None:
    """Return which of the versions, the newest first, was the latest at a moment; None before the first.

    Of a release only a day is known. It was not there yet while a change that it contains was still to come, and it was
    there when a change was made to it.
    """
    first, found = _first_changes(one for one in listed if one.change), None
    for one in reversed(listed):
        changed = first.get(one.dataset)
        if min(one.moment, changed.moment if changed else one.moment) > moment:
            break
        found = one
    return found


def _first_changes(made: Iterable[Release]) -> dict[str, Release]:
    """Return, by the dataset that was changed, the first version that changes made of it."""
    return {one.dataset.partition("+")[0]: one for one in sorted(made, key=lambda one: -one.change)}


def _read(store: Dataset, nodes: Iterable[object]) -> list[Release]:
    """Return what is said of nodes that are releases, or versions made of them."""
    told: dict[str, dict[str, str]] = {}
    for quad in store.statements([node for node in nodes if isinstance(node, ox.NamedNode)]):
        told.setdefault(iri_of(quad.subject), {})[quad.predicate.value] = text_of(quad.object)
    found = []
    for one in told.values():
        with suppress(KeyError, ValueError):  # what others call a version need not say which and when
            issued = one[f"{_DCTERMS}issued"]
            day_or_time = datetime.fromisoformat(issued) if "T" in issued else date.fromisoformat(issued)
            found.append(Release(one[f"{_DCAT}version"], one[f"{_DCTERMS}identifier"], day_or_time))
    return found


def address(release: Release) -> str:
    """IRI of a release: it is named by the hash of its content, which nothing else has."""
    return f"{BASE}r/{release.dataset}"


def record(store: Dataset, told: Iterable[Release]) -> list[ox.Quad]:
    """Return what the dataset says of releases, and that they are its releases."""
    nodes = [ox.NamedNode(address(one)) for one in told]
    listed = [quad for quad in store.statements([ox.NamedNode(DATASET)], [_HAS_VERSION]) if quad.object in nodes]
    # What comes without the dataset's own description says the same from its end.
    back = [ox.Quad(node, _IS_VERSION_OF, ox.NamedNode(DATASET)) for node in nodes]
    return [*listed, *back, *store.statements(nodes)]


def changes(store: Dataset, step: Mapping[str, Sequence[str]]) -> list[Changed]:
    """Return a row for each identifier of a step between releases: what went, what came, what is told otherwise."""
    replaced: dict[str, list[str]] = {}
    for quad in store.statements([ox.NamedNode(iri) for iri in step["removed"]], [_REPLACED_BY]):
        replaced.setdefault(iri_of(quad.subject), []).append(iri_of(quad.object))
    named = {*step["removed"], *step["added"], *step["changed"], *(one for each in replaced.values() for one in each)}
    labels = store.labels(named)
    rows = [
        Changed(
            "replaced" if iri in replaced else "withdrawn", link(labels, iri), _links(labels, replaced.get(iri, ()))
        )
        for iri in step["removed"]
    ]
    for how in ("added", "changed"):
        rows += [Changed(how, link(labels, iri)) for iri in step[how]]
    return sorted(rows, key=lambda row: (row.how == "changed", row.how == "added", natural(row.thing.iri)))


def difference(before: Dataset, after: Dataset, iri: str) -> Difference:
    """Compare what two releases say of an IRI; raises `NotFound` when neither knows it."""
    try:
        old, new = _told(before, iri), _told(after, iri)
    except ValueError:  # it is no IRI at all
        old, new = {}, {}
    if not old and not new:
        raise NotFound(f"nothing is known about {iri}")
    said = [*old.values(), *new.values()]
    iris = {iri_of(term) for quad in said for term in (quad.predicate, quad.object, quad.graph_name)} - {""} | {iri}
    labels = {**before.labels(iris), **after.labels(iris)}
    return Difference(
        iri,
        link(labels, iri).label,
        added=_shown(labels, [new[line] for line in new.keys() - old.keys()]),
        removed=_shown(labels, [old[line] for line in old.keys() - new.keys()]),
        lines_added=tuple(sorted(new.keys() - old.keys())),
        lines_removed=tuple(sorted(old.keys() - new.keys())),
    )


def patch(earlier: str, later: str, removed: Iterable[str], added: Iterable[str]) -> str:
    """Write what comes and goes between two versions, by their names, as an RDF Patch."""
    head = [f"H id <{BASE}r/{later}> .", f"H prev <{BASE}r/{earlier}> .", "TX ."]
    body = [*(f"D {line.rstrip()}" for line in removed), *(f"A {line.rstrip()}" for line in added)]
    return "\n".join([*head, *body, "TC ."]) + "\n"


def _told(store: Dataset, iri: str) -> dict[str, ox.Quad]:
    """Return the quads of an IRI by their lines; those about the dataset itself are left out."""
    quads = [quad for quad in store.about([iri])[iri] if iri_of(quad.graph_name) not in _NOT_COMPARED]
    return {write([quad], N_QUADS).decode().rstrip("\n"): quad for quad in quads}


def _shown(labels: Labels, quads: Sequence[ox.Quad]) -> tuple[Statement, ...]:
    told = [
        Statement(
            link(labels, quad.predicate.value), value_of(labels, quad.object), link(labels, iri_of(quad.graph_name))
        )
        for quad in quads
    ]
    return tuple(sorted(told, key=lambda one: (one.property.label, natural(one.value.text))))


def _links(labels: Labels, iris: Iterable[str]) -> tuple[Link, ...]:
    return tuple(link(labels, iri) for iri in sorted(iris, key=natural))
