"""What harvesters are offered: items with identifiers, datestamps and sets (OAI-PMH 2.0 §2)."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from urllib.parse import quote

from aseancan_kg.catalogue.documents import DATASET
from aseancan_kg.catalogue.kinds import BY_NAME
from aseancan_kg.catalogue.labels import iri_of, link
from aseancan_kg.catalogue.releases import releases
from aseancan_kg.library.records.record import CATALOGUED, KINDS
from aseancan_kg.namespaces import BASE, ID, ONT, PREFIXES, document_iri, with_prefixes
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.store.descriptions import describe, nodes, pointing

HARVESTED = (*CATALOGUED, "action")
"""Kinds of things that are items."""
NAMESPACE = "oai:w3id.org:aseancan/"
"""What identifiers of items begin with; kind and slug follow."""

_TYPE, _MODIFIED, _DEPRECATED, _DEFINITION = (
    PREFIXES[prefix] + name
    for prefix, name in (("rdf", "type"), ("dcterms", "modified"), ("owl", "deprecated"), ("skos", "definition"))
)
_TEXT = f"{ONT}text"
_SERVED_WITHIN = timedelta(minutes=1)
"""How long it may take at most, and seldom does, until services serve a change of the journal."""
_CLASSES = {name: kind for name, kind in KINDS.items() if kind in HARVESTED}
_SPEC = re.compile(r"[\w.!~*'()-]+(:[\w.!~*'()-]+)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Group:
    """Sets side by side: `pattern` gives an `?item` each `?value` that makes a set."""

    name: str
    pattern: str


_GROUPS = {
    "kind": _Group("By kind", "?item ac:kind ?value ."),
    "pillar": _Group("By pillar", "?item ac:pillar ?value ."),
    "chapter": _Group(
        "By chapter of a plan",
        "?item dcterms:isPartOf+ ?value . ?value a ac:Section ; dcterms:isPartOf/rdf:type ac:Plan .",
    ),
    "source": _Group(
        "By document that it rests on",
        "{ ?item prov:wasQuotedFrom ?value } UNION { ?node rdf:subject ?item ; prov:hadPrimarySource ?value }",
    ),
}
"""Groups by the first part of their setSpecs."""


@dataclass(frozen=True, slots=True)
class Item:
    """Something that can be harvested, or a tombstone; `sets` are the setSpecs of all sets it is in."""

    identifier: str
    iri: str
    kind: str
    datestamp: str
    sets: frozenset[str]
    deleted: bool = False

    @property
    def specs(self) -> list[str]:
        """The setSpecs that do not follow from others."""
        return sorted(one for one in self.sets if not any(other.startswith(f"{one}:") for other in self.sets))


@dataclass(frozen=True, slots=True)
class Set:
    """A set; `iri` is what it is made of, "" for what is no thing, and `definition` what the dataset says of that."""

    spec: str
    name: str
    iri: str
    definition: str


class Repository:
    """The items of a dataset, in the order of their identifiers, and its sets, each before those below it.

    Things whose IRIs are another's are not among them. What is not dated counts as changed at `since`, when this host
    began to serve it. The store is asked some fifteen times, however many items there are.
    """

    def __init__(self, store: Dataset, since: datetime) -> None:
        self.store = store
        self.version = store.version
        self._since = _written(since)
        self._issued = sorted(release.issued.isoformat() for release in releases(store))
        gone = _withdrawn(store)
        kinds = gone | _present(store, gone)
        made_of = _memberships(store, {iri: kind for iri, kind in kinds.items() if iri not in gone})
        datestamps = self._datestamps(kinds, gone)
        specs = _all_specs(kinds, made_of, gone)
        made = [
            Item(NAMESPACE + quote(iri.removeprefix(ID)), iri, kind, datestamps[iri], specs[iri], iri in gone)
            for iri, kind in kinds.items()
        ]
        self.items = tuple(sorted(made, key=lambda item: item.identifier))
        self.by_identifier = {item.identifier: item for item in self.items}
        self.sets = _sets(store, frozenset().union(*specs.values()), made_of.values())

    @property
    def earliest(self) -> str:
        """The earliest datestamp."""
        return min((item.datestamp for item in self.items), default=self._since)

    @property
    def keeps_tombstones(self) -> bool:
        """Whether the dataset tells of its releases, and so of what it no longer holds."""
        return bool(self._issued)

    def select(self, kinds: Collection[str], since: str, until: str, spec: str) -> list[Item]:
        """Return the items of some kinds whose datestamps lie between two, both included, in a set or, for "", all."""
        return [
            item
            for item in self.items
            if item.kind in kinds and since <= item.datestamp <= until and (not spec or spec in item.sets)
        ]

    def _datestamps(self, iris: Iterable[str], gone: Collection[str]) -> dict[str, str]:
        """Return when each record changed last; of an identifier that went, its document or the register tells.

        A record says of which version of the dataset it is, and takes what it says from all over it: the acts that
        point at a treaty, the topics of a plan's clauses, the names of all these. So each is as new as the dataset.
        """
        dated = {iri: (document_iri(iri) or iri, iri) if iri in gone else (DATASET,) for iri in iris}
        told = describe(self.store, chain.from_iterable(dated.values()), [_MODIFIED])
        found = {iri: next(filter(None, (told.texts(by, _MODIFIED) for by in ones)), ()) for iri, ones in dated.items()}
        return {iri: max(filter(None, map(self._datestamp, one)), default=self._since) for iri, one in found.items()}

    def _datestamp(self, text: str) -> str | None:
        """Return the datestamp of a change at a time or on a day, None for a text that is neither.

        A day's is the last second of the day on which a release followed. Who harvests on that day may come before the
        release, and asks the next time for what is later: with an earlier datestamp the change would never be seen. For
        the same reason a time's is the one by which every service serves what was changed then, or on the day of a
        release that day's, which is no earlier.
        """
        with suppress(ValueError):
            day = date.fromisoformat(text).isoformat()
            return f"{next((issued for issued in self._issued if issued >= day), day)}T23:59:59Z"
        with suppress(ValueError, OverflowError):
            found = datetime.fromisoformat(text)
            served = _written((found if found.tzinfo else found.replace(tzinfo=UTC)) + _SERVED_WITHIN)
            return self._datestamp(served[:10]) if served[:10] in self._issued else served
        return None


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def _present(store: Dataset, gone: Collection[str]) -> dict[str, str]:
    """Return the kinds of the things that are there."""
    found = pointing(store, _TYPE, _CLASSES)
    kinds: dict[str, str] = {}
    for name, kind in _CLASSES.items():
        for iri in found.get(name, ()):
            if iri.startswith(ID) and iri not in gone:
                kinds.setdefault(iri, kind)
    return kinds


def _withdrawn(store: Dataset) -> dict[str, str]:
    """Return the kinds of the things that are no longer there, which their identifiers tell."""
    found = {iri_of(quad.subject) for quad in store.quads(predicates=nodes([_DEPRECATED]))}
    kinds = {iri: iri.removeprefix(ID).split("/")[-2:][0] for iri in found if iri.startswith(ID)}
    return {iri: kind for iri, kind in kinds.items() if kind in HARVESTED}


def _memberships(store: Dataset, kinds: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return for each thing the setSpecs of the sets it is in, with what these are made of.

    A code or a slug that the syntax of setSpecs has no room for makes no set, nor does what has no identifier of ours.
    """
    classes = " ".join(map(str, nodes(_CLASSES)))
    found: dict[str, dict[str, str]] = {}
    for group, one in _GROUPS.items():
        query = f"SELECT DISTINCT ?item ?value WHERE {{ VALUES ?class {{ {classes} }} ?item a ?class . {one.pattern} }}"
        for row in store.rows(with_prefixes(query)):
            iri, value = iri_of(row["item"]), iri_of(row["value"])
            if iri in kinds and value.startswith(BASE):
                specs = _specs(group, kinds[iri], value)
                found.setdefault(iri, {}).update({spec: of for spec, of in specs.items() if _SPEC.fullmatch(spec)})
    return found


