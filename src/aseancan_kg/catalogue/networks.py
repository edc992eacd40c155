"""Networks of what actions name: bodies, instruments and the like, and the actions themselves."""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations
from typing import cast

import numpy as np
import numpy.typing as npt
import pyoxigraph as ox

from aseancan_kg.catalogue.labels import Link, iri_of, link, natural, text_of
from aseancan_kg.namespaces import ONT, PREFIXES, with_prefixes
from aseancan_kg.store.dataset import Dataset

Places = npt.NDArray[np.float64]
"""Coordinates of nodes, a row for each: from 0 to 1, but see `Node` for what is not connected to the rest."""
ACTION, MEETING = f"{ONT}Action", f"{ONT}Meeting"
KINDS = tuple(f"{ONT}{name}" for name in ("Instrument", "Body", "Mechanism", "Programme", "Fund"))
"""Classes of the things that are drawn, besides actions."""
MOST_NODES = 300
MOST_NEIGHBOURS = 39
_MOST_COMMON = 0.25
"""Share of the actions above which a thing that they name is left out: it would join everything to everything."""
_TYPE = ox.NamedNode(f"{PREFIXES['rdf']}type")
_NOTATION = ox.NamedNode(f"{PREFIXES['skos']}notation")
_ACRONYM = ox.NamedNode(f"{ONT}acronym")
_GENERAL = {f"{ONT}mentions", f"{ONT}namedWithin"}
_INVERSES = {f"{ONT}supersededBy"}
"""Properties that say again what another says from the other side."""


@dataclass(frozen=True, slots=True)
class Node:
    """A thing or an action where the layout puts it, both coordinates from 0 to 1.

    Below stand small groups that nothing connects to the rest, one node to a row: there `y` is 1 and the number of the
    row. `name` is its short name, `kind` its class, and `actions` the number of actions that name it.
    """

    iri: str
    label: str
    name: str
    kind: Link
    actions: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Edge:
    """What joins two nodes, given by their numbers: relations in words, and in how many actions they come together."""

    source: int
    target: int
    relations: tuple[str, ...]
    actions: int


