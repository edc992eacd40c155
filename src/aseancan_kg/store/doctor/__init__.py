"""Why a query finds nothing: the first element that leaves nothing, what is near to it, and what would mend it.

`examine` takes the query's own tokens apart (`reading`, `patterns`), asks the store small questions in a limited time
(`probes`), finds the element at which the query becomes empty (`blockers`) and what was probably meant (`near`,
`terms`). A replacement is said to mend the query only after the mended query was evaluated.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from aseancan_kg import syntax
from aseancan_kg.errors import StoreUnavailable, SyntaxProblem
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.store.doctor import near, reading, terms
from aseancan_kg.store.doctor.blockers import Blocker, Cut, Scope, first, lonely
from aseancan_kg.store.doctor.findings import Diagnosis, Finding, FindingKind, Outcome
from aseancan_kg.store.doctor.near import NearMiss
from aseancan_kg.store.doctor.patterns import AGGREGATES, Kind, Select, Token, part_of
from aseancan_kg.store.doctor.probes import Probes, evaluate
from aseancan_kg.store.doctor.terms import Role

__all__ = ["EXAMINATION", "Diagnosis", "Finding", "FindingKind", "Outcome", "deadline_of", "examine"]

EXAMINATION = 2.0
"""Seconds for which the doctor goes on asking; in memory a single question of its may take longer."""

_MOST_BLOCKERS = 5
_LONGEST_QUOTE = 100
_REASONS = {
    Kind.FILTER: (FindingKind.FILTER, "nothing that is found before passes {}"),
    Kind.EXISTS: (FindingKind.FILTER, "nothing that is found before has {}"),
    Kind.NOT_EXISTS: (FindingKind.EXCLUSION, "{} leaves out all that is found before"),
    Kind.MINUS: (FindingKind.EXCLUSION, "{} takes away all that is found before"),
    Kind.VALUES: (FindingKind.VALUES, "none of these values is found here: {}"),
}
_JOIN = (FindingKind.JOIN, "{} is found on its own, but not together with what stands before it")


def deadline_of(query_seconds: float) -> float:
    """Return the moment at which an examination begun now ends, where a query may take `query_seconds`."""
    return time.monotonic() + min(EXAMINATION, query_seconds / 2)


def examine(
    store: Dataset,
    text: str,
    default_graphs: Sequence[str] = (),
    named_graphs: Sequence[str] = (),
    *,
    deadline: float | None = None,
) -> Diagnosis:
    """Say why a query finds nothing: no row, no triple, false, or only counts of nought.

    No question to the store is begun after `deadline`, a moment of `time.monotonic`, in `EXAMINATION` seconds unless it
    is given; a store that fails then was out of time as well. Graphs given here replace the query's own, as in
    `QueryStore.query`. Raises as `syntax.check` and `QueryStore.query` do.
    """
    if deadline is None:
        deadline = time.monotonic() + EXAMINATION
    syntax.check(text)
    findings: list[Finding] = []
    try:
        probes = _probes(store, text, default_graphs, named_graphs, deadline)
        if probes:
            outcome = _outcome(probes, findings)
        else:
            # The engine tells its own faults, in this text; what it takes but `reading` does not stays unexplained.
            found = evaluate(store, text, default_graphs, named_graphs)
            outcome = Outcome.NOT_EMPTY if found else Outcome.UNEXPLAINED
    except (TimeoutError, StoreUnavailable):
        if time.monotonic() < deadline:
            raise
        outcome = Outcome.OUT_OF_TIME
    return Diagnosis(outcome, tuple(findings))


def _probes(
    store: Dataset, text: str, default_graphs: Sequence[str], named_graphs: Sequence[str], deadline: float
) -> Probes | None:
    """Return what asks about a query, None for one that does not parse or is not read here."""
    try:
        probes = Probes(store, reading.read(text), default_graphs, named_graphs, deadline)
        probes.parse()
    except SyntaxProblem:
        return None
    return probes


def _outcome(probes: Probes, findings: list[Finding]) -> Outcome:
    """Examine a query and add what is found to `findings`, in which it stays when the time runs out."""
    blockers = list(islice(lonely(probes, probes.query.body.where, Scope()), _MOST_BLOCKERS))
    if not blockers and probes.finds(probes.query):
        return Outcome.NOT_EMPTY
    for finding in _findings(probes, blockers):
        if finding not in findings:
            findings.append(finding)
    if probes.left_out and not any(finding.mended for finding in findings):
        return Outcome.OUT_OF_TIME
    return Outcome.EXPLAINED if findings else Outcome.UNEXPLAINED


def _findings(probes: Probes, lone: Sequence[Blocker]) -> Iterator[Finding]:
    """Yield what is amiss with the graphs asked, then what is amiss with each blocker, else with the query's head."""
    query = probes.query
    missing = list(_missing_graphs(probes))
    yield from missing
    if missing and len(missing) == len(probes.given_graphs or query.dataset):
        return
    blockers = lone or first(probes, query.body, Scope())
    for blocker in blockers:
        found = list(_cut(probes, blocker) if isinstance(blocker, Cut) else _blocked(probes, blocker))
        yield from found
        if any(finding.mended for finding in found):
            return
    if not blockers:
        for token in query.head.tokens:
            if query.form == "describe" and token.kind in ("iri", "prefixed"):
                yield from _amiss(probes, near.unknown(probes, part_of(token), Role.NODE))
        for token in query.result_variables:
            if not probes.values(token.text[1:], query.body.where_text):
                yield from _amiss(probes, [near.unbound(probes, token.text[1:], part_of(token))])


