"""Instruments in time: what they supersede, implement and belong to, with their dates as precise as they are known."""

import calendar
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

import pyoxigraph as ox

from aseancan_kg.catalogue.labels import iri_of, link, text_of
from aseancan_kg.namespaces import ONT, PREFIXES, with_prefixes
from aseancan_kg.store.dataset import Dataset

MOST_IN_LINEAGE = 30
"""Instruments that the lineage of one shows."""

_SUPERSEDES = "supersedes"
_RELATIONS = {
    f"{ONT}supersedes": _SUPERSEDES,
    f"{ONT}phaseOf": "is a phase of",
    f"{ONT}implementsInstrument": "implements",
    f"{PREFIXES['dcterms']}isPartOf": "is part of",
}
"""Property between instruments → its name, the narrower first of those that one pair has."""
_DATES = {
    f"{ONT}adoptedOn": "adopted",
    f"{ONT}enteredIntoForceOn": "in_force",
    f"{ONT}periodStartsOn": "starts",
    f"{ONT}periodEndsOn": "ends",
}
_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?:Z|[+-]\d\d:\d\d)?")


@dataclass(frozen=True, slots=True)
class Span:
    """A date as precise as it is known, `text`: it fell on a day from `earliest` to `latest`."""

    earliest: date
    latest: date
    text: str

    @classmethod
    def of(cls, text: str) -> "Span | None":
        """Read a day, a month or a year as XSD writes them; None for what is none of these."""
        match = _DATE.fullmatch(text)
        if match is None:
            return None
        year, month, day = (int(part) if part else None for part in match.groups())
        assert year is not None
        try:
            last_month = month or 12
            earliest = date(year, month or 1, day or 1)
            latest = date(year, last_month, day or calendar.monthrange(year, last_month)[1])
        except ValueError:
            return None
        return cls(earliest, latest, "-".join(part for part in match.groups() if part))


@dataclass(frozen=True, slots=True)
class Instrument:
    """An instrument and its dates; None where the dataset has none."""

    iri: str
    label: str
    adopted: Span | None = None
    in_force: Span | None = None
    starts: Span | None = None
    ends: Span | None = None

    @property
    def first(self) -> date:
        """The first day that is known of it; where none is, it stands last."""
        known = [span.earliest for span in (self.adopted, self.starts, self.in_force, self.ends) if span]
        return min(known, default=date.max)


@dataclass(frozen=True, slots=True)
class Tie:
    """That one instrument, by its number, stands in a relation to another."""

    source: int
    target: int
    relation: str


@dataclass(frozen=True, slots=True)
class Lineage:
    """Instruments in groups, and the ties between them; `left_out` counts those that are not shown.

    `of` is the IRI of the one whose lineage it is, "" when it is that of many.
    """

    groups: tuple[tuple[Instrument, ...], ...]
    ties: tuple[Tie, ...]
    left_out: int = 0
    of: str = ""

    @property
    def instruments(self) -> tuple[Instrument, ...]:
        """All of them, in the order in which ties number them."""
        return tuple(one for group in self.groups for one in group)


class Lineages:
    """The relations between all instruments of a dataset."""

    def __init__(self, instruments: Mapping[str, Instrument], ties: Mapping[tuple[str, str], str]) -> None:
        self._instruments = instruments
        self._ties = ties

    def of(self, iri: str) -> Lineage | None:
        """Return what an instrument follows and what follows it, in turn; what it implements or belongs to, in turn.

        Also what implements it or belongs to it. None for an instrument that has no such relation.
        """
        if iri not in self._instruments:
            return None
        chain = self._reached({iri}, {_SUPERSEDES}, both_ways=True)
        wider = set(_RELATIONS.values()) - {_SUPERSEDES}
        above = self._reached({iri}, wider, both_ways=False)
        below = {source for (source, target), relation in self._ties.items() if target == iri and relation in wider}
        members = sorted({*chain, *above, *below}, key=lambda one: (one != iri, one not in chain, self._order(one)))
        shown = sorted(members[:MOST_IN_LINEAGE], key=self._order)
        return replace(self._lineage([shown], set(_RELATIONS.values())), left_out=len(members) - len(shown), of=iri)

    def overview(self) -> Lineage | None:
        """Return every chain of instruments that supersede one another; None where there is none."""
        chains: list[list[str]] = []
        seen = set[str]()
        for (source, _), relation in self._ties.items():
            if relation == _SUPERSEDES and source not in seen:
                chain = self._reached({source}, {_SUPERSEDES}, both_ways=True)
                seen |= chain
                chains.append(sorted(chain, key=self._order))
        chains.sort(key=lambda chain: self._order(chain[0]))
        return self._lineage(chains, {_SUPERSEDES}) if chains else None

    def _reached(self, begin: set[str], relations: Collection[str], *, both_ways: bool) -> set[str]:
        reached, waiting = set(begin), set(begin)
        while waiting:
            ways = [pair for pair, relation in self._ties.items() if relation in relations]
            onward = {target for source, target in ways if source in waiting}
            back = {source for source, target in ways if target in waiting} if both_ways else set[str]()
            waiting = (onward | back) - reached
            reached |= waiting
        return reached

    def _order(self, iri: str) -> tuple[date, int, str, str]:
        """Sort key by date; an instrument without one stands before what supersedes it, or after what it supersedes."""
        one, first, place = self._instruments[iri], self._instruments[iri].first, 1
        if first == date.max:
            pairs = [pair for pair, relation in self._ties.items() if relation == _SUPERSEDES]
            later = [self._instruments[source].first for source, target in pairs if target == iri]
            earlier = [self._instruments[target].first for source, target in pairs if source == iri]
            first, place = (min(later), 0) if later else (max(earlier, default=date.max), 2)
        return first, place, one.label, one.iri

    def _lineage(self, groups: Iterable[Iterable[str]], relations: Collection[str]) -> Lineage:
        shown = tuple(tuple(self._instruments[iri] for iri in group) for group in groups)
        numbers = {one.iri: number for number, one in enumerate(one for group in shown for one in group)}
        ties = tuple(
            Tie(numbers[source], numbers[target], relation)
            for (source, target), relation in self._ties.items()
            if source in numbers and target in numbers and relation in relations
        )
        return Lineage(shown, ties)


def lineages(store: Dataset) -> Lineages:
    """Read the relations between instruments, and the dates of those that have any."""
    pairs = " ".join(f"<{name}>" for name in _RELATIONS)
    query = (
        f"SELECT DISTINCT ?source ?relation ?target WHERE {{ VALUES ?relation {{ {pairs} }}"
        " ?source a ac:Instrument ; ?relation ?target . ?target a ac:Instrument }"
    )
    rows = store.rows(with_prefixes(query))
    found = sorted((iri_of(row["source"]), iri_of(row["target"]), iri_of(row["relation"])) for row in rows)
    ties = dict[tuple[str, str], str]()
    for name, relation in _RELATIONS.items():
        for source, target, used in found:
            if used == name and source != target:
                ties.setdefault((source, target), relation)
    named = {ox.NamedNode(iri) for pair in ties for iri in pair}
    dates: defaultdict[str, dict[str, Span | None]] = defaultdict(dict)
    for quad in store.statements(named, [ox.NamedNode(name) for name in _DATES]):
        dates[iri_of(quad.subject)][_DATES[quad.predicate.value]] = Span.of(text_of(quad.object))
    labels = store.labels(node.value for node in named)
    instruments = {
        node.value: Instrument(node.value, link(labels, node.value).label, **dates[node.value]) for node in named
    }
    return Lineages(instruments, ties)
