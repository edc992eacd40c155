"""Whose query is next: a bounded queue, fair between clients."""

import asyncio
import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from aseancan_kg.errors import BudgetSpent, Busy, Error, QueryTimeout
from aseancan_kg.settings import Settings

_MINUTE = 60.0
_LIGHT_SHARE = 0.1
"""Share of its budget below which a client may take the last place."""
_FORGET_AT = 10_000
"""Number of remembered clients at which those who have used nothing to speak of are forgotten."""
_NOTHING = 0.01
"""Seconds of query time that are nothing to speak of."""


@dataclass(slots=True)
class _Client:
    """What a client uses: queries that run, queries that wait, and the seconds it has had.

    These fade to a third in a minute, so that steady use adds up to what it is in a minute, and who has used much is
    told from who has not for some minutes more.
    """

    running: int = 0
    waiting: deque[asyncio.Future[None]] = field(default_factory=deque)
    spent: float = 0.0
    as_of: float = 0.0


class Turns:
    """Gives `workers` places to queries; at most `queue` wait, half of them of one client, for `query_seconds`.

    When the queue is full, a client with fewer waiting queries takes the place of the last that came from whoever has
    most, so that it takes as many clients as places in the queue to keep another one out.

    A client may use `client_seconds` of query time a minute. With more than one place it never holds the last one,
    unless it holds no other and has used little of its budget lately: so a query that takes a moment finds a place
    whatever the others do. Among those who wait, the client with the fewest running queries and the least time spent
    is next.
    """

    def __init__(self, limits: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._places = self._free = limits.workers
        self._queue = limits.queue
        self._patience = limits.query_seconds
        self._budget = limits.client_seconds
        self._clock = clock
        self._clients: dict[str, _Client] = {}
        self.waiting = 0

    @property
    def running(self) -> int:
        """Number of queries that have a place."""
        return self._places - self._free

    async def take(self, name: str) -> None:
        """Wait for a place for a query of the client; it must be given back.

        Raises `Busy` when too many wait or none becomes free in time, `BudgetSpent` when the client has used its
        budget or fills half the queue.
        """
        client = self._faded(name)
        if client.spent >= self._budget:
            wait = max(1, math.ceil(_MINUTE * math.log(client.spent / self._budget)))
            raise _spent(f"your queries have used {self._budget:g} seconds within a minute", wait)
        if not client.waiting and self._may_run(client):
            self._free -= 1
            client.running += 1
            return
        if len(client.waiting) >= max(1, self._queue // 2):
            raise _spent(f"{len(client.waiting)} of your queries wait already", 1)
        if self.waiting >= self._queue:
            self._make_room(client)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        client.waiting.append(turn)
        self.waiting += 1
        try:
            async with asyncio.timeout(self._patience):
                await turn
        except BaseException as error:  # late, or cancelled: the turn is given up either way
            if turn in client.waiting:
                client.waiting.remove(turn)
                self.waiting -= 1
            elif not turn.cancelled() and not turn.exception():  # it was given a place in the same moment
                self.give_back(name, 0)
            if isinstance(error, TimeoutError):
                raise _busy("no place became free in time") from None
            raise

    def give_back(self, name: str, seconds: float) -> None:
        """Return a place after `seconds` of query time, and let the next in."""
        client = self._faded(name)
        client.running -= 1
        client.spent += seconds
        self._free += 1
        self._let_in()
        if len(self._clients) > _FORGET_AT:
            self._clients = {known: one for known, one in self._clients.items() if not self._idle(known)}

    def _make_room(self, client: _Client) -> None:
        """Turn away a waiting query for one of a client with fewer; raises `Busy` when nobody has two more."""
        most = max(self._clients.values(), key=lambda one: len(one.waiting))
        if len(most.waiting) < len(client.waiting) + 2:
            raise _busy(f"{self.waiting} queries wait already")
        turn = most.waiting.pop()
        self.waiting -= 1
        if not turn.cancelled():
            turn.set_exception(_busy("too many of your queries wait, and another client came"))

    def _let_in(self) -> None:
        while self.waiting:
            waiting = [self._faded(name) for name, one in self._clients.items() if one.waiting]
            ready = [one for one in waiting if self._may_run(one)]
            if not ready:
                return
            client = min(ready, key=lambda one: (one.running, one.spent))
            turn = client.waiting.popleft()
            self.waiting -= 1
            if not turn.cancelled():
                turn.set_result(None)
                client.running += 1
                self._free -= 1

    def _may_run(self, client: _Client) -> bool:
        if self._free > 1 or self._places == 1:
            return self._free > 0
        return self._free == 1 and client.running == 0 and client.spent < self._budget * _LIGHT_SHARE

    def _faded(self, name: str) -> _Client:
        client = self._clients.setdefault(name, _Client(as_of=self._clock()))
        now = self._clock()
        client.spent *= math.exp((client.as_of - now) / _MINUTE)
        client.as_of = now
        return client

    def _idle(self, name: str) -> bool:
        client = self._faded(name)
        return not (client.running or client.waiting or client.spent > _NOTHING)


def timed_out(limit: float, queued: float, elapsed: float) -> Error:
    """Make the error of a query that waited `queued` of its `limit` seconds and was stopped after `elapsed` more.

    One that lost much of its time by waiting may have enough the next time.
    """
    if queued > limit / 10:
        return _busy(f"the query waited {queued:.1f} seconds for its turn and could not end in the {elapsed:.1f} left")
    remedy = "Ask for less: add LIMIT, name a graph or a thing, or download the dataset and query it at home."
    message = f"the query was stopped after {elapsed:.1f} seconds; {limit:g} are allowed"
    return QueryTimeout(message, remedy=remedy, limit=limit, elapsed=elapsed)


def _busy(message: str) -> Busy:
    return Busy(message, remedy="Ask again in a moment.", retry_after=5)


def _spent(message: str, wait: int) -> BudgetSpent:
    return BudgetSpent(message, remedy="Ask again later, or download the dataset.", retry_after=wait)