def _missing_graphs(probes: Probes) -> Iterator[Finding]:
    for token in () if probes.given_graphs else probes.query.dataset:
        yield from _amiss(probes, near.unknown(probes, part_of(token), Role.GRAPH))
    for graph in probes.given_graphs:
        if graph not in probes.store.graphs:
            close = terms.near(probes, graph, terms.local_name(graph), Role.GRAPH)
            meant = f"; did you mean {' or '.join(f'<{name}>' for name in close)}?" if close else ""
            yield Finding(FindingKind.UNKNOWN_IRI, f"the request names <{graph}>, but there is no such graph{meant}")


def _blocked(probes: Probes, blocker: Blocker) -> Iterator[Finding]:
    """Yield that an element blocks and what values it meets, then the near misses up to the first that mends it."""
    element, scope = blocker.element, blocker.scope
    quoted = _quote(probes.query.verbatim(element.tokens))
    if blocker.is_alone and element.kind is Kind.TRIPLE:
        where = f" in {scope.graph.text}" if scope.graph else ""
        message = f"nothing matches {quoted}{where}" + _instead(probes, blocker)
        yield _finding(probes, FindingKind.PATTERN, message, element.tokens)
    elif not blocker.is_alone:
        kind, reason = _REASONS.get(element.kind, _JOIN)
        message = reason.format(quoted) + (_instead(probes, blocker) or "".join(_met(probes, blocker)))
        yield _finding(probes, kind, message, element.tokens)
    yield from _amiss(probes, near.near_misses(probes, blocker))


def _instead(probes: Probes, blocker: Blocker) -> str:
    """Say some values that are where a triple pattern has a constant; of a class there would be too many."""
    if blocker.element.kind is not Kind.TRIPLE:
        return ""
    subject, step, value = blocker.element.parts
    place = blocker.scope.alone if blocker.is_alone else blocker.scope.joined
    if value.is_variable or step.text == "a":
        return ""
    found = probes.values(probes.sought, place(f"{subject.text} {step.text} ?{probes.sought} ."))
    return f"; values there are {terms.listed(found, probes.query)}" if found else ""


