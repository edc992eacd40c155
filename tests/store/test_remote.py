"""A SPARQL server reached over HTTP: our own service on a free port of this machine."""

import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import uvicorn

from aseancan_kg.errors import InputError, StoreUnavailable, SyntaxProblem
from aseancan_kg.mediatypes import CSV, GRAPH_FORMATS, JSON, N_TRIPLES, RESULT_FORMATS
from aseancan_kg.settings import Settings
from aseancan_kg.store.embedded import EmbeddedStore
from aseancan_kg.store.remote import RemoteStore
from aseancan_kg.store.workers import Workers
from aseancan_kg.web.app import create_app
from aseancan_kg.web.state import State

TINY = Path(__file__).parents[1] / "web" / "tiny.trig"


@pytest.fixture(scope="module")
def embedded():
    return EmbeddedStore.from_files([TINY], union_default_graph=True)


@pytest.fixture(scope="module")
def url(embedded):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        settings = Settings(workers=2)
        state = State(embedded, Workers([TINY], union_default_graph=True, limits=settings), settings)
        server = uvicorn.Server(uvicorn.Config(create_app(state), log_level="critical"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()


def test_the_answers_are_those_of_the_store_behind_it(url, embedded):
    remote = RemoteStore(f"{url}/sparql")
    select = "# ASK\nSELECT ?s ?o { ?s <http://www.w3.org/2004/02/skos/core#altLabel> ?o } ORDER BY ?s ?o"
    for one in RESULT_FORMATS:
        assert remote.query(select, one) == embedded.query(select, one)
    construct = "CONSTRUCT WHERE { ?s <http://www.w3.org/2004/02/skos/core#altLabel> ?o }"
    for one in GRAPH_FORMATS:
        assert remote.query(construct, one) == embedded.query(construct, one)
    assert remote.rows(select) == embedded.rows(select)


def test_words_of_updates_in_comments_make_no_update(url, embedded):
    text = "# param: scheme\n# Create, load and insert.\nPREFIX e: <http://e/x#> ASK {}"
    assert RemoteStore(f"{url}/sparql").query(text, JSON) == embedded.query(text, JSON)


def test_graphs_are_passed_on(url):
    remote = RemoteStore(f"{url}/sparql")
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    assert remote.query(count, CSV, ["https://w3id.org/aseancan/graph/bodies"]) == b"n\r\n14\r\n"
    assert remote.query(count, CSV, [], ["https://w3id.org/aseancan/graph/bodies"]) == b"n\r\n0\r\n"


def test_a_refused_query_comes_with_the_servers_words(url):
    with pytest.raises(SyntaxProblem, match="the prefix e: is not declared"):
        RemoteStore(f"{url}/sparql").query("SELECT * { ?s e:p ?o }", JSON)


class Website(BaseHTTPRequestHandler):
    """A server that is no SPARQL endpoint."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(b"<p>Welcome")

    def log_message(self, *_):
        """Keep the test run quiet."""


def test_an_answer_in_another_format_is_refused():
    with HTTPServer(("127.0.0.1", 0), Website) as server:
        threading.Thread(target=server.handle_request).start()
        with pytest.raises(InputError, match="answers in text/html, not in application/n-triples"):
            RemoteStore(f"http://127.0.0.1:{server.server_port}/").query("CONSTRUCT WHERE { ?s ?p ?o }", N_TRIPLES)


def test_updates_are_not_sent(url):
    with pytest.raises(InputError, match="no updates"):
        RemoteStore(f"{url}/sparql").query("CLEAR ALL", JSON)
    with pytest.raises(InputError, match="only a SELECT"):
        RemoteStore(f"{url}/sparql").rows("ASK {}")


def test_a_server_that_does_not_answer_is_unavailable(url):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent_url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(StoreUnavailable):
            RemoteStore(silent_url, timeout=1).query("ASK {}", JSON)
    for dead in (silent_url, f"{url}/nowhere"):
        with pytest.raises(StoreUnavailable, match="Check that the URL"):
            RemoteStore(dead).query("ASK {}", JSON)
