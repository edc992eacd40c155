"""Where a body or a mechanism stands: above it, below it, and the meetings it holds."""

from dataclasses import dataclass

from aseancan_kg.catalogue.labels import Labels, Link, link, natural
from aseancan_kg.namespaces import ONT
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.store.descriptions import Descriptions, describe, pointing

_PARENT, _SERIES = f"{ONT}parent", f"{ONT}inSeries"
_STARTED = [ONT + name for name in ("startedOn", "startedEarliest")]


@dataclass(frozen=True, slots=True)
class Held:
    """A meeting, and when it began as precise as known."""

    link: Link
    when: str | None


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """The bodies above one, the highest first, and those right below it."""

    above: tuple[Link, ...]
    below: tuple[Link, ...]
    founded: str | None
    founding_act: str | None


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The meetings of the same series before and after one."""

    series: tuple[Link, ...]
    before: Held | None
    after: Held | None


def hierarchy(store: Dataset, body: str) -> Hierarchy | None:
    """Return what stands above and below a body, and how it was founded; None where nothing is known."""
    trail = [body]
    while (at := describe(store, trail[-1:], [_PARENT]).iri(trail[-1], _PARENT)) and at not in trail:
        trail.append(at)
    above = trail[:0:-1]
    below = pointing(store, _PARENT, [body]).get(body, [])
    said = describe(store, [body], [f"{ONT}establishedOn", f"{ONT}foundingAct"])
    founded, act = said.text(body, f"{ONT}establishedOn"), said.text(body, f"{ONT}foundingAct")
    if not (above or below or act):
        return None
    labels = store.labels([*above, *below])
    children = sorted((link(labels, one) for one in below), key=lambda one: natural(one.label))
    return Hierarchy(tuple(link(labels, one) for one in above), tuple(children), founded, act)


def meetings_of(store: Dataset, series: str) -> tuple[Held, ...]:
    """Return the meetings of a series, the latest first."""
    found = pointing(store, _SERIES, [series]).get(series, [])
    said = describe(store, found, _STARTED)
    labels = store.labels(found)
    return tuple(_held(said, labels, iri) for iri in reversed(_in_time(said, labels, found)))


def neighbours(store: Dataset, meeting: str) -> Neighbours | None:
    """Return the meetings before and after one in its series; None where it is in none."""
    series = describe(store, [meeting], [_SERIES]).iris(meeting, _SERIES)
    if not series:
        return None
    found = [iri for ones in pointing(store, _SERIES, series).values() for iri in ones]
    said = describe(store, found, _STARTED)
    labels = store.labels([*series, *found])
    ordered = _in_time(said, labels, list(dict.fromkeys(found)))
    place = ordered.index(meeting)
    before, after = ordered[:place][-1:], ordered[place + 1 :][:1]
    return Neighbours(
        tuple(link(labels, one) for one in series),
        *(_held(said, labels, ones[0]) if ones else None for ones in (before, after)),
    )


def _in_time(said: Descriptions, labels: Labels, meetings: list[str]) -> list[str]:
    def order(iri: str) -> tuple[str, list[tuple[int, str]]]:
        return said.text(iri, f"{ONT}startedEarliest") or "9999", natural(link(labels, iri).label)

    return sorted(meetings, key=order)


def _held(said: Descriptions, labels: Labels, iri: str) -> Held:
    return Held(link(labels, iri), said.text(iri, f"{ONT}startedOn"))
