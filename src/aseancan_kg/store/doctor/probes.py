"""The questions that the doctor asks of the store: small, bounded, and none after its time is up."""

import time
from collections.abc import Sequence
from contextlib import suppress

import pyoxigraph as ox

from aseancan_kg import syntax
from aseancan_kg.errors import InputError, StoreUnavailable
from aseancan_kg.mediatypes import CSV, N_TRIPLES
from aseancan_kg.namespaces import PREFIXES
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.store.doctor import reading
from aseancan_kg.store.doctor.patterns import Part, Query

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
SAMPLE = 3
"""Values shown of a variable."""

_TRIPLES_READ_IN_A_SECOND = 1_000_000
"""The engine was seen to read two to four million; what would take longer than there is time is not begun.

Another server is taken to be as fast: it might go on after it was given up.
"""

_UNANSWERED = (InputError, StoreUnavailable)
"""How a store refuses a question, and how another server tells that it failed on one."""

_OF_NOTHING = ("", "0")
"""What COUNT, SUM, AVG and GROUP_CONCAT make of no solution."""


class Probes:
    """Asks about one query, over the dataset that this query is asked of.

    `sought` names the variable that a question may be about without meeting one of the query.
    Every question raises `TimeoutError` after `deadline`, a moment of `time.monotonic`. One that the engine refuses or
    fails on finds nothing out, and so blocks nothing.
    """

    def __init__(
        self,
        store: Dataset,
        query: Query,
        default_graphs: Sequence[str],
        named_graphs: Sequence[str],
        deadline: float,
    ) -> None:
        self.store = store
        self.query = query
        self.sought = query.unused_variable
        self.given_graphs = (*default_graphs, *named_graphs)
        self.left_out = False
        self._graphs = (default_graphs, named_graphs)
        self._deadline = deadline
        self._mended: dict[str, bool] = {}

    def parse(self) -> None:
        """Have the engine parse the query without evaluating it; raises `SyntaxProblem`, its place in another text."""
        if self.query.without_solutions:
            with suppress(StoreUnavailable):
                evaluate(self.store, self.query.without_solutions, (), ())

    def ask(self, group: str) -> bool:
        """Tell whether a group has a solution."""
        self._watch()
        try:
            return self._ask(self.query, group)
        except _UNANSWERED:
            self._watch()
            return True

    def anywhere(self, group: str) -> bool:
        """Tell whether a group has a solution in the default graph or in a named one, whatever the query's FROM."""
        return bool(
            self._values(self.sought, f"{{ {self._in_any_graph(group)} BIND(1 AS ?{self.sought}) }}", 1, (), ())
        )

    def values(self, variable: str, group: str, *, limit: int = SAMPLE) -> list[Term]:
        """Return some of the values that a variable takes in a group."""
        return self._values(variable, f"{self.query.dataset_text} {{ {group} }}", limit, *self._graphs)

    def graphs_with(self, group: str) -> list[str]:
        """Return names of graphs that hold a solution of a group, whatever the query's FROM; not all of many."""
        found = self._values(self.sought, f"{{ GRAPH ?{self.sought} {{ {group} }} }}", SAMPLE + 1, (), ())
        return sorted(term.value for term in found if isinstance(term, ox.NamedNode))

    def everywhere(self, group: str, *, limit: int) -> list[str]:
        """Return IRIs that `sought` takes in a group, in any graph; for groups that have the engine read all triples.

        None, and `left_out` becomes true, when the store is too large to read in the time that is left.
        """
        if time.monotonic() + len(self.store) / _TRIPLES_READ_IN_A_SECOND > self._deadline:
            self.left_out = True
            return []
        found = self._values(self.sought, f"{{ {self._in_any_graph(group)} }}", limit, (), ())
        return [term.value for term in found if isinstance(term, ox.NamedNode)]

    def term(self, part: Part) -> Term | None:
        """Return the term that an IRI or a literal of the query stands for."""
        text = f"<{PREFIXES['rdf']}type>" if part.text == "a" else part.text
        row = self._values(self.sought, f"{{ BIND({text} AS ?{self.sought}) }}", 1, (), ())
        return row[0] if row else None

    def finds(self, query: Query) -> bool:
        """Tell whether a whole query finds anything: a row, a triple, true, or a count above nought."""
        self._watch()
        if query.form == "select" and not query.body.always_has_a_row:
            return self._ask(query, query.body.solutions())
        return evaluate(self.store, query.text, *self._graphs)

    def mended(self, part: Part, replacement: str) -> str | None:
        """Return the query's text with one part replaced if then it finds something."""
        text = self.query.mended(part, replacement)
        if text not in self._mended:
            try:
                self._mended[text] = self.finds(reading.read(text))
            except _UNANSWERED:
                self._watch()
                self._mended[text] = False
        return text if self._mended[text] else None

    def _watch(self) -> None:
        if time.monotonic() > self._deadline:
            raise TimeoutError

    def _in_any_graph(self, group: str) -> str:
        return group if self.store.union_default_graph else f"{{ {group} }} UNION {{ GRAPH ?graph {{ {group} }} }}"

    def _ask(self, query: Query, group: str) -> bool:
        text = f"{query.prologue} ASK {query.dataset_text} {{ {group} }}"
        return b"true" in self.store.query(text, CSV, *self._graphs)

    def _values(
        self, variable: str, rest: str, limit: int, default_graphs: Sequence[str], named_graphs: Sequence[str]
    ) -> list[Term]:
        self._watch()
        text = f"{self.query.prologue} SELECT DISTINCT ?{variable} {rest} LIMIT {limit}"
        try:
            rows = self.store.rows(text, default_graphs, named_graphs)
        except _UNANSWERED:
            self._watch()
            return []
        return [row[variable] for row in rows if variable in row]


def evaluate(store: Dataset, text: str, default_graphs: Sequence[str], named_graphs: Sequence[str]) -> bool:
    """Evaluate a whole query and tell whether it finds anything; raises as the store does."""
    form = syntax.form(text)
    if form == "select":
        rows = store.rows(text, default_graphs, named_graphs)
        counts_nothing = len(rows) == 1 and all(getattr(term, "value", "") in _OF_NOTHING for term in rows[0].values())
        return bool(rows) and not (counts_nothing and reading.read(text).body.always_has_a_row)
    if form == "ask":
        return b"true" in store.query(text, CSV, default_graphs, named_graphs)
    return bool(store.query(text, N_TRIPLES, default_graphs, named_graphs))
