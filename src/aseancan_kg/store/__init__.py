"""Where queries are answered: in this process (`embedded`) or at another SPARQL server (`remote`).

A query and a format go in, bytes come out; nothing lazy leaves this floor, so nothing lazy crosses a thread. What
clients of the service ask goes through an `Engine`, which can be stopped: killable processes (`workers`), or a server.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import pyoxigraph as ox

from aseancan_kg.mediatypes import Format
from aseancan_kg.store.turns import Turns

Row = dict[str, ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple]
"""One solution: variable name → term; unbound variables are missing."""


@dataclass(frozen=True, slots=True)
class Patch:
    """What makes another version of a dataset of the one before: quads that go and that come, as lines of N-Quads."""

    version: str
    removed: tuple[str, ...]
    added: tuple[str, ...]


class Output(Protocol):
    """What an answer is written to."""

    def write(self, data: bytes, /) -> int:
        """Take some bytes; return their number."""

    def flush(self) -> None:
        """Be told that everything was written."""


class QueryStore(Protocol):
    """What every store can do."""

    def query(
        self, text: str, answer_format: Format, default_graphs: Sequence[str] = (), named_graphs: Sequence[str] = ()
    ) -> bytes:
        """Evaluate a query and return the whole answer written in `answer_format`.

        Graphs given here replace the query's own FROM and FROM NAMED. Raises `SyntaxProblem` with line and column,
        `InputError` for a query that cannot be evaluated, `StoreUnavailable`.
        """

    def rows(self, text: str, default_graphs: Sequence[str] = (), named_graphs: Sequence[str] = ()) -> list[Row]:
        """Return the solutions of a SELECT query; graphs given here replace its own, and it raises, as in `query`."""


@dataclass(frozen=True, slots=True)
class Question:
    """A query to answer; graphs named here replace the query's own FROM and FROM NAMED.

    Queries with the same `normal` text are the same; a `volatile` one may answer differently each time.
    """

    text: str
    form: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    normal: str = ""
    volatile: bool = True


class Rest(Protocol):
    """What follows the beginning of a long answer; raises an `Error` when it cannot be completed."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield piece after piece."""

    async def aclose(self) -> None:
        """Give up what has not been read."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`first` is the whole answer, or its beginning when there is a `rest`.

    `rows` counts the rows of a whole answer to a SELECT; `queued` and `evaluated` are the seconds it took to be let in
    and to make `first`. `version` is that of the dataset when it answered, where it was to be dated and could be
    another than the one that is known.
    """

    first: bytes
    rest: Rest | None = None
    rows: int | None = None
    queued: float = 0.0
    evaluated: float = 0.0
    version: str | None = None


class Engine(Protocol):
    """Answers the queries of clients within limits."""

    @property
    def ready(self) -> bool:
        """Whether queries can be answered now."""

    @property
    def turns(self) -> Turns:
        """How many queries are being evaluated, and how many wait."""

    @property
    def killed(self) -> int:
        """Number of queries that had to be stopped."""

    async def start(self) -> None:
        """Make ready; queries are answered from then on."""

    async def close(self) -> None:
        """Let running queries end, then free everything."""

    async def answer(self, question: Question, answer_format: Format, client: str, *, dated: bool = False) -> Answer:
        """Answer a question of a client, who is known by an address; `dated`, one makes sure which version answers.

        Raises what `QueryStore.query` raises, `QueryStopped` when a limit was passed, `Busy` and `BudgetSpent` when it
        was not begun; `dated` also `DatasetChanged`, and `Forbidden` where the dataset states no version.
        """

    async def examine(self, question: Question, client: str) -> bytes:
        """Say why a question of a client is answered with nothing, as the JSON of a `doctor.Diagnosis`.

        Raises as `answer` does.
        """
