"""In which state an instrument was when, concluded from the dates of the registers.

Nothing here is asserted: each state is a node of its own that names the assertions it is concluded from. A state holds
from the day on which it begins until, and not on, the day on which it ends, so that one state ends on the day on which
the next begins. The period of an instrument covers its first and its last year, month or day whole; it is in its period
until the end, also when its successor was adopted before.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from rdflib import Literal, URIRef
from rdflib.namespace import PROV, RDF, SKOS

from aseancan_kg import namespaces
from aseancan_kg.build.registers import Registers, Row
from aseancan_kg.build.triples import AC, Triple, dated, iri
from aseancan_kg.build.values import PartialDate, Reference

_STARTS = (("entered_into_force", "in-force"), ("period_start", "in-period"), ("adopted", "standing"))
"""Column that begins the main state of an instrument → that state; the first that is filled counts."""


def states(registers: Registers) -> Iterator[Triple]:
    """Triples of every state of every instrument that its dates tell."""
    rows = {row.reference: row for row in registers.rows["instruments"]}
    successors: dict[Reference, list[Row]] = {}
    for row in rows.values():
        for old in row.cells["supersedes"]:
            if isinstance(old, Reference):
                successors.setdefault(old, []).append(row)
    for row in rows.values():
        for number, (state, begin, end) in enumerate(_states(row, successors), start=1):
            yield from _state(row, number, state, begin, end)


Bound = tuple[Row, str, PartialDate]
"""The day on which something changes, as precise as known, with the row and the column that give it."""


def _states(row: Row, successors: Mapping[Reference, Sequence[Row]]) -> Iterator[tuple[str, Bound, Bound | None]]:
    adopted, ended, main = _bound(row, "adopted"), _bound(row, "period_end"), _main(row)
    starts = [found[1] for successor in successors.get(row.reference, ()) if (found := _main(successor))]
    replaced = min(starts, key=lambda bound: bound[2].latest, default=None)
    if main is None:
        return
    state, begin = main
    if adopted and adopted[2].latest < begin[2].earliest:
        yield "adopted", adopted, begin
    yield state, begin, ended or replaced
    if ended:
        yield "ended", ended, None
    elif replaced:
        yield "superseded", replaced, None


def _main(row: Row) -> tuple[str, Bound] | None:
    """Return the main state of an instrument and when it begins: not before it was adopted."""
    found = next(((state, bound) for column, state in _STARTS if (bound := _bound(row, column))), None)
    adopted = _bound(row, "adopted")
    if found and adopted and adopted[2].earliest > found[1][2].latest:
        return found[0], adopted
    return found


def _bound(row: Row, column: str) -> Bound | None:
    value = row.one(column)
    if not isinstance(value, PartialDate):
        return None
    if column == "period_start":
        value = PartialDate(value.earliest.isoformat())
    if column == "period_end":
        value = PartialDate((value.latest + timedelta(days=1)).isoformat())
    return row, column, value


def _state(row: Row, number: int, state: str, begin: Bound, end: Bound | None) -> Iterator[Triple]:
    node = URIRef(namespaces.thing("state-of-instrument", f"{row.slug}/{number}"))
    yield node, RDF.type, AC.InstrumentState
    yield node, SKOS.prefLabel, Literal(f"State {number} of {row.written('title')}: {state}", lang="en")
    yield node, AC.stateOf, iri(row.reference)
    yield node, AC.instrumentStatus, URIRef(namespaces.concept("instrument-status", state))
    for stem, bound in (("stateBegins", begin), ("stateEnds", end)):
        if bound:
            giver, column, date = bound
            yield from dated(node, stem, date)
            assertion = namespaces.thing("assertion", f"{giver.reference}/{column}")
            yield node, PROV.wasDerivedFrom, URIRef(assertion)
