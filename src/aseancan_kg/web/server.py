"""The running server: loads, serves, reloads on SIGHUP without dropping a request, and ends when it is told to."""

import asyncio
import gc
import json
import logging
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import uvicorn
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from aseancan_kg.archive import Preserved
from aseancan_kg.desk.office import Office
from aseancan_kg.errors import InputError
from aseancan_kg.queries import catalogue
from aseancan_kg.settings import Settings
from aseancan_kg.store import Patch
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.store.embedded import EmbeddedStore
from aseancan_kg.store.remote import RemoteStore
from aseancan_kg.store.remote_engine import RemoteEngine
from aseancan_kg.store.workers import Workers
from aseancan_kg.web.app import create_app, switch
from aseancan_kg.web.connection import Connection
from aseancan_kg.web.downloads import Downloads
from aseancan_kg.web.leisure import prepare
from aseancan_kg.web.state import State

if TYPE_CHECKING:
    from aseancan_kg.desk.journal import Entry

_LOG = logging.getLogger(__name__)
_LOOK_SECONDS = 0.25
"""How often it is asked whether what is served is outdated."""
_PATIENCE_SECONDS = 30
"""After how long it is asked again when that could not be told, or nothing newer could be served."""
_READ_ANEW = 1000
"""After how many patches a dataset is read anew: what is taken away goes on to take room and time in the engine."""
_SPARE_SECONDS = 3.0
"""After how long that a service answers it makes a copy for what follows: at first it is left to those who waited."""
_NICENESS = 5
"""How far starting the query processes of a newer dataset steps back for those who ask for the one that is there."""
_SWITCH_SECONDS = 0.0001
"""For how long a thread may hold up what answers readers from what is kept; Python allows it ten times as long."""
Load = Callable[["Former | None"], Awaitable[State]]
"""Gives what there is to serve now, perhaps by what was served until then."""
IsOutdated = Callable[[str], bool]
"""Tells whether there is a newer dataset than that of a version."""


def listen(host: str, port: int) -> socket.socket:
    """Bind before anything is loaded, so that a taken port is told at once.

    Raises `InputError` when it is taken or is no address of this machine.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()
    except OSError as error:
        taken = "Stop what is using it, or choose another with --port (0 takes a free one)."
        remedy = "Give an address of this machine with --host." if isinstance(error, socket.gaierror) else taken
        raise InputError(f"cannot listen on {host}:{port}: {error.strerror}", remedy=remedy) from error
    return listener


@dataclass(frozen=True, slots=True)
class Former:
    """What is served, what was served before it and is not any more, whose memory may be taken over.

    `again` makes of the state that follows what readers ask for often.
    """

    state: State
    spare: Dataset | None
    again: Callable[[State], Awaitable[None]]


class Journalled(NamedTuple):
    """What a journal makes of a dataset: patches, its entries, and the versions that these have made."""

    patches: Sequence[Patch]
    entries: "Sequence[Entry]"
    versions: Sequence[Preserved]


async def load(  # noqa: PLR0913
    files: Sequence[Path],
    *,
    union_default_graph: bool,
    settings: Settings,
    downloads: Downloads,
    following: Awaitable[Journalled],
    archive: Sequence[Preserved] = (),
    former: Former | None = None,
) -> State:
    """Load RDF files, with what a journal makes of them, here and, at the same time, for the query processes."""
    journal = asyncio.ensure_future(following)

    async def patches() -> Sequence[Patch]:
        return (await asyncio.shield(journal)).patches

    engine = Workers(
        files,
        union_default_graph=union_default_graph,
        limits=settings,
        patches=patches,
        niceness=_NICENESS if former else 0,
    )
    starting = asyncio.create_task(engine.start())
    try:
        store = await _store(files, union_default_graph, patches, former)
        followed = await journal
        since = datetime.now(UTC)
        if former:  # no two have one second, by which clients ask whether a document has changed
            since = max(since, former.state.since + timedelta(seconds=1))
        known = [*archive, *followed.versions]
        queries = await run_in_threadpool(catalogue)
        state = State(store, engine, settings, downloads, known, followed.entries, queries, since=since)
        if former:
            await former.again(state)
        await starting
        await asyncio.sleep((since - datetime.now(UTC)).total_seconds())
    except BaseException:  # the query processes are of no use without the store
        starting.cancel()
        await asyncio.gather(starting, journal, return_exceptions=True)
        if engine.ready:
            await engine.close()
        raise
    return state


async def _store(
    files: Sequence[Path],
    union_default_graph: bool,
    patches: Callable[[], Awaitable[Sequence[Patch]]],
    former: Former | None,
) -> EmbeddedStore:
    """Return the dataset; in threads as the doors have them: what these need is imported by then."""
    spare = former.spare if former else None
    if isinstance(spare, EmbeddedStore) and len(await patches()) % _READ_ANEW > 1:
        lacking = _lacking(spare.version, await patches())
        if lacking is not None:
            return await run_in_threadpool(_patched, spare, lacking)
    read = partial(EmbeddedStore.from_files, union_default_graph=union_default_graph)
    store = await run_in_threadpool(read, files)
    return await run_in_threadpool(_patched, store, await patches())


def _patched(store: EmbeddedStore, patches: Sequence[Patch]) -> EmbeddedStore:
    made = store.patched(patches)
    _ = made.graphs  # every document needs them, and the first should not have to wait for their counts
    return made


def _lacking(version: str, patches: Sequence[Patch]) -> Sequence[Patch] | None:
    """Return the patches that lead on from a version, None where it is none of theirs."""
    made = [patch.version for patch in patches]
    return patches[made.index(version) + 1 :] if version in made else None


async def reach(url: str, *, settings: Settings, archive: Sequence[Preserved] = ()) -> State:
    """Serve the dataset at another SPARQL server."""
    memory = settings.query_memory_mb * 1024 * 1024
    store = RemoteStore(url, timeout=ceil(settings.query_seconds), memory=memory)
    state = State(store, RemoteEngine(store, settings), settings, archive=archive)
    await run_in_threadpool(lambda: state.templates)  # what they look up must not hold up whoever asks for a page first
    await state.engine.start()
    return state


def run(
    load: Load,
    listener: socket.socket,
    ready: Callable[[State], None],
    is_outdated: IsOutdated | None = None,
    office: Office | None = None,
) -> None:
    """Serve what `load` gives until SIGINT or SIGTERM; `ready` is told when requests are answered.

    An office adds the desk. On SIGHUP, and when the state that is served is outdated, what `load` gives then is served
    instead, once it is whole.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(_Lines())
    logging.basicConfig(handlers=[handler], level=logging.INFO)
    # What it warns of are bytes that are no request, and anybody could fill the log with those.
    logging.getLogger("uvicorn").setLevel(logging.ERROR)
    with (
        asyncio.Runner(loop_factory=uvicorn.Config("", log_config=None).get_loop_factory()) as runner,
        suppress(KeyboardInterrupt),
    ):
        runner.run(_serve(load, listener, ready, is_outdated, office))


