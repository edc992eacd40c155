"""The server's side of the query processes: a pool of workers that are killed and replaced when they pass a limit."""

import asyncio
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass
from pathlib import Path
from threading import Thread
from typing import Any, Self, TypeVar

from aseancan_kg.errors import Error, QueryCrash, QueryMemory, StoreUnavailable
from aseancan_kg.mediatypes import Format
from aseancan_kg.settings import Settings
from aseancan_kg.store import Answer, Patch, Question
from aseancan_kg.store.turns import Turns, timed_out
from aseancan_kg.store.worker import BODY, END, ERROR, FORK, FRAME, KILL, ORDER, PATCH, REAP, REPLY, ROWS, error_of

_T = TypeVar("_T")
_LOG = logging.getLogger(__name__)
_READ_AHEAD = 256 * 1024
_START_SECONDS = 600
_LONG_SECONDS, _LONG_NICENESS = 0.25, 10
"""When a query is a long one, and how far it then steps back."""


@dataclass(slots=True, eq=False)
class _Worker:
    """One query process, and this end of the channel to it."""

    process: int
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def frame(self) -> tuple[bytes, bytes]:
        """Read the next frame; raises `EOFError` or `OSError` when the process has ended."""
        kind, length = FRAME.unpack(await self.reader.readexactly(FRAME.size))
        return kind, await self.reader.readexactly(length)


