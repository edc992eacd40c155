"""How an instrument hangs together with others: what came before and after it, what it carries out and belongs to."""

from collections.abc import Collection
from dataclasses import dataclass

from aseancan_kg.catalogue.labels import Labels, Link, link, natural
from aseancan_kg.namespaces import ONT, PREFIXES
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.store.descriptions import Descriptions, describe, pointing

_BEFORE, _AFTER = f"{ONT}supersedes", f"{ONT}supersededBy"
_TYPE, _PART_OF = f"{PREFIXES['rdf']}type", f"{PREFIXES['dcterms']}isPartOf"
# Property → what the thing it points to is to this one, and this one to that.
_RELATIONS = {
    f"{ONT}implementsInstrument": ("Implements", "Implemented by"),
    f"{ONT}phaseOf": ("Phase of", "Phases"),
    _PART_OF: ("Part of", "Parts"),
}
_DATES = [
    ONT + name for name in ("adoptedOn", "adoptedEarliest", "periodStartsOn", "periodStartsEarliest", "periodEndsOn")
]


@dataclass(frozen=True, slots=True)
class Dated:
    """An instrument with the day it was adopted and its period, as precise as known."""

    link: Link
    adopted: str | None
    period: str | None


@dataclass(frozen=True, slots=True)
class Succession:
    """The instruments that follow one another, this one among them, the oldest first; and the others it is tied to."""

    line: tuple[Dated, ...]
    related: tuple[tuple[str, tuple[Dated, ...]], ...]


def succession(store: Dataset, instrument: str) -> Succession | None:
    """Return what an instrument hangs together with; None where nothing is known."""
    line = _line(store, instrument)
    groups: dict[str, list[str]] = {}
    said = describe(store, [instrument], _RELATIONS)
    for name, (there, here) in _RELATIONS.items():
        groups[there] = said.iris(instrument, name)
        groups[here] = pointing(store, name, [instrument]).get(instrument, [])
    every = {*line, *(one for ones in groups.values() for one in ones)}
    dates = describe(store, every, [_TYPE, *_DATES])
    labels = store.labels(every)
    related = tuple(
        (words, _dated(dates, labels, own))
        for words, ones in groups.items()
        if (own := [one for one in ones if f"{ONT}Instrument" in dates.iris(one, _TYPE)])
    )
    return (
        Succession(_dated(dates, labels, line) if len(line) > 1 else (), related) if len(line) > 1 or related else None
    )


def _line(store: Dataset, instrument: str) -> list[str]:
    """Follow what supersedes what in both directions, from either end that says so."""
    found = [instrument]
    waiting = [instrument]
    while waiting:
        said = describe(store, waiting, [_BEFORE, _AFTER])
        near = {other for one in waiting for name in (_BEFORE, _AFTER) for other in said.iris(one, name)}
        for name in (_BEFORE, _AFTER):
            near |= {other for others in pointing(store, name, waiting).values() for other in others}
        waiting = sorted(near - set(found))
        found += waiting
    return found


def _dated(said: Descriptions, labels: Labels, iris: Collection[str]) -> tuple[Dated, ...]:
    def order(iri: str) -> tuple[str, list[tuple[int, str]]]:
        begins = said.text(iri, f"{ONT}adoptedEarliest") or said.text(iri, f"{ONT}periodStartsEarliest")
        return begins or "9999", natural(link(labels, iri).label)

    def period(iri: str) -> str | None:
        ends = [said.text(iri, ONT + name) for name in ("periodStartsOn", "periodEndsOn")]
        return "–".join(end or "?" for end in ends) if any(ends) else None

    return tuple(
        Dated(link(labels, iri), said.text(iri, f"{ONT}adoptedOn"), period(iri)) for iri in sorted(iris, key=order)
    )
