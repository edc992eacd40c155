"""Servers and the engine itself while they run: started, asked and ended in one way."""

import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import pyoxigraph as ox

import processes
from load import Answer, Client, Endpoint
from servers import QUERY_SECONDS, Place, Server
from workload import SMALL, Query

START_SECONDS = 900
"""A server that does not answer by then is given up, and the benchmark with it."""


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers; `loaded` is how many seconds it took to its first answer."""

    name: str
    pid: int
    endpoint: Endpoint
    client: Client
    loaded: float

    def ask(self, query: Query, mark: str = "") -> Answer:
        """Ask a query as its one client; see `Query.text`."""
        return self.client.ask(query, mark)


@contextmanager
def serve(  # noqa: PLR0913
    server: Server, data: Path, triples: int, scratch: Path, environment: Mapping[str, str], *, store: str = ""
) -> Iterator[Running]:
    """Start a server, fill it, wait for its first answer; end it by its own process id."""
    scratch.mkdir()
    place = Place(data, triples, scratch, *_free_ports(), store)
    begun = time.monotonic()
    with (scratch / "log").open("wb") as log:
        process = subprocess.Popen(
            server.command(place),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**os.environ, **environment},
            # A process group of its own, so that whatever it leaves behind ends with it.
            start_new_session=True,
        )
    endpoint = Endpoint(place.port, server.path)
    client = Client(endpoint, QUERY_SECONDS + 5)
    try:
        _wait(process, lambda: _listens(place.port), scratch / "log")
        server.fill(place)
        _wait(process, lambda: client.ask(SMALL).status == 200, scratch / "log")
        yield Running(server.name, process.pid, endpoint, client, time.monotonic() - begun)
    finally:
        client.close()
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        processes.kill_group(process.pid)
        process.wait()


def _wait(process: subprocess.Popen[bytes], is_ready: Callable[[], bool], log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while not is_ready():
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"{process.args!r} is not ready: {log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.05)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _free_ports() -> tuple[int, int]:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        return one.getsockname()[1], other.getsockname()[1]


class Engine:
    """The engine that `aseancan-kg serve` is built on, in a process of its own and without HTTP: what serving adds to.

    The time of an answer is taken in that process, from the query's text to the bytes of the result.
    """

    name = "pyoxigraph"

    def __init__(self, data: Path) -> None:
        begun = time.monotonic()
        context = get_context("spawn")
        self._pipe, other = context.Pipe()
        self._process = context.Process(target=_evaluate, args=(str(data), other), daemon=True)
        self._process.start()
        self._pipe.recv()
        self.loaded = time.monotonic() - begun

    @property
    def pid(self) -> int:
        """Return the id of its process."""
        assert self._process.pid is not None
        return self._process.pid

    def ask(self, query: Query, mark: str = "") -> Answer:
        """Have a query evaluated."""
        self._pipe.send(query.text(mark))
        answer: Answer = self._pipe.recv()
        return answer

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.join()


def _evaluate(data: str, pipe: Connection) -> None:
    store = ox.Store()
    store.bulk_load(path=data, format=ox.RdfFormat.N_QUADS)
    pipe.send(len(store))
    while True:
        text = pipe.recv()
        begun = time.perf_counter()
        results = store.query(text, use_default_graph_as_union=True)
        if isinstance(results, ox.QueryTriples):
            body = results.serialize(format=ox.RdfFormat.TURTLE)
        else:
            body = results.serialize(format=ox.QueryResultsFormat.JSON)
        pipe.send(Answer(200, time.perf_counter() - begun, body or b""))
