"""The first element of a query at which it becomes empty.

A probe is made of elements as they are written, inside the groups they stand in, and grows by one element at a time.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from aseancan_kg.store.doctor.patterns import Clause, Element, Group, Kind, Part, Select
from aseancan_kg.store.doctor.probes import Probes

_NEVER_EMPTY = (Kind.BIND, Kind.OPTIONAL)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a probe writes around an element: the groups it stands in and the elements before it.

    `graph` is the name in the innermost GRAPH around it.
    """

    before: str = ""
    after: str = ""
    graph: Part | None = None
    seen: Group = ()

    def joined(self, text: str) -> str:
        """Return the group that joins a text to the elements before it."""
        return f"{self.before} {text} {self.after}"

    def alone(self, text: str) -> str:
        """Return the group that holds a text and nothing else, in its graph."""
        return f"GRAPH {self.graph.text} {{ {text} }}" if self.graph else text

    def grown(self, element: Element) -> "Scope":
        """Return the scope of what follows an element."""
        return replace(self, before=f"{self.before} {element.text}", seen=(*self.seen, element))

    def inside(self, element: Element) -> "Scope":
        """Return the scope of what a nested element holds."""
        graph = element.parts[0] if element.kind is Kind.GRAPH else self.graph
        return replace(self, before=f"{self.before} {element.opening} {{", after=f"}} {self.after}", graph=graph)

    def of_select(self) -> "Scope":
        """Return the scope of the WHERE clause of a sub-SELECT, which knows nothing of what stands around it."""
        return Scope(f"GRAPH {self.graph.text} {{", "}", self.graph) if self.graph else Scope()


@dataclass(frozen=True, slots=True)
class Blocker:
    """An element with which nothing is left; `is_alone` when it matches nothing even without those before it."""

    element: Element
    scope: Scope
    is_alone: bool


@dataclass(frozen=True, slots=True)
class Cut:
    """HAVING, LIMIT or OFFSET that leaves a SELECT no row."""

    clause: Clause
    select: Select
    scope: Scope


def lonely(probes: Probes, group: Group, scope: Scope) -> Iterator[Blocker]:
    """Yield the triple patterns, of those that every solution needs, that match nothing on their own."""
    for element in group:
        match element.kind:
            case Kind.TRIPLE if not (element.is_of_any_length or probes.ask(scope.alone(element.text))):
                yield Blocker(element, scope, True)
            case Kind.GRAPH if is_unknown_graph(probes, element):
                yield Blocker(element, scope, True)
            case Kind.GROUP | Kind.GRAPH | Kind.EXISTS:
                yield from lonely(probes, element.branches[0], scope.inside(element))
            case Kind.SELECT if element.select and not element.select.always_has_a_row:
                yield from lonely(probes, element.select.where, scope.of_select())


def first(probes: Probes, select: Select, scope: Scope) -> list[Blocker | Cut]:
    """Return what first leaves a SELECT without rows: elements (one of each branch of a UNION) or one modifier."""
    found: list[Blocker | Cut] = [*_grow(probes, select.where, scope)]
    waiting = ["HAVING", "VALUES", "LIMIT", "OFFSET"]  # in the order in which they take effect
    while waiting and not found:
        keyword = waiting.pop(0)
        clause = next((clause for clause in select.modifiers if clause.keyword == keyword), None)
        if clause and not probes.ask(scope.alone(select.solutions(*waiting))):
            found.append(_modifier(clause, select, scope, (keyword, *waiting)))
    return found


def is_unknown_graph(probes: Probes, element: Element) -> bool:
    """Tell whether an element names a graph that the store has not."""
    (name,) = element.parts
    return name.is_iri and getattr(probes.term(name), "value", "") not in probes.store.graphs


def _modifier(clause: Clause, select: Select, scope: Scope, later: tuple[str, ...]) -> Blocker | Cut:
    if clause.keyword == "VALUES":
        rows = replace(scope, before=f"{scope.before} {{ {select.text(*later)} }}", seen=select.where)
        return Blocker(Element(Kind.VALUES, clause.tokens, clause.text), rows, False)
    return Cut(clause, select, scope)


def _grow(probes: Probes, group: Group, scope: Scope) -> list[Blocker | Cut]:
    for element in group:
        if _may_block(element, scope) and not probes.ask(scope.joined(element.text)):
            is_alone = element.kind is Kind.TRIPLE and not probes.ask(scope.alone(element.text))
            return _inside(probes, element, scope) or [Blocker(element, scope, is_alone)]
        scope = scope.grown(element)
    return []


def _may_block(element: Element, scope: Scope) -> bool:
    if element.is_of_any_length:
        known = {name for each in scope.seen for name in each.variables}
        return known.issuperset(element.variables)
    return element.kind not in _NEVER_EMPTY


def _inside(probes: Probes, element: Element, scope: Scope) -> list[Blocker | Cut]:
    """Look for the blocker inside a nested element that blocks."""
    match element.kind:
        case Kind.GRAPH if is_unknown_graph(probes, element):
            return []
        case Kind.GROUP | Kind.GRAPH | Kind.EXISTS | Kind.UNION:
            inner = scope.inside(element)
            return [
                found
                for branch in element.branches
                for found in [*lonely(probes, branch, inner)] or _grow(probes, branch, inner)
            ]
        case Kind.SELECT if element.select and not probes.ask(scope.alone(element.text)):
            inner = scope.of_select()
            return [*lonely(probes, element.select.where, inner)] or first(probes, element.select, inner)
    return []