def _specs(group: str, kind: str, value: str) -> dict[str, str]:
    """Return the setSpec of what a value makes, as `pillar:economic`, and of what that is a part of."""
    whole, _, code = value.rpartition("/")
    if group == "kind":
        return {f"kind:{kind}:{code}": value}
    if group == "chapter":
        plan = whole.removesuffix("/section")
        return {(spec := f"chapter:{plan.rpartition('/')[2]}"): plan, f"{spec}:{code}": value}
    return {f"{group}:{code}": value}


def _all_specs(
    kinds: Mapping[str, str], made_of: Mapping[str, Collection[str]], gone: Collection[str]
) -> dict[str, frozenset[str]]:
    """Return the setSpecs of things.

    In which sets one was that went, nothing tells any more: so it is in all that have things of its kind yet, and
    whoever harvests one of these learns of whatever may have left it. A tombstone of what was never harvested does no
    harm. A set that has nothing any more is listed no more.
    """
    specs = {iri: _implied([f"kind:{kind}", *made_of.get(iri, ())]) for iri, kind in kinds.items()}
    of_kind: defaultdict[str, set[str]] = defaultdict(set)
    for iri, kind in kinds.items():
        of_kind[kind] |= specs[iri]
    return {iri: frozenset(of_kind[kinds[iri]]) if iri in gone else one for iri, one in specs.items()}


def _implied(specs: Iterable[str]) -> frozenset[str]:
    """Return setSpecs with those of the sets above."""
    parts = [spec.split(":") for spec in specs]
    return frozenset(":".join(one[:length]) for one in parts for length in range(1, len(one) + 1))


def _sets(store: Dataset, specs: Iterable[str], made_of: Iterable[Mapping[str, str]]) -> tuple[Set, ...]:
    """Return sets with the labels and definitions that the dataset has."""
    values = {f"kind:{kind}": name for name, kind in reversed(_CLASSES.items())}
    for one in made_of:
        values.update(one)
    values = {spec: values.get(spec, "") for spec in sorted(specs, key=lambda spec: spec.split(":"))}
    labels = store.labels({iri for iri in values.values() if iri})
    said = describe(store, filter(None, values.values()), [_DEFINITION, _TEXT])

    def name(spec: str, iri: str) -> str:
        group, *parts = spec.split(":")
        if not parts:
            return _GROUPS[group].name
        if group == "kind" and len(parts) == 1:
            return BY_NAME[parts[0]].plural
        heading = said.text(iri, _TEXT) if group == "chapter" else None
        return f"{parts[-1]} {heading}" if heading else link(labels, iri).label

    return tuple(Set(spec, name(spec, iri), iri, said.text(iri, _DEFINITION) or "") for spec, iri in values.items())