async def _serve(
    load: Load,
    listener: socket.socket,
    ready: Callable[[State], None],
    is_outdated: IsOutdated | None,
    office: Office | None,
) -> None:
    state = await load(None)
    app = create_app(state, office)
    patience = int(state.settings.query_seconds) + 1
    # Without WebSockets a request to change to them is a request like others; no door here speaks them.
    config = uvicorn.Config(
        app,
        http=Connection,
        ws="none",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=patience,
        root_path=state.settings.root_path,
    )
    renewals = _Renewals(app, load)
    if sys.platform != "win32":
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, renewals.begin)
    if is_outdated:
        renewals.follow(is_outdated)
    # What is there now stays. Searching what is made of a dataset, many small objects, holds up every thread: so the
    # young ones are searched in portions of a few milliseconds, and the others seldom.
    gc.freeze()
    gc.enable()
    gc.set_threshold(10_000, 100, 100)
    sys.setswitchinterval(_SWITCH_SECONDS)
    prepare(state)
    await _Server(config, lambda: ready(state)).serve(sockets=[listener])


class _Renewals:
    """What is served is renewed, without dropping a request: one renewal after the other, the latest in the end."""

    def __init__(self, app: FastAPI, load: Load) -> None:
        self._app = app
        self._load = load
        self._spare: Dataset | None = None
        self._renewing = asyncio.Lock()
        self._tasks: set[asyncio.Task[object]] = set()

    def begin(self) -> None:
        """Begin to renew what is served."""
        self._do(self._renew())

    def follow(self, is_outdated: IsOutdated) -> None:
        """Renew what is served whenever it is outdated."""
        self._do(self._make_spare())
        self._do(self._watch(is_outdated))

    async def _make_spare(self) -> None:
        """Copy what is served, so that the first change is served as soon as those for which there is a former one."""
        await asyncio.sleep(_SPARE_SECONDS)
        served = self._app.state.service.store
        if self._spare is None and isinstance(served, EmbeddedStore):
            copy = await run_in_threadpool(served.copied)
            self._spare = copy if self._spare is None else self._spare

    async def _watch(self, is_outdated: IsOutdated) -> None:
        wait = _LOOK_SECONDS
        while True:
            await asyncio.sleep(wait)
            try:
                outdated = await run_in_threadpool(is_outdated, self._app.state.service.store.version)
            except Exception as error:  # what is there is served on
                _LOG.error("it cannot be told whether there is anything newer: %s", error)
                wait = _PATIENCE_SECONDS
            else:
                wait = _LOOK_SECONDS if not outdated or await self._renew() else _PATIENCE_SECONDS

    async def _renew(self) -> bool:
        async with self._renewing:
            former = Former(self._app.state.service, self._spare, self._app.state.front.make_again)
            self._spare = None
            try:
                state = await self._load(former)
                await run_in_threadpool(prepare, state)
            except Exception as error:  # whatever is wrong with the new dataset, the old one is served on
                _LOG.error("nothing newer can be served: %s", error)
                return False
            _LOG.info("serving dataset %s", state.store.version)
            self._do(self._switch(state))  # which waits for readers of the old one
            return True

    async def _switch(self, state: State) -> None:
        former = await switch(self._app, state)
        self._spare = former.store if former else None

    def _do(self, work: Coroutine[None, None, object]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)  # kept, else it may be collected
        task.add_done_callback(self._tasks.discard)


class _Server(uvicorn.Server):
    """A server that tells when it answers."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()


class _Lines(logging.Formatter):
    """Log records as lines of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one record; what a request's entry holds becomes members of its own."""
        told = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
            **getattr(record, "entry", {}),
        }
        if record.exc_info:
            told["traceback"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False)