@dataclass(frozen=True, slots=True)
class Network:
    """Nodes, the most named first, and edges.

    `left_out` are things that too many actions name to be drawn, with the number of those that name it by itself;
    `more` counts the nodes for which there was no room.
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    left_out: tuple[tuple[Link, int], ...] = ()
    more: int = 0

    @property
    def kinds(self) -> tuple[Link, ...]:
        """Kinds of its nodes, the most numerous first."""
        return tuple(kind for kind, _ in Counter(node.kind for node in self.nodes).most_common())


def of_things(store: Dataset) -> Network | None:
    """Join the things that actions name: those named together, and those that the dataset relates; None if none."""
    named = _named(store)
    together = Counter(pair for things in _by_action(named).values() for pair in combinations(sorted(things), 2))
    return _network(store, named, {}, together)


def with_actions(store: Dataset) -> Network | None:
    """Join each action to the things it names, and the things that the dataset relates; None if there are none."""
    named = _named(store)
    return _network(store, named, {pair: _narrow(relations) for pair, relations in named.pairs.items()}, Counter())


def around(store: Dataset, iri: str) -> Network | None:
    """Join a thing to what the dataset relates it to and the actions that name it; None when there is nothing.

    It stands first, its neighbours by their kinds; none has a place. Where it has more than 39, those with most
    relations are there. What is only named within the name of another thing is no neighbour.
    """
    node = ox.NamedNode(iri)
    quads = [*store.quads(subjects=[node]), *store.quads(objects=[node])]
    relations: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for quad in quads:
        pair = iri_of(quad.subject), iri_of(quad.object)
        if "" not in pair and pair != (iri, iri) and quad.predicate.value not in _INVERSES:
            relations[pair].add(quad.predicate.value)
    joined = {pair: _narrow(names) for pair, names in relations.items() if names != _GENERAL}
    counts = Counter(other for pair, names in joined.items() for other in pair if other != iri for _ in names)
    kinds = _kinds(store, {*counts, iri}, (*KINDS, MEETING, ACTION))
    if iri not in kinds:
        return None
    found = sorted((one for one in counts if one in kinds), key=lambda one: (-counts[one], natural(one)))
    shown = sorted(found[:MOST_NEIGHBOURS], key=lambda one: (kinds[one], natural(one)))
    if not shown:
        return None
    numbers = {one: number for number, one in enumerate([iri, *shown])}
    labels = store.labels({name for names in joined.values() for name in names})
    edges = [
        Edge(numbers[source], numbers[target], tuple(sorted(link(labels, name).label for name in names)), 0)
        for (source, target), names in joined.items()
        if source in numbers and target in numbers
    ]
    edges.sort(key=lambda edge: (max(edge.source, edge.target), edge.source))
    drawn = _nodes(store, [iri, *shown], kinds, {}, np.zeros((1 + len(shown), 2)))
    return Network(drawn, tuple(edges), more=len(found) - len(shown))


@dataclass(frozen=True, slots=True)
class _Named:
    """What actions name: (action, thing) → the properties by which it does; and the kind of each thing."""

    pairs: Mapping[tuple[str, str], Collection[str]]
    kinds: Mapping[str, str]
    left_out: Sequence[tuple[str, int]]


def _named(store: Dataset) -> _Named:
    """Read what actions name, but not what is only part of the name of another thing."""
    query = (
        "SELECT DISTINCT ?action ?thing ?relation WHERE { ?action a ac:Action ; ac:mentions ?thing ; ?relation ?thing "
        "FILTER(isIRI(?thing)) }"
    )
    pairs: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for row in store.rows(with_prefixes(query)):
        pairs[iri_of(row["action"]), iri_of(row["thing"])].add(iri_of(row["relation"]))
    kinds = _kinds(store, {thing for _, thing in pairs}, KINDS)
    kept = {pair: relations for pair, relations in pairs.items() if pair[1] in kinds and relations != _GENERAL}
    (row,) = store.rows(with_prefixes("SELECT (COUNT(DISTINCT ?action) AS ?count) WHERE { ?action a ac:Action }"))
    most = int(text_of(row["count"])) * _MOST_COMMON
    counts = Counter(thing for _, thing in kept)
    common = [(thing, count) for thing, count in counts.most_common() if count > max(most, 2)]
    without = {thing for thing, _ in common}
    drawn = {pair: relations for pair, relations in kept.items() if pair[1] not in without}
    return _Named(drawn, kinds, common)


def _network(
    store: Dataset,
    named: _Named,
    acting: Mapping[tuple[str, str], Iterable[str]],
    together: Mapping[tuple[str, str], int],
) -> Network | None:
    """Lay out the things that are named, the actions of `acting`, and the edges of these and of things related."""
    counts = Counter(thing for _, thing in named.pairs)
    things = sorted(counts, key=lambda one: (-counts[one], one))[:MOST_NODES]
    actions = sorted({action for action, thing in acting if thing in set(things)}, key=natural)
    iris = [*things, *actions][:MOST_NODES]
    if not iris:
        return None
    numbers = {iri: number for number, iri in enumerate(iris)}
    relations: defaultdict[tuple[int, int], set[str]] = defaultdict(set)
    weights = Counter[tuple[int, int]]()
    nodes = [ox.NamedNode(iri) for iri in things]
    for quad in store.quads(subjects=nodes, objects=nodes):
        source, target, name = iri_of(quad.subject), iri_of(quad.object), quad.predicate.value
        if source != target and name not in _INVERSES | _GENERAL:
            relations[numbers[source], numbers[target]].add(name)
    for (action, thing), names in acting.items():
        if action in numbers and thing in numbers:
            relations[numbers[action], numbers[thing]] |= set(names)
    for (one, other), count in together.items():
        if one in numbers and other in numbers:
            pair = numbers[one], numbers[other]
            weights[pair if pair in relations or pair[::-1] not in relations else pair[::-1]] += count
    labels = store.labels({name for names in relations.values() for name in names})
    edges = tuple(
        Edge(*pair, tuple(sorted(link(labels, name).label for name in relations.get(pair, ()))), weights[pair])
        for pair in sorted({*relations, *weights})
    )
    kinds = {**named.kinds, **dict.fromkeys(actions, ACTION)}
    places = _layout(len(iris), [(edge.source, edge.target, 1 + math.log1p(edge.actions)) for edge in edges])
    common = store.labels(iri for iri, _ in named.left_out)
    left_out = tuple((link(common, iri), count) for iri, count in named.left_out)
    more = len(counts) + len(actions) - len(iris)
    return Network(_nodes(store, iris, kinds, counts, places), edges, left_out, more)


def _nodes(
    store: Dataset, iris: Sequence[str], kinds: Mapping[str, str], counts: Mapping[str, int], places: Places
) -> tuple[Node, ...]:
    labels = store.labels({*iris, *kinds.values()})
    short: dict[str, str] = {}
    for quad in store.statements([ox.NamedNode(iri) for iri in iris], [_ACRONYM, _NOTATION]):
        short[iri_of(quad.subject)] = min(text_of(quad.object), short.get(iri_of(quad.subject), "\U0010ffff"))
    return tuple(
        Node(
            iri=iri,
            label=link(labels, iri).label,
            name=short.get(iri) or link(labels, iri).label,
            kind=link(labels, kinds[iri]),
            actions=counts.get(iri, 0),
            x=round(float(x), 4),
            y=round(float(y), 4),
        )
        for iri, (x, y) in zip(iris, places, strict=True)
    )


def _kinds(store: Dataset, iris: Collection[str], among: Sequence[str]) -> dict[str, str]:
    """Return the first class of `among` that each thing has, if it has one."""
    found: dict[str, str] = {}
    for quad in store.statements([ox.NamedNode(iri) for iri in iris], [_TYPE]):
        thing, kind = iri_of(quad.subject), iri_of(quad.object)
        if kind in among and (thing not in found or among.index(kind) < among.index(found[thing])):
            found[thing] = kind
    return found


def _by_action(named: _Named) -> Mapping[str, set[str]]:
    things: defaultdict[str, set[str]] = defaultdict(set)
    for action, thing in named.pairs:
        things[action].add(thing)
    return things


def _narrow(names: Collection[str]) -> Collection[str]:
    """Leave out a general property where a narrower one says more."""
    return {name for name in names if name not in _GENERAL} or names


_STEPS = 400
_SMALL = 4
"""Nodes of the largest group that stands apart, when nothing connects it to the rest."""
_COLUMNS = 5
"""Columns in which such groups stand."""


def _layout(count: int, edges: Sequence[tuple[int, int, float]]) -> Places:
    """Place nodes: the largest group of those that are connected and other large ones together, small ones below.

    The same graph always gives the same places.
    """
    first, *others = _groups(count, edges)
    large = sorted(chain(first, *(group for group in others if len(group) > _SMALL)))
    numbers = {node: number for number, node in enumerate(large)}
    within = [(numbers[one], numbers[other], weight) for one, other, weight in edges if one in numbers]
    places = np.zeros((count, 2))
    places[large] = _drawn_together(len(large), within)
    depths = [0.0] * _COLUMNS
    for group in (group for group in others if len(group) <= _SMALL):
        column = depths.index(min(depths))
        for row, node in enumerate(group):
            aside = 0.1 * (row % 2) if len(group) > 2 else 0  # so that no line of a group lies on another
            places[node] = (column + aside) / _COLUMNS, 2 + depths[column] + row
        depths[column] += len(group) + (0.5 if len(group) > 1 else 0)
    return places


def _groups(count: int, edges: Iterable[tuple[int, int, float]]) -> list[list[int]]:
    """Return the nodes in groups that are connected, the largest first."""
    groups = {node: [node] for node in range(count)}
    for one, other, _ in edges:
        into, joined = groups[one], groups[other]
        if into is not joined:
            into += joined
            groups |= dict.fromkeys(joined, into)
    distinct = {id(group): sorted(group) for group in groups.values()}
    return sorted(distinct.values(), key=lambda group: -len(group))


def _drawn_together(count: int, edges: Sequence[tuple[int, int, float]]) -> Places:
    """Place nodes so that those that are joined lie near and no two on one another (Fruchterman and Reingold 1991).

    A pull to the middle keeps what is not joined together.
    """
    turns = np.arange(count) * math.pi * (3 - math.sqrt(5))
    places = np.sqrt(np.arange(count) + 0.5)[:, None] * np.stack([np.cos(turns), np.sin(turns)], axis=1)
    sources, targets = (np.array([edge[end] for edge in edges], dtype=int) for end in (0, 1))
    weights = np.array([edge[2] for edge in edges])
    for step in range(_STEPS):
        moves = _apart(places) - places * 0.1
        along = places[targets] - places[sources]
        pulls = along * np.sqrt((along**2).sum(axis=1))[:, None] * 0.05 * weights[:, None]
        np.add.at(moves, sources, pulls)
        np.add.at(moves, targets, -pulls)
        length = np.sqrt((moves**2).sum(axis=1))[:, None]
        most = math.sqrt(count) * 0.25 * (1 - step / _STEPS) + 0.01
        places = places + moves / np.maximum(length, 1e-9) * np.minimum(length, most)
    low, high = places.min(axis=0), places.max(axis=0)
    return cast(Places, (places - low) / np.where(high > low, high - low, 1))


def _apart(places: Places) -> Places:
    """Return how each node is pushed by all others, the more the nearer they are."""
    away = places[:, None, :] - places[None, :, :]
    squares = np.maximum((away**2).sum(axis=2), 0.01)
    return cast(Places, (away / squares[:, :, None]).sum(axis=1) * 1.2)
