"""The service over another server, whose dataset can become another one at any moment."""

import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pyoxigraph as ox
import pytest

from aseancan_kg.errors import StoreUnavailable
from aseancan_kg.settings import Settings
from aseancan_kg.store.remote import RemoteStore
from aseancan_kg.store.remote_engine import RemoteEngine
from aseancan_kg.web.state import State

BASE = "https://w3id.org/aseancan/"
LABEL = "http://www.w3.org/2004/02/skos/core#prefLabel"
NAMES = f"SELECT ?l {{ ?s <{LABEL}> ?l }}"
MISSPELT = f"SELECT ?l {{ ?s <{LABEL.replace('prefLabel', 'prefLable')}> ?l }}"
IN_JSON = {"Accept": "application/json"}


class Behind(BaseHTTPRequestHandler):
    """A SPARQL server over a release, which another one can take the place of."""

    release = ox.Store()
    next_release = None
    delay = look_delay = 0.0
    asked = 0
    fails_on = None

    def do_POST(self):
        query = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())["query"][0]
        told = type(self)
        told.asked += 1
        try:
            body = told.release.query(query, use_default_graph_as_union=True).serialize(
                format=ox.QueryResultsFormat.JSON
            )
        except SyntaxError as error:
            self.send_error(400, str(error))
            return
        if told.fails_on is not None and told.fails_on in query:
            self.send_error(500)
            return
        time.sleep(told.look_delay)
        if LABEL in query:
            time.sleep(told.delay)
            told.release, told.next_release = told.next_release or told.release, None
        self.send_response(200)
        self.send_header("Content-Type", "application/sparql-results+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with suppress(BrokenPipeError):  # who asks does not wait for long
            self.wfile.write(body)

    def log_message(self, *_):
        """Keep the test run quiet."""


def release(version):
    """Return a release: a thing that is labelled by its version, and the version where the dataset states one."""
    store = ox.Store()
    graph = ox.NamedNode(f"{BASE}graph/things")
    label = ox.Literal(f"of {version}", language="en")
    store.add(ox.Quad(ox.NamedNode(f"{BASE}id/body/asean"), ox.NamedNode(LABEL), label, graph))
    if version:
        identifier = ox.NamedNode("http://purl.org/dc/terms/identifier")
        store.add(ox.Quad(ox.NamedNode(f"{BASE}dataset"), identifier, ox.Literal(version), graph))
    return store


@pytest.fixture
def behind():
    """The class of a server that answers, and holds release 1; `address` is where."""
    told = type("Told", (Behind,), {"release": release("1")})
    with ThreadingHTTPServer(("127.0.0.1", 0), told) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        told.address = f"http://127.0.0.1:{server.server_port}/"
        yield told
        server.shutdown()
        thread.join()


@pytest.fixture
def node(behind, serve, tmp_path, request):
    """A client of a node over that server; the node looks at the server when the test says so: `node.look()`."""
    limits = {"workers": 2, "query_seconds": 2.0, **getattr(request, "param", {})}
    settings = Settings(state=str(tmp_path), **limits)
    store = RemoteStore(behind.address, timeout=2)
    with serve(State(store, RemoteEngine(store, settings, recheck_seconds=3600), settings)) as client:
        client.look = store.refresh
        yield client


def deposit(node):
    return node.post("/q", data={"query": NAMES})


def names(node, method="GET"):
    sent = {"params" if method == "GET" else "data": {"query": NAMES, "format": "csv"}}
    return node.request(method, "/sparql", **sent).text.split("\r\n")[1]


def test_a_deposit_is_of_the_version_that_has_answered(behind, node):
    first = deposit(node)
    assert (first.status_code, first.json()["datasetVersion"]) == (201, "1")
    behind.release = release("2")
    second = deposit(node)
    assert node.get("/sparql").headers["ac-dataset-version"] == "1"  # the node has not looked since
    assert (second.status_code, second.json()["datasetVersion"]) == (201, "2")
    assert first.headers["location"] != second.headers["location"]
    (run,) = node.get(first.headers["location"], headers=IN_JSON).json()["reruns"]
    assert run == {"datasetVersion": "2", "same": False, "added": ['"of 2"@en'], "removed": ['"of 1"@en']}
    (run,) = node.get(second.headers["location"], headers=IN_JSON).json()["reruns"]
    assert run["same"]


def test_an_answer_of_a_dataset_that_changes_meanwhile_is_not_deposited(behind, node):
    location = deposit(node).headers["location"]
    behind.next_release = release("2")
    refused = deposit(node)
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (503, "dataset-changed")
    assert refused.json()["detail"] == "the dataset changed while it was asked"
    assert int(refused.headers["retry-after"]) > 0
    behind.next_release = release("1")
    (run,) = node.get(location, headers=IN_JSON).json()["reruns"]
    assert "changed while it was asked" in run["failure"]
    assert deposit(node).json()["datasetVersion"] == "1"


def test_a_deposit_takes_no_longer_than_a_query_may(behind, node):
    behind.look_delay = 0.9  # of each of three requests
    refused = deposit(node)
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (503, "query-timeout")


@pytest.mark.parametrize("node", [{"client_seconds": 0.1}], indirect=True)
def test_whoever_has_used_up_a_budget_deposits_without_asking_the_server(behind, node):
    behind.look_delay = 0.2
    assert deposit(node).status_code == 201
    asked = behind.asked
    assert deposit(node).status_code == 429
    assert behind.asked == asked


def test_a_dataset_without_version_cannot_be_cited(behind, node):
    behind.release = release("")
    refused = deposit(node)
    assert refused.status_code == 403
    assert "states no version" in refused.json()["detail"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_a_newer_version_answered_before_it_was_seen_does_not_come_back_with_the_older(behind, node, method):
    behind.release = release("2")
    assert names(node, method) == "of 2"  # as is said, under the name of version 1 until the next look
    node.look()
    assert names(node, method) == "of 2"
    behind.release = release("1")
    node.look()
    assert names(node, method) == "of 1"


def test_a_newer_version_that_could_not_be_counted_was_seen_as_well(behind, node):
    behind.release, behind.fails_on = release("2"), "COUNT"
    assert names(node) == "of 2"
    with pytest.raises(StoreUnavailable):
        node.look()
    behind.release, behind.fails_on = release("1"), None
    node.look()
    assert names(node) == "of 1"


def test_an_answer_is_kept_for_as_long_as_the_version_is(behind, node):
    assert names(node) == "of 1"
    node.look()
    behind.delay = 3
    since = time.monotonic()
    assert names(node) == "of 1"
    assert time.monotonic() - since < 2.5


def test_the_doctor_looks_there(node):
    told = node.get("/sparql/doctor", params={"query": MISSPELT}).json()
    assert told["outcome"] == "explained"
    (found,) = [one for one in told["findings"] if one["suggestion"]]
    assert (found["suggestion"], found["mended"]) == (f"<{LABEL}>", NAMES)
    page = node.get("/sparql/doctor", params={"query": MISSPELT}, headers={"Accept": "text/html"}).text
    assert ">Run it</a>" in page
    refused = node.get("/sparql/doctor", params={"query": "SELECT {"})
    assert refused.status_code == 400


def test_the_doctor_does_without_the_questions_that_the_server_fails_on(behind, node):
    behind.fails_on = "SELECT DISTINCT"
    told = node.get("/sparql/doctor", params={"query": MISSPELT}).json()
    assert [(one["kind"], one["suggestion"]) for one in told["findings"]] == [("pattern", None)]
    behind.fails_on = ""  # stands in every query
    assert node.get("/sparql/doctor", params={"query": MISSPELT}).status_code == 503


def test_the_doctor_says_that_a_slow_server_left_it_no_time(behind, node):
    behind.delay = 3
    since = time.monotonic()
    told = node.get("/sparql/doctor", params={"query": NAMES.replace("?l }", "'x' }")}).json()
    assert told["outcome"] == "out-of-time"
    assert time.monotonic() - since < 2.5


def test_names_are_matched_with_what_that_server_has_now(behind, node):
    def matched(name):
        return [(one["id"], one["match"]) for one in node.get("/reconcile", params={"query": name}).json()["result"]]

    asean = f"{BASE}id/body/asean"
    assert matched("Of 1") == [(asean, True)]
    behind.release = release("2")
    node.look()
    assert matched("Of 2") == [(asean, True)]
    assert (asean, True) not in matched("Of 1")
    asked = behind.asked
    assert len(node.get("/reconcile", params={"query": "of 2 or 3"}).json()["result"]) == 1
    assert behind.asked == asked  # what is in memory is not asked for again
