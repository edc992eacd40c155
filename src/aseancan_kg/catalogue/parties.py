"""A state or a group of states: what it is a member of, which instruments it has joined and how, and what it said."""

from dataclasses import dataclass

from aseancan_kg.catalogue.labels import Link, iri_of, link, natural
from aseancan_kg.catalogue.statements import Statement, statements_of
from aseancan_kg.namespaces import ONT, concept
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.store.descriptions import describe, nodes

_MEMBER, _PARTY, _ADOPTED_BY, _ACTING = (ONT + name for name in ("hasMember", "party", "adoptedBy", "actingParty"))
_INSTRUMENT, _ACT, _ON, _EARLIEST = (ONT + name for name in ("onInstrument", "partyAct", "actedOn", "actedEarliest"))
_SIGNED, _IN_FORCE = (concept("party-act", name) for name in ("signed", "entered-into-force"))


@dataclass(frozen=True, slots=True)
class Act:
    """What a party did about an instrument, such as to ratify it, and when as far as known."""

    link: Link
    when: str | None


@dataclass(frozen=True, slots=True)
class Joined:
    """An instrument of a party, and its acts from its signature to its being bound; days may not be known."""

    instrument: Link
    acts: tuple[Act, ...]


@dataclass(frozen=True, slots=True)
class Party:
    """What a state is a member of, the instruments that it adopted or joined, and what it is reported to have said.

    `signed` are instruments of which nothing more is known than that it signed them, which does not bind it (Vienna
    Convention on the Law of Treaties, articles 14 and 18).
    """

    memberships: tuple[Link, ...]
    instruments: tuple[Joined, ...]
    signed: tuple[Joined, ...]
    statements: tuple[Statement, ...]


def party(store: Dataset, state: str) -> Party | None:
    """Return what a state takes part in; None where that is nothing."""
    by_property: dict[str, set[str]] = {}
    for quad in store.quads(predicates=nodes([_MEMBER, _PARTY, _ADOPTED_BY, _ACTING]), objects=nodes([state])):
        by_property.setdefault(quad.predicate.value, set()).add(iri_of(quad.subject))
    members, parties, adopted, acts = (by_property.get(name, set()) for name in (_MEMBER, _PARTY, _ADOPTED_BY, _ACTING))
    said = describe(store, acts)
    of_instrument: dict[str, list[str]] = {iri: [] for iri in parties | adopted}

    def step(act: str) -> tuple[int, str, list[tuple[int, str]]]:
        kind = said.iri(act, _ACT)
        return (kind != _SIGNED) + (kind == _IN_FORCE), said.text(act, _EARLIEST) or "", natural(act)

    for act in sorted(acts, key=step):
        for instrument in said.iris(act, _INSTRUMENT):
            of_instrument.setdefault(instrument, []).append(act)
    spoken = statements_of(store, state)
    if not (members or of_instrument or spoken):
        return None
    kinds = {act: said.iri(act, _ACT) or act for acts in of_instrument.values() for act in acts}
    labels = store.labels({*members, *of_instrument, *kinds.values()})
    joined = (
        parties | adopted | {iri for iri, acts in of_instrument.items() if any(kinds[act] != _SIGNED for act in acts)}
    )

    def ordered(iris: set[str]) -> list[Link]:
        return sorted((link(labels, iri) for iri in iris), key=lambda one: natural(one.label))

    def done(act: str) -> Act:
        return Act(Link(act, link(labels, kinds[act]).label), said.text(act, _ON))

    def acted(iris: set[str]) -> tuple[Joined, ...]:
        return tuple(Joined(one, tuple(map(done, of_instrument[one.iri]))) for one in ordered(iris))

    return Party(tuple(ordered(members)), acted(joined), acted({*of_instrument} - joined), spoken)
