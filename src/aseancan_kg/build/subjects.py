"""What actions are about, and what a statement takes up again: topics, Goals and parts, with their basis."""

from collections.abc import Mapping, Sequence

from aseancan_kg import namespaces
from aseancan_kg.build.commitments import FIRST_READER, misquoted
from aseancan_kg.build.passages import Passage
from aseancan_kg.build.registers import Row
from aseancan_kg.build.values import Code
from aseancan_kg.errors import InvalidData, InvalidTables
from aseancan_kg.model import Coding

STATED = frozenset({"named", "in-substance", "explicit"})
"""Bases on which a value stands on the thing itself; what is only inferred, or named within a name, does not."""


def topics(rows: Sequence[Row], passages: Mapping[str, Passage]) -> list[Coding]:
    """Return the topics assigned to actions; raises `InvalidTables` with every row that does not fit the text."""
    return [
        _assignment(row, "topic", namespaces.concept("topic", row.written("topic"))) for row in _checked(rows, passages)
    ]


def sdgs(rows: Sequence[Row], passages: Mapping[str, Passage], known: frozenset[str]) -> list[Coding]:
    """Return the Goals and targets assigned to actions; raises `InvalidTables` with every row that does not fit."""
    unknown = [row for row in rows if row.written("sdg") not in known]
    if unknown:
        remedy = "Write a number of data/sources/un-sdg-kos.csv."
        raise InvalidTables.of(
            InvalidData(f"there is no Goal or target {row.typed['sdg']}", row.place_of("sdg"), remedy=remedy)
            for row in unknown
        )
    return [_assignment(row, "sdg", row.written("sdg")) for row in _checked(rows, passages)]


def reaffirmations(rows: Sequence[Row], plan: str, passages: Mapping[str, Passage]) -> list[Coding]:
    """Return what statements take up again of the plan with the IRI `plan`, or that nothing in it matches.

    Raises `InvalidTables` with every row whose part the plan does not have.
    """
    found: list[Coding] = []
    faults: list[InvalidData] = []
    for row in rows:
        target = row.one("target")
        if target is None:
            found.append(_reaffirmation(row, "match", namespaces.concept("match", row.written("match"))))
        elif isinstance(target, Code):
            found.append(_reaffirmation(row, "reaffirms", namespaces.concept(target.scheme, target.code)))
        elif (path := row.written("target")) in passages:
            found.append(_reaffirmation(row, "reaffirms", namespaces.part(plan, path)))
        else:
            faults.append(InvalidData(f"the plan has no {path}", row.place_of("target"), remedy="Write action/1.2.6."))
    if faults:
        raise InvalidTables.of(faults)
    return found


def _checked(rows: Sequence[Row], passages: Mapping[str, Passage]) -> Sequence[Row]:
    faults: list[InvalidData] = []
    for row in rows:
        passage = passages.get(row.written("action"))
        if passage is None:
            faults.append(InvalidData("the plan has no such action", row.place_of("action"), remedy="Write 1.2.6."))
        else:
            faults += misquoted(row, ("words",), passage.text)
    if faults:
        raise InvalidTables.of(faults)
    return rows


def _assignment(row: Row, scheme: str, value: str) -> Coding:
    basis = row.written("basis")
    return Coding(
        target=row.written("action"),
        property=scheme,
        scheme=scheme,
        value=value,
        coder=FIRST_READER,
        standing="preferred" if basis in STATED else "indirect",
        words=row.all_written("words"),
        confidence=row.written("confidence"),
        rationale=row.written("rationale"),
        basis=basis,
        locator=row.locator,
    )


def _reaffirmation(row: Row, property: str, value: str) -> Coding:
    basis = row.written("basis")
    return Coding(
        target=row.written("statement"),
        property=property,
        scheme="match",
        value=value,
        coder=FIRST_READER,
        standing="preferred" if basis in STATED or property == "match" else "indirect",
        words=(),
        confidence=row.written("confidence"),
        rationale=row.written("rationale"),
        basis=basis or None,
        match=row.written("match"),
        locator=row.locator,
    )
