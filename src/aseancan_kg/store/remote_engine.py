"""Queries of clients, answered by another SPARQL server within this service's limits."""

import asyncio
import json
import logging
import math
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from io import BytesIO
from threading import Event, Thread

from aseancan_kg.errors import DatasetChanged, Error, Forbidden, StoreUnavailable
from aseancan_kg.mediatypes import Format
from aseancan_kg.settings import Settings
from aseancan_kg.store import Answer, Question, doctor
from aseancan_kg.store.dataset import UNKNOWN_VERSION
from aseancan_kg.store.remote import RemoteStore
from aseancan_kg.store.representation import row_count
from aseancan_kg.store.turns import Turns, timed_out

_LOG = logging.getLogger(__name__)
_CHUNK = 64 * 1024


class RemoteEngine:
    """Has the server behind a store answer the queries of clients; an `Engine`.

    At most `limits.workers` are sent at a time. One that takes too long here is no longer waited for, and its place is
    free once the connection has ended, as `RemoteStore.until` tells; the server may go on evaluating it.

    The store is refreshed every `recheck_seconds`, in a thread, so that what it knows can be had on the event loop.
    """

    def __init__(self, store: RemoteStore, limits: Settings, *, recheck_seconds: float = 10.0) -> None:
        self.turns = Turns(limits)
        self.killed = 0
        self._store = store
        self._limits = limits
        self._recheck_seconds = recheck_seconds
        self._runs: set[asyncio.Task[None]] = set()
        self._threads = ThreadPoolExecutor(limits.workers, "query")  # each place has one: none waits a second time
        self._answers = False
        self._closed = Event()

    @property
    def ready(self) -> bool:
        """Whether the server answered when it was last looked at."""
        return self._answers and not self._closed.is_set()

    async def start(self) -> None:
        """See that the server answers and what it holds, and go on looking; raises `StoreUnavailable`."""
        await asyncio.to_thread(self._store.refresh)
        self._answers = True
        # A daemon, so that a server which does not answer cannot hold up the end of the process.
        Thread(target=self._watch, daemon=True).start()

    async def close(self) -> None:
        """Let running queries end."""
        self._closed.set()
        while self._runs:
            await asyncio.wait(self._runs)

    async def answer(self, question: Question, answer_format: Format, client: str, *, dated: bool = False) -> Answer:
        """Have a question answered; see `Engine.answer`. What a caller who is cancelled had asked is given up."""
        version: str | None = None

        def evaluate(pipe: _Pipe) -> None:
            nonlocal version
            store = self._store.until(pipe.deadline)
            version = _stated(store) if dated else None
            store.write(question.text, answer_format, pipe, question.default_graphs, question.named_graphs)
            if dated and store.current_version() != version:
                raise DatasetChanged("the dataset changed while it was asked", remedy="Ask again.")

        answer = await self._ask(evaluate, client, self._limits.buffer_kb * 1024)
        counts = question.form == "select" and not answer.rest
        return replace(answer, rows=row_count(answer.first, answer_format) if counts else None, version=version)

    async def examine(self, question: Question, client: str) -> bytes:
        """Say why a question is answered with nothing; see `Engine.examine`."""

        def evaluate(pipe: _Pipe) -> None:
            deadline = doctor.deadline_of(self._limits.query_seconds)
            store = self._store.until(lambda: min(deadline, pipe.deadline()))
            graphs = question.default_graphs, question.named_graphs
            diagnosis = doctor.examine(store, question.text, *graphs, deadline=deadline)
            pipe.write(json.dumps(diagnosis.as_json()).encode())

        return (await self._ask(evaluate, client, math.inf)).first

    async def _ask(self, evaluate: Callable[["_Pipe"], None], client: str, buffer: float) -> Answer:
        """Have a thread write an answer, of which `buffer` bytes are held."""
        asked = time.monotonic()
        await self.turns.take(client)
        begun = time.monotonic()
        queued = begun - asked
        limit = self._limits.query_seconds
        pipe = _Pipe(buffer, asked + limit, self._limits.transfer_seconds)
        run = asyncio.create_task(self._run(evaluate, client, pipe))
        self._runs.add(run)
        run.add_done_callback(self._runs.discard)
        try:
            async with asyncio.timeout(limit - queued):
                first = await pipe.get()
        except TimeoutError:
            self.killed += 1
            pipe.give_up()
            raise timed_out(limit, queued, time.monotonic() - begun) from None
        except BaseException:  # also a caller who is cancelled
            pipe.give_up()
            raise
        rest = None if pipe.whole else _Rest(pipe, self._limits.transfer_seconds)
        return Answer(first, rest, queued=queued, evaluated=time.monotonic() - begun)

    def _watch(self) -> None:
        while not self._closed.wait(self._recheck_seconds):
            try:
                self._store.refresh()
            except Exception as error:  # whatever it is, it must not end the watch
                if self._answers:
                    _LOG.warning("the store does not answer: %s", error)
                self._answers = False
            else:
                self._answers = True

    async def _run(self, evaluate: Callable[["_Pipe"], None], client: str, pipe: "_Pipe") -> None:
        begun = time.monotonic()
        try:
            await asyncio.get_running_loop().run_in_executor(self._threads, _fill, pipe, evaluate)
        finally:
            self.turns.give_back(client, time.monotonic() - begun)


class _Pipe:
    """What a thread writes and the event loop reads: an answer up to `limit` bytes at once, a longer one in pieces.

    The thread has until `deadline`, a moment of `time.monotonic`, and `transfer_seconds` from when it hands over the
    first piece of several.
    """

    def __init__(self, limit: float, deadline: float, transfer_seconds: float) -> None:
        self.whole = True
        self._limit = limit
        self._deadline = deadline
        self._transfer_seconds = transfer_seconds
        self._held = BytesIO()
        self._loop = asyncio.get_running_loop()
        self._pieces: asyncio.Queue[bytes | Error | None] = asyncio.Queue(maxsize=2)
        self._given_up = False

    def write(self, data: bytes) -> int:
        """Take bytes in the thread; waits while the reader is behind, raises `OSError` when the time is over."""
        self._held.write(data)
        if self._held.tell() > self._limit:
            if self.whole:
                self._limit, self.whole = _CHUNK, False
                self._deadline = time.monotonic() + self._transfer_seconds
            self._put(self._held.getvalue())
            self._held = BytesIO()
        return len(data)

    def deadline(self) -> float:
        """Return the moment at which the thread must have ended, one that is past when the reader has given up."""
        return -math.inf if self._given_up else self._deadline

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
        if time.monotonic() >= self.deadline():
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


def _stated(store: RemoteStore) -> str:
    """Return the version of a dataset now; raises `Forbidden` where it states none, and as `RemoteStore.rows`."""
    version = store.current_version()
    if version == UNKNOWN_VERSION:
        remedy = "Whoever publishes the dataset can state one: see “Beyond one machine” in the documentation."
        raise Forbidden("the dataset states no version by which an answer could be cited", remedy=remedy)
    return version


def _fill(pipe: _Pipe, evaluate: Callable[[_Pipe], None]) -> None:
    """Write an answer into a pipe, in a thread, and how it ended."""
    try:
        evaluate(pipe)
    except Error as error:
        pipe.end(error)
    except BaseException:  # a reader who is not told would wait for ever
        pipe.end(StoreUnavailable("the answer could not be read"))
        raise
    else:
        pipe.end(None)
