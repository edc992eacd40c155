"""The servers that are compared, and how each is started over a file of N-Quads.

Every server answers from memory or its own files on loopback, with the merge of all graphs as its default graph.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

QUERY_SECONDS = 60
"""After that our service and Virtuoso give up on a query, and the client on every server."""

ON_DISK = 2_000_000
"""From so many triples on, the Oxigraph server reads from disk, as not all servers would fit into memory."""

HELLO = """
import sys, uvicorn
async def hello(scope, receive, send):
    assert scope["type"] == "http"
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"12")]})
    await send({"type": "http.response.body", "body": b"Hello, world"})
uvicorn.run(hello, port=int(sys.argv[1]), log_level="warning", access_log=False, lifespan="off")
"""
VIRTUOSO_SETTINGS = """
[Database]
DatabaseFile = {place.scratch}/virtuoso.db
ErrorLogFile = {place.scratch}/virtuoso.log
LockFile = {place.scratch}/virtuoso.lck
TransactionFile = {place.scratch}/virtuoso.trx
xa_persistent_file = {place.scratch}/virtuoso.pxa
[TempDatabase]
DatabaseFile = {place.scratch}/virtuoso-temp.db
TransactionFile = {place.scratch}/virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{place.second_port}
DirsAllowed = {place.data.parent}
NumberOfBuffers = 250000
MaxDirtyBuffers = 180000
CheckpointInterval = 0
[HTTPServer]
ServerPort = 127.0.0.1:{place.port}
ServerThreads = 20
MaxKeepAlives = 100
KeepAliveTimeout = 120
[SPARQL]
ResultSetMaxRows = 1000000
MaxQueryExecutionTime = {seconds}
"""


@dataclass(frozen=True, slots=True)
class Place:
    """What a server is started with: a file of N-Quads, a directory of its own, and two free ports, one for HTTP.

    `store` is the query endpoint of the Oxigraph server over the same file, for a node that holds nothing itself.
    """

    data: Path
    triples: int
    scratch: Path
    port: int
    second_port: int
    store: str


@dataclass(frozen=True, slots=True)
class Server:
    """A server over HTTP: its program, the arguments, and how it is filled when they do not say with what.

    `comes_with` tells where the program is from; above `most_triples` the server is left out.
    """

    name: str
    program: str
    comes_with: str
    path: str
    arguments: Callable[[Place], list[str]]
    fill: Callable[[Place], None] = lambda place: None
    most_triples: int = sys.maxsize

    @property
    def installed(self) -> bool:
        """Tell whether the program can be started."""
        return _found(self.program) is not None

    def command(self, place: Place) -> list[str]:
        """Return the command line that starts it."""
        return [_program(self.program), *self.arguments(place)]


def _found(program: str) -> str | None:
    """Find a program beside this interpreter, else on the path."""
    return shutil.which(program, path=f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}")


def _program(name: str) -> str:
    path = _found(name)
    assert path is not None, f"{name} is not installed"
    return path


def _ours(place: Place) -> list[str]:
    return ["serve", "--data", str(place.data), "--union-default-graph", "--port", str(place.port)]


def _node(place: Place) -> list[str]:
    return ["serve", "--store", place.store, "--port", str(place.port)]


def _oxigraph(place: Place) -> list[str]:
    # Not with --timeout-s, its own limit: that keeps a thread asleep for every query answered, and ends the server.
    options = ["--bind", f"127.0.0.1:{place.port}", "--union-default-graph"]
    if place.triples < ON_DISK:
        return ["serve", *options]
    store = str(place.scratch / "store")
    loading = [_program("oxigraph"), "load", "--location", store, "--file", str(place.data)]
    subprocess.run(loading, check=True, capture_output=True)
    return ["serve-read-only", "--location", store, *options]


def _fill_oxigraph(place: Place) -> None:
    if place.triples < ON_DISK:
        headers = {"Content-Type": "application/n-quads", "Content-Length": str(place.data.stat().st_size)}
        with place.data.open("rb") as file:
            request = urllib.request.Request(f"http://127.0.0.1:{place.port}/store", file, headers)
            urllib.request.urlopen(request, timeout=600).close()


def _virtuoso(place: Place) -> list[str]:
    settings = VIRTUOSO_SETTINGS.format(place=place, seconds=QUERY_SECONDS)
    (place.scratch / "virtuoso.ini").write_text(settings, encoding="utf-8")
    return ["+foreground", "+configfile", str(place.scratch / "virtuoso.ini")]


def _fill_virtuoso(place: Place) -> None:
    statements = f"ld_dir('{place.data.parent}', '{place.data.name}', 'urn:unused'); rdf_loader_run(); checkpoint;"
    client = [_program("isql-vt"), f"127.0.0.1:{place.second_port}", "dba", "dba", f"exec={statements}"]
    subprocess.run(client, check=True, capture_output=True)


def _rdflib_endpoint(place: Place) -> list[str]:
    return ["serve", "--host", "127.0.0.1", "--port", str(place.port), str(place.data)]


def _hello(place: Place) -> list[str]:
    return ["-c", HELLO, str(place.port)]


OURS = Server("aseancan-kg", "aseancan-kg", "this project", "/sparql", _ours)
NODE = Server("a node", "aseancan-kg", "this project", "/sparql", _node)
OXIGRAPH = Server("oxigraph", "oxigraph", "pip install oxigraph", "/query", _oxigraph, _fill_oxigraph)
VIRTUOSO = Server(
    "virtuoso", "virtuoso-t", "apt-get install virtuoso-opensource-7-bin", "/sparql", _virtuoso, _fill_virtuoso
)
RDFLIB_ENDPOINT = Server(
    "rdflib-endpoint", "rdflib-endpoint", "pip install rdflib-endpoint", "/", _rdflib_endpoint, most_triples=ON_DISK
)
HELLO_WORLD = Server("uvicorn", "python", "uvicorn, which this project requires", "/", _hello)
PEERS = {server.name: server for server in (OXIGRAPH, VIRTUOSO, RDFLIB_ENDPOINT)}
