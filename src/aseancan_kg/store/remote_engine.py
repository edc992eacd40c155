"""Queries of clients, answered by another SPARQL server within this service's limits."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from io import BytesIO

from aseancan_kg.errors import Error, InputError, QueryTimeout, StoreUnavailable
from aseancan_kg.mediatypes import Format
from aseancan_kg.settings import Settings
from aseancan_kg.store import Answer, Question
from aseancan_kg.store.remote import RemoteStore
from aseancan_kg.store.representation import row_count
from aseancan_kg.store.turns import Turns

_CHUNK = 64 * 1024


class RemoteEngine:
    """Has the server behind a store answer the queries of clients; an `Engine`.

    At most `limits.workers` are sent at a time. One that takes too long here is no longer waited for, and its place is
    free once the connection has ended; whether the server stops evaluating it is up to the server.
    """

    def __init__(self, store: RemoteStore, limits: Settings) -> None:
        self.turns = Turns(limits)
        self.ready = False
        self.killed = 0
        self._store = store
        self._limits = limits
        self._runs: set[asyncio.Task[None]] = set()

    @property
    def running(self) -> int:
        """Number of queries that the server has been sent."""
        return self.turns.running

    @property
    def waiting(self) -> int:
        """Number of queries that wait to be sent."""
        return self.turns.waiting

    async def start(self) -> None:
        """See that the server answers; raises `StoreUnavailable`."""
        await asyncio.to_thread(self._store.refresh)
        self.ready = True

    async def close(self) -> None:
        """Let running queries end."""
        self.ready = False
        while self._runs:
            await asyncio.wait(self._runs)

    async def answer(self, question: Question, answer_format: Format, client: str) -> Answer:
        """Have a question answered; see `Engine.answer`. What a caller who is cancelled had asked is given up."""
        asked = time.monotonic()
        await self.turns.take(client)
        begun = time.monotonic()
        pipe = _Pipe(self._limits.buffer_kb * 1024)
        run = asyncio.create_task(self._run(question, answer_format, client, pipe))
        self._runs.add(run)
        run.add_done_callback(self._runs.discard)
        limit = self._limits.query_seconds
        try:
            async with asyncio.timeout(limit):
                first = await pipe.get()
        except TimeoutError:
            self.killed += 1
            pipe.give_up()
            elapsed = time.monotonic() - begun
            raise QueryTimeout(f"the query takes more than {limit:g} seconds", limit=limit, elapsed=elapsed) from None
        except BaseException:
            pipe.give_up()
            raise
        rest = None if pipe.whole else _Rest(pipe, self._limits.transfer_seconds)
        rows = row_count(first, answer_format) if pipe.whole and question.form == "select" else None
        return Answer(first, rest, rows, queued=begun - asked, evaluated=time.monotonic() - begun)

    async def examine(self, question: Question, client: str) -> bytes:
        """Refuse; the doctor asks more than another server can be asked. See `Engine.examine`."""
        remedy = "Serve a copy of the dataset with `aseancan-kg serve` and ask there."
        raise InputError("answers of another server are not explained", remedy=remedy)

    async def _run(self, question: Question, answer_format: Format, client: str, pipe: "_Pipe") -> None:
        begun = time.monotonic()
        try:
            await asyncio.to_thread(self._evaluate, question, answer_format, pipe)
        finally:
            self.turns.give_back(client, time.monotonic() - begun)

    def _evaluate(self, question: Question, answer_format: Format, pipe: "_Pipe") -> None:
        try:
            self._store.refresh()
            graphs = question.default_graphs, question.named_graphs
            self._store.write(question.text, answer_format, pipe, *graphs)
        except Error as error:
            pipe.end(error)
        except BaseException:
            pipe.end(StoreUnavailable("the answer could not be read"))
            raise
        else:
            pipe.end(None)


class _Pipe:
    """What a thread writes and the event loop reads: the whole answer at once, or pieces when it is above `limit`."""

    def __init__(self, limit: int) -> None:
        self.whole = True
        self._limit = limit
        self._held = BytesIO()
        self._loop = asyncio.get_running_loop()
        self._pieces: asyncio.Queue[bytes | Error | None] = asyncio.Queue(maxsize=2)
        self._given_up = False

    def write(self, data: bytes) -> int:
        """Take bytes in the thread; waits while the reader is behind, raises `OSError` once it has given up."""
        self._held.write(data)
        if self._held.tell() > self._limit:
            self._limit, self.whole = _CHUNK, False
            self._put(self._held.getvalue())
            self._held = BytesIO()
        return len(data)

    def flush(self) -> None:
        """Do nothing: pieces are handed over when they are full."""

    def end(self, error: Error | None) -> None:
        """Hand over what is left, in the thread, and how it ended."""
        with suppress(OSError):
            if error:
                self._put(error)
            else:
                self._put(self._held.getvalue())
                self._put(None)

    async def get(self) -> bytes:
        """Return the next piece, b"" after the last; raises the error with which the answer ended."""
        piece = await self._pieces.get()
        if isinstance(piece, Error):
            raise piece
        return piece or b""

    def give_up(self) -> None:
        """Let the thread end: it can write nothing more."""
        self._given_up = True
        while not self._pieces.empty():
            self._pieces.get_nowait()

    def _put(self, piece: bytes | Error | None) -> None:
        if self._given_up:
            raise OSError("nobody reads this answer any more")
        asyncio.run_coroutine_threadsafe(self._pieces.put(piece), self._loop).result()


class _Rest:
    """The pieces after the first, to be read within `seconds`."""

    def __init__(self, pipe: _Pipe, seconds: float) -> None:
        self._pipe = pipe
        self._seconds = seconds

    async def __aiter__(self) -> AsyncIterator[bytes]:
        until = asyncio.get_running_loop().time() + self._seconds
        try:
            while True:
                async with asyncio.timeout_at(until):
                    piece = await self._pipe.get()
                if not piece:
                    return
                yield piece
        except TimeoutError:
            raise StoreUnavailable(f"the answer took more than {self._seconds:g} seconds to be sent") from None
        finally:
            self._pipe.give_up()

    async def aclose(self) -> None:
        """Give up what has not been read."""
        self._pipe.give_up()