class Workers:
    """Evaluates the queries of clients in processes of their own; an `Engine`.

    The dataset is what `patches` make of the files; they are asked for when these are read, and can be made meanwhile.
    There are `limits.workers` of them and as many to spare, so that after kills the next query finds one that is warm.
    A keeper that dies is started anew. `niceness` is how far reading the files steps back for what else runs here.
    """

    def __init__(
        self,
        files: Sequence[Path],
        *,
        union_default_graph: bool,
        limits: Settings,
        patches: Callable[[], Awaitable[Sequence[Patch]]] | None = None,
        niceness: int = 0,
    ) -> None:
        self.turns = Turns(limits)
        self.killed = 0
        self._arguments = [str(niceness), "union" if union_default_graph else "plain", *map(str, files)]
        self._patches = patches
        self._limits = limits
        self._ordering = asyncio.Lock()
        self._chores: set[asyncio.Task[Any]] = set()
        self._supervisor: asyncio.Task[None] | None = None
        self._ended: asyncio.Future[int] | None = None
        self._kept = False
        self._workers: set[_Worker] = set()
        self._idle: asyncio.LifoQueue[_Worker] = asyncio.LifoQueue()

    @property
    def ready(self) -> bool:
        """Whether there is a keeper, and so workers, or some in a moment."""
        return self._kept

    @property
    def processes(self) -> list[int]:
        """Numbers of the keeper's process and of the workers'."""
        return [self._keeper.pid, *(worker.process for worker in self._workers)]

    async def start(self) -> None:
        """Start the keeper, wait until it holds the dataset, and have it fork the workers.

        Raises `StoreUnavailable` when it ends instead.
        """
        try:
            await self._begin()
        except BaseException:  # whoever gives up waiting must not leave a keeper behind
            self._control.close()  # which ends the keeper
            if self._ended:
                await asyncio.shield(self._ended)
            raise
        self._supervisor = asyncio.create_task(self._supervise())

    async def close(self) -> None:
        """Let running queries end, then end every process."""
        while self.turns.running or self.turns.waiting:
            await asyncio.sleep(0.05)
        self._kept = False
        while self._chores:
            await asyncio.gather(*self._chores, return_exceptions=True)
            # What is done leaves in the next turn of the loop, for which gathering need not wait.
            await asyncio.sleep(0)
        if self._supervisor:
            self._supervisor.cancel()
        self._control.close()
        if self._ended:
            await asyncio.shield(self._ended)
        for worker in self._workers:
            worker.writer.close()

    async def answer(self, question: Question, answer_format: Format, client: str, *, dated: bool = False) -> Answer:
        """Evaluate a question; see `Engine.answer`. What a caller who is cancelled had asked is killed.

        The dataset never changes, so `dated` makes no difference.
        """
        return await self._ask(question, client, do="answer", format=answer_format.name)

    async def examine(self, question: Question, client: str) -> bytes:
        """Say why a question is answered with nothing; see `Engine.examine`."""
        return (await self._ask(question, client, do="examine")).first

    async def _ask(self, question: Question, client: str, **request: object) -> Answer:
        if not self.ready:
            raise _keeper_lost()
        asked = time.monotonic()
        await self.turns.take(client)
        queued = time.monotonic() - asked
        return await _Run(self, client, self._limits.query_seconds, queued).begin(
            text=question.text,
            form=question.form,
            default_graphs=question.default_graphs,
            named_graphs=question.named_graphs,
            buffer=self._limits.buffer_kb * 1024,
            seconds=self._limits.query_seconds,
            longest=self._limits.query_seconds + self._limits.transfer_seconds + 1,
            **request,
        )

    async def lend(self) -> _Worker:
        """Return an idle worker; one that has died since its last query is replaced."""
        while True:
            worker = await self._idle.get()
            if not worker.reader.at_eof():
                return worker
            await asyncio.shield(self.bury(worker))

    def take_back(self, worker: _Worker) -> None:
        """Take back a worker that has answered to the end."""
        if worker in self._workers:
            self._idle.put_nowait(worker)

    def dismiss(self, worker: _Worker, *, killed: bool = True) -> asyncio.Task[int]:
        """Kill a worker and hire another; it counts as killed unless it has done its work."""
        return self._do(self._replace(worker, KILL, killed=killed))

    def bury(self, worker: _Worker) -> asyncio.Task[int]:
        """Hire another for a worker that has died; the result is the signal that ended it."""
        return self._do(self._replace(worker, REAP, killed=True))

    async def _begin(self) -> None:
        self._workers.clear()
        self._control, theirs = socket.socketpair()
        self._control.setblocking(False)
        with theirs:
            memory = str(self._limits.query_memory_mb * 1024 * 1024)
            command = [sys.executable, "-m", "aseancan_kg.store.worker", str(theirs.fileno()), memory, *self._arguments]
            # The loop's own way copies the tables of all memory, and holds up whoever asks meanwhile.
            self._keeper = subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()])
        self._ended = _end_of(self._keeper)
        async with asyncio.timeout(_START_SECONDS):
            await self._reply()
            if self._patches:
                await self._patch(await self._patches())
        for _ in range(2 * self._limits.workers):
            await self._hire()
        self._kept = True

    async def _patch(self, patches: Sequence[Patch]) -> None:
        told = json.dumps([astuple(patch) for patch in patches]).encode()
        _, failed = await self._order(PATCH, len(told), told)
        if failed:
            raise StoreUnavailable("the dataset cannot be changed as it should be", remedy="Look into the journal.")

    async def _supervise(self) -> None:
        while True:
            assert self._ended
            status = await asyncio.shield(self._ended)
            self._kept = False
            _LOG.error("the keeper of the query processes ended with %s; starting another", status)
            for worker in self._workers:
                worker.writer.close()
            self._workers.clear()
            self._control.close()
            try:
                await self._begin()
            except (Error, OSError) as error:
                self._control.close()  # which ends a keeper that is there and of no use
                self._workers.clear()
                _LOG.error("it cannot be started: %s", error)
                await asyncio.sleep(1)

    async def _hire(self) -> None:
        """Have the keeper fork one more worker."""
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                process, _ = await self._order(FORK, 0, b"", theirs.fileno())
        except BaseException:  # the channel is nobody's yet
            ours.close()
            raise
        reader, writer = await asyncio.open_connection(sock=ours, limit=_READ_AHEAD)
        worker = _Worker(process, reader, writer)
        self._workers.add(worker)
        self._idle.put_nowait(worker)

    async def _replace(self, worker: _Worker, order: bytes, *, killed: bool) -> int:
        worker.writer.close()
        if worker not in self._workers:
            return 0  # it was an earlier keeper's, or is being replaced
        self.killed += killed
        self._workers.remove(worker)
        _, status = await self._order(order, worker.process)
        self._do(self._hire())
        return os.WTERMSIG(status)

    async def _order(self, order: bytes, process: int, more: bytes = b"", *channels: int) -> tuple[int, int]:
        async with self._ordering:
            try:
                socket.send_fds(self._control, [ORDER.pack(order, process)], channels)
                await asyncio.get_running_loop().sock_sendall(self._control, more)
            except OSError as error:
                raise _keeper_lost() from error
            return await self._reply()

    async def _reply(self) -> tuple[int, int]:
        try:
            answer = await asyncio.get_running_loop().sock_recv(self._control, REPLY.size)
        except OSError as error:
            raise _keeper_lost() from error
        if len(answer) < REPLY.size:
            raise _keeper_lost()
        process, status = REPLY.unpack(answer)
        return process, status

    def _do(self, chore: Coroutine[Any, Any, _T]) -> asyncio.Task[_T]:
        """Have something done that goes on when its caller is cancelled."""
        task = asyncio.create_task(chore)
        self._chores.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._chores.discard(task)
        # A chore fails when the keeper is gone, and then `_supervise` does what is needed.
        if not task.cancelled() and not isinstance(task.exception(), StoreUnavailable | None):
            _LOG.error("a query process was not replaced", exc_info=task.exception())


