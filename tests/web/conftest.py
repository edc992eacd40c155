"""One service over the tiny dataset, its query processes included."""

import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import sync_playwright
from starlette.testclient import TestClient

from aseancan_kg import archive, settings
from aseancan_kg.archive import Archived
from aseancan_kg.settings import Settings
from aseancan_kg.store.embedded import EmbeddedStore
from aseancan_kg.store.workers import Workers
from aseancan_kg.web.app import create_app
from aseancan_kg.web.connection import Connection
from aseancan_kg.web.downloads import Downloads
from aseancan_kg.web.state import State

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
TINY = Path(__file__).parent / "tiny.trig"
StateOf = Callable[..., State]
Serve = Callable[..., AbstractContextManager[TestClient]]


@pytest.fixture(scope="session")
def state_of(tmp_path_factory) -> StateOf:
    """Return what makes the state of a service over a file, within the given limits; its engine is not started."""

    def state_of(
        file: Path = TINY,
        *,
        union_default_graph: bool = True,
        downloads: Path | None = None,
        archived: Sequence[Archived] = (),
        **limits: float | str,
    ) -> State:
        kept = str(tmp_path_factory.mktemp("state"))
        limited = Settings(**{"workers": 2, "state": kept, **limits})
        store = EmbeddedStore.from_files([file], union_default_graph=union_default_graph)
        engine = Workers([file], union_default_graph=union_default_graph, limits=limited)
        return State(store, engine, limited, Downloads(downloads), archived)

    return state_of


@pytest.fixture(scope="session")
def serve() -> Serve:
    """Return what starts a service; its client follows no redirects and asks for nothing in particular."""

    @contextmanager
    def serve(state: State, **options: object) -> Iterator[TestClient]:
        options = {"follow_redirects": False, "headers": {"Accept": "*/*"}, **options}
        with TestClient(create_app(state), **options) as client:
            yield client

    return serve


@pytest.fixture(scope="session")
def running() -> Callable[..., AbstractContextManager[int]]:
    """Return what serves a state, or an app over one, on a free port, which it gives."""

    @contextmanager
    def running(served: State | FastAPI, protocol: type[Connection] = Connection) -> Iterator[int]:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)  # so that long answers are not sent at once
            app = served if isinstance(served, FastAPI) else create_app(served)
            config = uvicorn.Config(app, http=protocol, ws="none", log_level="critical", timeout_graceful_shutdown=2)
            server = uvicorn.Server(config)
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
            thread.start()
            while not server.started:
                time.sleep(0.01)
            try:
                yield listener.getsockname()[1]
            finally:
                server.should_exit = True
                thread.join()

    return running


@pytest.fixture(scope="session")
def state(state_of):
    return state_of()


@pytest.fixture(scope="session")
def store(state):
    return state.store


@pytest.fixture(scope="session")
def client(state, serve):
    with serve(state) as client:
        yield client


@pytest.fixture(scope="session")
def past() -> Sequence[Archived]:
    """Return the real past releases, the oldest first."""
    return archive.read(settings.resources() / "data" / "releases")


@pytest.fixture(scope="session")
def released(published, past, state_of, serve):
    """A client of the service over the real dataset with its past releases."""
    with serve(state_of(published, downloads=published.parent, archived=past)) as client:
        yield client


@pytest.fixture(scope="session")
def browsed(released):
    """A client of the same service that asks for pages, as a browser does."""
    client = TestClient(released.app, follow_redirects=False, headers={"Accept": "text/html,*/*;q=0.8"})
    client.portal = released.portal
    return client


@pytest.fixture(scope="session")
def host(published, past, running, state_of):
    """The address of the same service for those who come by the network; its queries take a second at most."""
    with running(state_of(published, downloads=published.parent, archived=past, query_seconds=1.0)) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="session")
def lasting():
    """Return what gives the headers of a response that are the same for the same request."""
    return lambda response: {
        name: value for name, value in response.headers.items() if name not in ("x-request-id", "server-timing")
    }


@pytest.fixture(scope="session")
def comunica(missing):
    """Return where the SPARQL client Comunica is."""
    path = Path(__file__).parent / "node_modules" / ".bin" / "comunica-sparql"
    if not path.exists():
        missing("Comunica", "run `npm install --prefix tests/web`, which needs Node.js")
    return path


@pytest.fixture
def log(tmp_path):
    """The file into which a service logs; a pipe that nobody reads would hold it up."""
    return tmp_path / "log"


@pytest.fixture
def service(script, log):
    """Return what starts the installed command over a file: its process and its port."""
    started = []

    def start(file, **environment):
        with log.open("w") as told:
            process = subprocess.Popen(
                [script, "serve", "--port", "0", "--union-default-graph", "--data", file],
                stdout=subprocess.PIPE,
                stderr=told,
                encoding="utf-8",
                env=os.environ | environment,
            )
        started.append(process)
        address = [process.stdout.readline() for _ in range(3)][1].split()[1]
        return process, int(address.rstrip("/").rpartition(":")[2])

    yield start
    for process in started:
        process.kill()
        process.communicate()


# Not for the whole session: while it runs, no other test of the process could start an event loop of its own.
@pytest.fixture(scope="module")
def browser(tool):
    chromium = tool("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()
