"""Things with names, among which a record that comes in may be one already; how like it they are, and why."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import pyoxigraph as ox

from aseancan_kg.edits import SEPARATOR
from aseancan_kg.imports.incoming import Incoming
from aseancan_kg.library.reconciliation.matching import Candidate, Matcher
from aseancan_kg.library.reconciliation.names import parts
from aseancan_kg.namespaces import ID, ONT, PREFIXES
from aseancan_kg.store.embedded import EmbeddedStore

ALIKE = 75.0
"""Score of a name from which on a thing may be the one that comes in."""
_ALIKE_IF_SAME_DAY, _ALIKE_IF_ANOTHER_DAY = 65.0, 85.0
_PERIOD = ("period_start", "period_end")
_DATES = ("adopted", "entered_into_force", *_PERIOD)
_SHARED = ("kind", "adopting_body", "parties")
"""Columns whose values tell two instruments of the same name apart when they have none in common."""
_IDENTIFIERS = {"slug": "the same slug", "wikidata": "the same Wikidata item"}
_WHOLE_DAY = len("2015-11-21")
_ROW = f"{ID}row/"
_NAMED = (("title", f"{PREFIXES['skos']}prefLabel"), ("short_title", f"{PREFIXES['skos']}altLabel"))
_ALTERNATIVE, _ACRONYM = f"{PREFIXES['skos']}altLabel", f"{ONT}acronym"

Cells = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Likeness:
    """A thing that a record may be: `thing` is its kind and slug, or `row/` and a number for a record of the same file.

    `score` is that of the names, from 0 to 100. `certain` tells that the record is this thing and no other.
    """

    thing: str
    name: str
    score: float
    reasons: tuple[str, ...]
    certain: bool = False


class Things:
    """Things by their names, and by the cells of those that are compared by more than that."""

    def __init__(self, matcher: Matcher, cells: Mapping[str, Cells], *, by_day: bool = True) -> None:
        """Let things be found also `by_day`: those of the same kind that were adopted on the very same day."""
        self.matcher = matcher
        self.cells = cells
        """IRI of an instrument → its cells, to the letter."""
        first_last = reversed([*cells.items()])  # so that of several the first stays
        self._identified = {
            (column, row[column]): iri for iri, row in first_last for column in (*_IDENTIFIERS, "url") if row[column]
        }
        self._of_day: dict[tuple[str, str], list[str]] = defaultdict(list)
        for iri, row in cells.items() if by_day else ():
            if row["kind"] and len(row["adopted"]) == _WHOLE_DAY:
                self._of_day[row["kind"], row["adopted"]].append(iri)

    @classmethod
    def of_file(cls, records: Sequence[Incoming]) -> Self:
        """Return the records of a file themselves; a file may hold all that one summit adopted."""
        quads = [quad for record in records for quad in _described(record)]
        store = EmbeddedStore(quads, version="", union_default_graph=True)
        return cls(Matcher(store), {f"{_ROW}{record.number}": record.cells for record in records}, by_day=False)

    def named(self, name: str, kinds: Sequence[str]) -> str:
        """Return kind and slug of the thing of one of these kinds that is safely called so, "" when none is."""
        found = [one for one in self.matcher.candidates(name) if one.match]
        paths = [one.entity.iri.removeprefix(ID) for one in found]
        return next((path for path in paths if path.partition("/")[0] in kinds), "")

    def names_of(self, iri: str) -> frozenset[str]:
        """Return all names of a thing."""
        entity = self.matcher.entities.get(iri)
        return frozenset(name.text for name in entity.names) if entity else frozenset()

    def like(self, record: Incoming) -> list[Likeness]:
        """Return what a record may be, the likeliest first."""
        own = f"{_ROW}{record.number}"
        named = {iri: found for iri, found in self._by_name(record).items() if iri != own}
        identified = {iri: column for column, iri in self._by_identifier(record) if iri != own}
        of_day = self._of_day.get((record.cells["kind"], record.cells["adopted"]), ())
        found = dict.fromkeys((*named, *identified, *of_day))
        judged = [self._judged(record, iri, named.get(iri), identified.get(iri), iri in of_day) for iri in found]
        return sorted(filter(None, judged), key=lambda one: (not one.certain, -one.score, one.thing))

    def _by_identifier(self, record: Incoming) -> Iterator[tuple[str, str]]:
        for column in ("url", *_IDENTIFIERS):
            if iri := self._identified.get((column, record.cells[column])):
                yield column, iri

    def _by_name(self, record: Incoming) -> dict[str, tuple[str, Candidate]]:
        """Return for each thing the name of the record that is most like one of its own."""
        best: dict[str, tuple[str, Candidate]] = {}
        acronym = record.cells["acronym"]
        asked = dict.fromkeys((record.cells["title"], record.cells["short_title"], *record.names, acronym))
        for name in filter(None, asked):
            for found in self.matcher.candidates(name):
                iri = found.entity.iri
                told = found.features["same_name"] if name == acronym else True
                if told and iri.startswith(ID) and (iri not in best or _rank(found) > _rank(best[iri][1])):
                    best[iri] = name, found
        return best

    def _judged(
        self, record: Incoming, iri: str, named: tuple[str, Candidate] | None, identified: str | None, of_day: bool
    ) -> Likeness | None:
        """Tell how like a thing is by a name of the record, by an identifier or by its day; None when too little."""
        cells, entity = self.cells.get(iri, {}), self.matcher.entities.get(iri)
        name, found = named or ("", None)
        score, same = (found.score, bool(found.features["same_name"])) if found else (0.0, False)
        day = _compared(record.cells["adopted"], cells.get("adopted", ""))
        needed = {None: ALIKE, True: _ALIKE_IF_SAME_DAY, False: _ALIKE_IF_ANOTHER_DAY}[day]
        if not (identified or same or of_day or (cells and score >= needed)):
            return None
        differ = bool(found and (_differ(record.cells["title"], found.entity.name) or _differ(name, found.called.text)))
        if differ and not identified:
            return None
        doubts = [*_doubts(record.cells, cells, self.names_of(iri))] if cells else []
        known = identified in _IDENTIFIERS and score >= _ALIKE_IF_SAME_DAY and not differ
        called = bool(found and found.match and name != record.cells["acronym"] and cells and not doubts)
        reasons = [_IDENTIFIERS.get(identified, "the same web address")] if identified else []
        if found:
            of_another = f" “{found.called.text}”" if found.called is not found.entity.names[0] else ""
            reasons.append(f"the same name{of_another}" if same else f"a name like it{of_another}")
        if of_day:
            reasons.append("the same kind")
        if day:
            reasons.append("the dates of adoption agree")
        preferred = entity.name if entity else cells.get("title", "")
        return Likeness(iri.removeprefix(ID), preferred, score, (*reasons, *doubts), known or called)


def _rank(found: Candidate) -> tuple[bool, float]:
    return found.match, found.score


def _compared(one: str, other: str) -> bool | None:
    """Tell whether two dates may be the same, None when one is not known."""
    return one.startswith(other) or other.startswith(one) if one and other else None


def _doubts(cells: Cells, known: Cells, names: Collection[str]) -> Iterator[str]:
    """Yield what speaks against a record being an instrument that is called the same."""
    dates = (date for date in _DATES if _compared(cells[date], known[date]) is False)
    others = (column for column in _SHARED if _none_shared(cells[column], known[column]))
    yield from (f"{column}: “{known[column]}” there" for column in (*dates, *others))
    yield from (f"{column}: empty there" for column in _PERIOD if cells[column] and not known[column])
    there = {number for name in names for number in _numbers(name)} | {known[date][:4] for date in _DATES}
    if more := _numbers(cells["title"]) - there:
        yield f"no {', '.join(sorted(more))} in its names"


def _none_shared(one: str, other: str) -> bool:
    """Tell whether two cells hold values, and not one that is the same."""
    return bool(one and other) and {*one.split(SEPARATOR)}.isdisjoint(other.split(SEPARATOR))


def _differ(one: str, other: str) -> bool:
    """Tell whether two names have numbers of which neither has all of the other: `2016-2020` and `2021-2025`."""
    ours, theirs = map(_numbers, (one, other))
    return not (ours <= theirs or theirs <= ours)


def _numbers(name: str) -> set[str]:
    return {part for part in parts(name) if any(map(str.isdigit, part))}


def _described(record: Incoming) -> Iterator[ox.Quad]:
    subject = ox.NamedNode(f"{_ROW}{record.number}")
    yield ox.Quad(subject, ox.NamedNode(f"{PREFIXES['rdf']}type"), ox.NamedNode(f"{ONT}Instrument"))
    told = [(name, record.cells[column]) for column, name in (*_NAMED, ("acronym", _ACRONYM))]
    for name, text in (*told, *((_ALTERNATIVE, other) for other in record.names)):
        if text:
            yield ox.Quad(subject, ox.NamedNode(name), ox.Literal(text))