class _Run:
    """One query at a worker; it is the `Rest` of an answer that is too long to be held."""

    def __init__(self, pool: Workers, client: str, limit: float, queued: float) -> None:
        self._pool = pool
        self._client = client
        self._limit = limit
        self._queued = queued
        self._begun = time.monotonic()
        self._spent = 0.0
        self._worker: _Worker | None = None
        self._open = True
        self._expired = self._yielded = False
        self._long = asyncio.get_running_loop().call_later(_LONG_SECONDS, self._yield)

    async def begin(self, **request: object) -> Answer:
        """Send the request to a worker and return its answer as far as it is held."""
        try:
            try:
                async with asyncio.timeout(self._limit - self._queued):
                    self._worker = await self._pool.lend()
            except TimeoutError:
                raise timed_out(self._limit, self._limit, 0.0) from None
            payload = json.dumps(request).encode()
            self._worker.writer.write(FRAME.pack(b"Q", len(payload)) + payload)
            kind, first = await self._frame(self._worker)
        except BaseException:  # a caller who is cancelled gives the place back too
            self._leave(done=False)
            raise
        if kind == BODY:
            return Answer(first, self, None, self._queued, self._spent)
        (rows,) = ROWS.unpack_from(first)
        return Answer(first[ROWS.size :], None, None if rows < 0 else rows, self._queued, self._spent)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        """Return the next piece of the answer; raises as `Engine.answer` does when there should be one and is not."""
        assert self._worker
        try:
            kind, payload = await self._frame(self._worker)
        except BaseException:  # a caller who is cancelled gives the place back too
            self._leave(done=False)
            raise
        if kind == END:
            raise StopAsyncIteration
        return payload

    async def aclose(self) -> None:
        """Kill the worker if it has not answered to the end."""
        self._leave(done=False)

    async def _frame(self, worker: _Worker) -> tuple[bytes, bytes]:
        """Return the next frame of the answer; the last one frees the worker."""
        since = time.monotonic()
        left = self._limit - self._queued - self._spent
        expiry = asyncio.get_running_loop().call_later(left, self._expire, worker)
        try:
            kind, payload = await worker.frame()
        except (EOFError, OSError) as error:
            if self._expired:
                raise timed_out(self._limit, self._queued, self._spent + time.monotonic() - since) from error
            raise _death(await asyncio.shield(self._pool.bury(worker)), self._limit) from error
        finally:
            expiry.cancel()
            self._spent += time.monotonic() - since
        if kind != BODY:
            self._leave(done=True)
        if kind == ERROR:
            raise error_of(json.loads(payload))
        return kind, payload

    def _yield(self) -> None:
        """Let shorter queries pass, as soon as there is another.

        No process may raise its priority again, so the worker is not used another time; and its successor is slow at
        first, with no memory mapped yet.
        """
        if self._pool.turns.running == 1:
            self._long = asyncio.get_running_loop().call_later(_LONG_SECONDS, self._yield)
            return
        self._yielded = True
        with suppress(OSError):  # it may have died
            if self._worker:
                os.setpriority(os.PRIO_PROCESS, self._worker.process, _LONG_NICENESS)

    def _expire(self, worker: _Worker) -> None:
        """Kill the worker, whose channel thereby ends."""
        self._expired = True
        self._pool.dismiss(worker)

    def _leave(self, *, done: bool) -> None:
        if not self._open:
            return
        self._open = False
        self._long.cancel()
        if self._worker and done and not self._yielded:
            self._pool.take_back(self._worker)
        elif self._worker and not self._expired:
            self._pool.dismiss(self._worker, killed=not done)
        # Who reads slowly holds a place as well.
        self._pool.turns.give_back(self._client, time.monotonic() - self._begun)


def _end_of(process: subprocess.Popen[bytes]) -> asyncio.Future[int]:
    """Return what tells how a process ended, once it has; nobody at the end of the service waits for that."""
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[int] = loop.create_future()

    def wait() -> None:
        status = process.wait()
        with suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(ended.set_result, status)

    Thread(target=wait, name="keeper", daemon=True).start()
    return ended


def _death(by: int, limit: float) -> Error:
    """Tell of what a worker died that nobody here has killed."""
    if by == signal.SIGALRM:
        return timed_out(limit, 0, limit)
    if by in (signal.SIGABRT, signal.SIGKILL):  # a failed allocation; the kernel, when all memory is used
        return QueryMemory("the query needs more memory than one may have", remedy="Ask for less: add LIMIT.")
    return QueryCrash("the query ended the process that evaluated it", remedy="Write it with less nesting.")


def _keeper_lost() -> StoreUnavailable:
    return StoreUnavailable("the query processes are being started anew", remedy="Ask again in a moment.")
