"""Where queries are answered: in this process (`embedded`) or at another SPARQL server (`remote`).

A query and a format go in, bytes come out; nothing lazy leaves this floor, so nothing lazy crosses a thread.
"""

from collections.abc import Sequence
from typing import Protocol

import pyoxigraph as ox

from aseancan_kg.mediatypes import Format

Row = dict[str, ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple]
"""One solution: variable name → term; unbound variables are missing."""


class QueryStore(Protocol):
    """What every store can do."""

    def query(
        self, text: str, answer_format: Format, default_graphs: Sequence[str] = (), named_graphs: Sequence[str] = ()
    ) -> bytes:
        """Evaluate a query and return the whole answer written in `answer_format`.

        Graphs given here replace the query's own FROM and FROM NAMED. Raises `SyntaxProblem` with line and column,
        `InputError` for a query that cannot be evaluated, `StoreUnavailable`.
        """

    def rows(self, text: str) -> list[Row]:
        """Return the solutions of a SELECT query; raises as `query` does."""