def _met(probes: Probes, blocker: Blocker) -> Iterator[str]:
    """Yield, for each variable that a blocking element shares with those before it, some values it has there."""
    scope, element = blocker.scope, blocker.element
    known = {name for each in scope.seen for name in each.variables}
    for name in element.variables:
        before = probes.values(name, scope.joined("")) if name in known else []
        if before:
            here = probes.values(name, scope.alone(element.text)) if element.kind is Kind.TRIPLE else []
            yield f"; before it ?{name} is {terms.listed(before, probes.query)}"
            yield f", in it {terms.listed(here, probes.query)}" if here else ""


def _cut(probes: Probes, cut: Cut) -> Iterator[Finding]:
    """Yield that a modifier leaves no row; of HAVING also the greatest values of what it compares."""
    quoted = _quote(cut.clause.text)
    if cut.clause.keyword != "HAVING":
        message = f"there are rows, but {quoted} leaves none of them"
        yield _finding(probes, FindingKind.SLICE, message, cut.clause.tokens)
        return
    message = f"there are groups, but none passes {quoted}"
    for expression, token in _compared(cut.clause.tokens, cut.clause.text):
        greatest = probes.values(probes.sought, cut.scope.alone(_greatest(cut.select, expression, probes.sought)))
        if greatest:
            message += f"; {expression} is at most {terms.listed(greatest, probes.query)}"
        elif token.kind == "variable":
            yield from _amiss(probes, [near.unbound(probes, token.text[1:], part_of(token))])
    yield _finding(probes, FindingKind.HAVING, message, cut.clause.tokens)


def _compared(tokens: Sequence[Token], text: str) -> Iterator[tuple[str, Token]]:
    """Yield the aggregates and variables in HAVING, as written, with their first token."""
    end = 0
    for at, token in enumerate(tokens):
        if token.start < end:
            continue
        if token.word in AGGREGATES:
            depth = 0
            for closing in tokens[at + 1 :]:
                depth += (closing.text == "(") - (closing.text == ")")
                end = closing.end
                if depth == 0:
                    break
            yield text[token.start - tokens[0].start : end - tokens[0].start], token
        elif token.kind == "variable":
            yield token.text, token


def _greatest(select: Select, expression: str, variable: str) -> str:
    """Return a group in which a variable has the greatest value of an expression over the groups of a SELECT."""
    if expression.startswith(("?", "$")):
        rows = select.text("HAVING", "VALUES", "ORDER", "LIMIT", "OFFSET")
        group = f"SELECT ({expression} AS ?{variable}) {{ {{ {rows} }} }}"
    else:
        grouping = next((clause.text for clause in select.modifiers if clause.keyword == "GROUP"), "")
        group = f"SELECT ({expression} AS ?{variable}) {{ {select.where_text} }} {grouping}"
    return f"{{ {group} ORDER BY DESC(?{variable}) LIMIT 1 }}"


def _amiss(probes: Probes, misses: Iterator[NearMiss] | Sequence[NearMiss]) -> Iterator[Finding]:
    """Yield the findings of near misses, up to the first that mends the query."""
    for miss in misses:
        part = miss.part
        if part is None or not miss.candidates:
            yield _finding(probes, miss.kind, miss.message, part.tokens if part else ())
            continue
        mending = next((each for each in miss.candidates if probes.mended(part, each)), None)
        chosen = mending or miss.candidates[0]
        others = [mending] if mending else miss.candidates
        message = f"{miss.message}; did you mean {' or '.join(others)}?"
        found = _finding(probes, miss.kind, message, part.tokens)
        yield replace(found, suggestion=chosen, mended=probes.mended(part, chosen))
        if mending:
            return


def _finding(probes: Probes, kind: FindingKind, message: str, tokens: tuple[Token, ...]) -> Finding:
    if not tokens:
        return Finding(kind, message)
    line, column = probes.query.place(tokens[0].start)
    return Finding(kind, message, line, column, probes.query.verbatim(tokens))


def _quote(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _LONGEST_QUOTE else f"{words[:_LONGEST_QUOTE]}…"
