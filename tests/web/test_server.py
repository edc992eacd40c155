"""The running server, over real sockets: limits, broken answers, clients that leave, reload and shutdown."""

import asyncio
import concurrent.futures
import http.client
import json
import os
import signal
import socket
import subprocess
import threading
import time
import urllib.request
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlencode

import httpx2
import pytest

from aseancan_kg.errors import InvalidData
from aseancan_kg.mediatypes import CSV, GRAPH_FORMATS, RESULT_FORMATS
from aseancan_kg.settings import Settings
from aseancan_kg.store import Patch, Question
from aseancan_kg.store.embedded import EmbeddedStore
from aseancan_kg.web import server
from aseancan_kg.web.app import create_app
from aseancan_kg.web.downloads import Downloads

TINY = Path(__file__).parent / "tiny.trig"
FROM_FILES = EmbeddedStore.from_files
SMALL = "SELECT * { ?s ?p ?o } LIMIT 3"
PAIRS = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g a ?h }"
MANY = "CONSTRUCT { ?a ?b ?f . ?a ?e ?d . ?d ?b ?f . ?f ?e ?a } WHERE { ?a ?b ?c . ?d ?e ?f }"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o . ?p ?q ?r }"


def connect(port, source="127.0.0.1"):
    return http.client.HTTPConnection("127.0.0.1", port, timeout=30, source_address=(source, 0))


def slow(port):
    """Connect with a buffer so small that a long answer is not received before it is read."""
    connection = connect(port)
    connection.sock = socket.socket()
    connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.sock.connect(("127.0.0.1", port))
    return connection


def get(port, query, source="127.0.0.1", **parameters):
    """Ask a query; returns the response, read to its end, and its body."""
    connection = connect(port, source)
    try:
        connection.request("GET", "/sparql?" + urlencode({"query": query, **parameters}))
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def wait_until(condition, seconds=15):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture(scope="module")
def streaming(running, state_of):
    state = state_of(buffer_kb=1, query_seconds=20)
    with running(state) as port:
        yield state, port


@pytest.mark.parametrize("one", [*RESULT_FORMATS, *GRAPH_FORMATS], ids=lambda one: one.name)
def test_an_answer_whose_worker_dies_is_visibly_broken(streaming, one):
    state, port = streaming
    connection = slow(port)
    connection.request(
        "GET", "/sparql?" + urlencode({"query": PAIRS if one in RESULT_FORMATS else MANY, "format": one.name})
    )
    response = connection.getresponse()
    assert response.status == 200
    assert response.headers["transfer-encoding"] == "chunked"
    assert "ac-row-count" not in response.headers
    assert response.headers["cache-control"] == "no-store"
    response.read(100)
    idle = {worker.process for worker in state.engine._idle._queue}
    (busy,) = set(state.engine.processes[1:]) - idle
    os.kill(busy, signal.SIGKILL)
    with pytest.raises(http.client.IncompleteRead) as caught:
        response.read()
    assert b"memory" not in caught.value.partial
    connection.close()


def test_a_streamed_answer_is_the_whole_one(streaming, store):
    _, port = streaming
    for one in RESULT_FORMATS:
        response, body = get(port, "SELECT * { ?a ?b ?c . ?d a ?f } ORDER BY ?a ?b ?c ?d ?f", format=one.name)
        assert response.headers["transfer-encoding"] == "chunked"
        assert body == store.query("SELECT * { ?a ?b ?c . ?d a ?f } ORDER BY ?a ?b ?c ?d ?f", one)


def test_http_1_0_is_told_that_it_cannot_have_a_streamed_answer(streaming):
    _, port = streaming
    with socket.create_connection(("127.0.0.1", port)) as plain:
        plain.sendall(b"GET /sparql?" + urlencode({"query": PAIRS}).encode() + b" HTTP/1.0\r\n\r\n")
        assert plain.makefile("rb").readline().startswith(b"HTTP/1.1 505")


def test_a_page_of_a_long_answer_shows_its_beginning(streaming):
    _, port = streaming
    page = get(port, PAIRS, format="html")[1].decode()
    assert "The first 1,000 rows of many" in page
    assert page.count("<tr>") == 1001
    texts = "CONSTRUCT { ?a ?b ?x } WHERE { ?a ?b ?c . ?d ?e ?f BIND(CONCAT(STR(?c), STR(?d), STR(?f)) AS ?x) }"
    assert "# and more" in get(port, texts, format="html")[1].decode()


def test_a_client_that_leaves_frees_its_place(running, state_of):
    state = state_of(query_seconds=60)
    with running(state) as port:
        connection = connect(port)
        connection.request("GET", "/sparql?" + urlencode({"query": ENDLESS}))
        wait_until(lambda: state.engine.turns.running == 1)
        connection.close()
        wait_until(lambda: state.engine.turns.running == 0 and state.engine.killed == 1)
        assert get(port, SMALL)[0].status == 200


def test_a_client_that_leaves_the_queue_is_forgotten(running, state_of):
    state = state_of(query_seconds=3, queue=8)
    with running(state) as port:
        connections = [connect(port) for _ in range(3)]
        for connection in connections:
            connection.request("GET", "/sparql?" + urlencode({"query": ENDLESS}))
        wait_until(lambda: (state.engine.turns.running, state.engine.turns.waiting) == (1, 2))
        for connection in connections:
            connection.close()
        wait_until(lambda: (state.engine.turns.running, state.engine.turns.waiting) == (0, 0))


def test_a_reader_may_be_slower_than_the_query(running, state_of):
    state = state_of(buffer_kb=1, query_seconds=1.0, transfer_seconds=60.0)
    with running(state) as port:
        connection = slow(port)
        connection.request(
            "GET", "/sparql?" + urlencode({"query": "SELECT * { ?a ?b ?c . ?d ?e ?f }", "format": "csv"})
        )
        response = connection.getresponse()
        body = response.read(1000)
        time.sleep(2.5)
        body += response.read()
        connection.close()
        assert body.endswith(b"\r\n")
        assert body.count(b"\r\n") > 1000


def test_a_request_whose_body_comes_after_a_reload_is_answered(service, tmp_path, log):
    file = tmp_path / "data.nt"
    file.write_text('<urn:a> <urn:b> "old" .\n')
    process, port = service(file)
    query = b"SELECT ?o { ?s ?p ?o }"
    with socket.create_connection(("127.0.0.1", port), timeout=20) as late:
        head = b"POST /sparql HTTP/1.1\r\nHost: x\r\nAccept: text/csv\r\nContent-Type: application/sparql-query\r\n"
        late.sendall(head + b"Content-Length: %d\r\n\r\n" % len(query))
        time.sleep(0.3)
        file.write_text('<urn:a> <urn:b> "new" .\n')
        process.send_signal(signal.SIGHUP)
        wait_until(lambda: get(port, query.decode(), format="csv")[1] == b"o\r\nnew\r\n")
        late.sendall(query)
        assert late.recv(100).startswith(b"HTTP/1.1 200")


def test_without_a_keeper_a_query_is_refused_at_once(running, state_of, tmp_path):
    file = tmp_path / "data.nt"
    file.write_text('<urn:a> <urn:b> "x" .\n')
    state = state_of(file)
    with running(state) as port:
        file.unlink()
        os.kill(state.engine.processes[0], signal.SIGKILL)
        wait_until(lambda: not state.engine.ready)
        since = time.monotonic()
        response, body = get(port, SMALL)
        assert (response.status, json.loads(body)["type"].rpartition("/")[2]) == (503, "store-unavailable")
        assert time.monotonic() - since < 2
        file.write_text('<urn:a> <urn:b> "x" .\n')
        wait_until(lambda: get(port, SMALL)[0].status == 200)


def test_a_reader_too_slow_for_a_long_answer_is_cut_off(running, state_of):
    state = state_of(buffer_kb=1, query_seconds=20, transfer_seconds=0.5)
    with running(state) as port:
        connection = connect(port)
        connection.request("GET", "/sparql?" + urlencode({"query": f"{PAIRS[:-2]} . ?i ?j ?k }}"}))
        response = connection.getresponse()
        wait_until(lambda: state.engine.turns.running == 0)
        with pytest.raises(http.client.IncompleteRead):
            response.read()
        connection.close()


def test_a_query_over_its_time_is_a_problem_with_limit_and_elapsed_time(running, state_of):
    with running(state_of(query_seconds=0.4)) as port:
        response, body = get(port, ENDLESS)
        problem = json.loads(body)
        assert response.status == 503
        assert "retry-after" not in response.headers
        assert problem["type"] == "https://w3id.org/aseancan/problem/query-timeout"
        assert problem["limitSeconds"] == 0.4
        assert 0.4 <= problem["elapsedSeconds"] < 5
        assert "LIMIT" in problem["hint"]


def test_others_are_answered_while_one_client_attacks(running, state_of):
    state = state_of(query_seconds=2, queue=8)
    with running(state) as port, concurrent.futures.ThreadPoolExecutor(8) as attackers:
        attack = [attackers.submit(get, port, ENDLESS, "127.0.0.1") for _ in range(8)]
        wait_until(lambda: state.engine.turns.waiting >= 4)
        for number in range(20):
            assert get(port, f"{SMALL} # {number}", "127.0.0.2")[0].status == 200
        assert not all(one.done() for one in attack)
        statuses = sorted(one.result()[0].status for one in attack)
        assert set(statuses) == {429, 503}
        refused = next(one.result()[0] for one in attack if one.result()[0].status == 429)
        assert int(refused.headers["retry-after"]) >= 1


def test_a_full_queue_is_503_with_a_time_to_come_back(running, state_of):
    state = state_of(query_seconds=2, queue=2)
    with running(state) as port, concurrent.futures.ThreadPoolExecutor(8) as clients:
        asked = [clients.submit(get, port, ENDLESS, f"127.0.0.{number}") for number in range(1, 8)]
        responses = [one.result() for one in asked]
        full = [json.loads(body) for response, body in responses if response.headers["retry-after"]]
        assert full
        assert {problem["type"] for problem in full} == {"https://w3id.org/aseancan/problem/busy"}


def test_sigterm_lets_running_queries_end(service):
    process, port = service(TINY, AC_QUERY_SECONDS="1")
    with concurrent.futures.ThreadPoolExecutor() as clients:
        asked = clients.submit(get, port, ENDLESS)
        time.sleep(0.4)
        process.terminate()
        assert json.loads(asked.result()[1])["type"].endswith("query-timeout")
    assert process.wait(20) in (0, -signal.SIGTERM)


def test_a_reload_drops_no_request(service, log, tmp_path):
    file = tmp_path / "data.nt"
    file.write_text('<urn:a> <urn:b> "old" .\n')
    process, port = service(file, AC_LOG="requests")
    answers = []
    done = threading.Event()

    def keep_asking():
        while not done.is_set():
            answers.append(get(port, f"SELECT ?o {{ ?s ?p ?o }} # {len(answers)}", format="csv"))

    asking = [threading.Thread(target=keep_asking) for _ in range(2)]
    for thread in asking:
        thread.start()
    wait_until(lambda: len(answers) > 5)
    file.write_text('<urn:a> <urn:b> "new" .\n')
    process.send_signal(signal.SIGHUP)
    wait_until(lambda: answers[-1][1] == b"o\r\nnew\r\n")
    file.write_text("this is no RDF")
    process.send_signal(signal.SIGHUP)
    wait_until(lambda: "nothing newer can be served" in log.read_text())
    seen = len(answers)
    wait_until(lambda: len(answers) > seen + 5)
    done.set()
    for thread in asking:
        thread.join()
    assert {response.status for response, _ in answers} == {200}
    assert {body for _, body in answers} == {b"o\r\nold\r\n", b"o\r\nnew\r\n"}
    assert answers[-1][1] == b"o\r\nnew\r\n"


def test_what_is_outdated_is_renewed_once_it_can_be_told_and_loaded(state_of, tmp_path, monkeypatch, caplog):
    for name in ("_LOOK_SECONDS", "_PATIENCE_SECONDS", "_SPARE_SECONDS"):
        monkeypatch.setattr(server, name, 0.01)
    old, new = tmp_path / "old.nt", tmp_path / "new.nt"
    old.write_text('<urn:a> <urn:b> "old" .\n')
    new.write_text('<urn:a> <urn:b> "new" .\n')
    versions = []
    failures: list[Exception] = [OSError("no answer"), InvalidData("it does not fit"), InvalidData("nor does this")]

    async def load(former):
        assert former.state.store.version == versions[-1]
        if failures:
            raise failures.pop(0)
        state = state_of(new)
        await state.engine.start()
        return state

    async def follow():
        state = state_of(old)
        await state.engine.start()
        app = create_app(state)
        versions.append(state.store.version)

        def is_outdated(version):
            if len(failures) == 3:
                raise failures.pop(0)
            return version == state.store.version

        renewals = server._Renewals(app, load)
        renewals.follow(is_outdated)
        while app.state.service is state:
            await asyncio.sleep(0.01)
        assert not failures
        while len(renewals._tasks) > 1:  # the old one is being closed
            await asyncio.sleep(0.01)
        renewals._tasks.pop().cancel()
        await app.state.service.engine.close()
        await asyncio.sleep(0.1)

    asyncio.run(follow())
    told = [record.message for record in caplog.records if record.name == server.__name__]
    assert [one.partition(":")[0] for one in told if "serving" not in one] == [
        "it cannot be told whether there is anything newer",
        "nothing newer can be served",
        "nothing newer can be served",
    ]


def test_the_first_change_after_a_start_takes_over_a_copy_of_what_is_served(state_of, monkeypatch):
    monkeypatch.setattr(server, "_SPARE_SECONDS", 0)
    monkeypatch.setattr(server, "_LOOK_SECONDS", 0.01)
    spares = []

    async def load(former):
        spares.append(former.spare)
        state = state_of()
        await state.engine.start()
        return state

    async def follow():
        state = state_of()
        await state.engine.start()
        app = create_app(state)
        renewals = server._Renewals(app, load)
        renewals.follow(lambda _: renewals._spare is not None and not spares)
        while app.state.service is state:
            await asyncio.sleep(0.01)
        while len(renewals._tasks) > 1:  # the old one is being closed
            await asyncio.sleep(0.01)
        renewals._tasks.pop().cancel()
        await app.state.service.engine.close()
        await asyncio.sleep(0.1)
        return state

    state = asyncio.run(follow())
    (copy,) = spares
    assert copy is not state.store
    assert (copy.version, len(copy)) == (state.store.version, len(state.store))


def test_what_follows_is_patched_and_only_read_anew_when_it_cannot_be(tmp_path, monkeypatch):
    """Two datasets take turns: the one that is served no more becomes the one after the next."""
    version, line = "0" * 16, "<urn:a> <urn:p> <urn:{}> <urn:g> .\n"
    file = tmp_path / f"aseancan-{version}.nq"
    file.write_text(line.format(0))
    patches, read, again = [Patch(version, (), ())], [], []
    ask = Question("SELECT ?o { <urn:a> <urn:p> ?o }", "select")
    monkeypatch.setattr(
        EmbeddedStore, "from_files", lambda *given, **more: read.append(given) or FROM_FILES(*given, **more)
    )

    async def followed():
        return server.Journalled(tuple(patches), (), ())

    async def made_again(state):
        again.append(state)

    async def load(*former):
        told = server.Former(*former, made_again) if former else None
        more = {"union_default_graph": True, "settings": Settings(workers=1), "downloads": Downloads(None)}
        return await server.load([file], following=followed(), former=told, **more)

    async def value(state):
        answer = await state.engine.answer(ask, CSV, "a")
        assert answer.first == state.store.query(ask.text, CSV)
        return answer.first.decode().split("\r\n")[1]

    async def main():
        state, spare = await load(), None
        for number in range(1, 5):
            wrong = Patch(f"{version}+{number}", (line.format("none"),), ())
            if number == 3:  # it is told, what is served is served on, and no process is left behind
                patches.append(wrong)
                with pytest.raises(ValueError, match="is not there"):
                    await load(state, spare)
                patches.pop()
                spare = None
            patches.append(Patch(f"{version}+{number}", (line.format(number - 1),), (line.format(number),)))
            following = await load(state, spare)
            assert again[-1] is following
            assert following.since >= state.since + timedelta(seconds=1)
            assert await value(state) == f"urn:{number - 1}"  # whoever is answered by it still
            await state.engine.close()
            state, spare = following, state.store
            assert (state.store.version, await value(state)) == (patches[-1].version, f"urn:{number}")
        await state.engine.close()

    asyncio.run(main())
    assert len(read) == 3  # at first, where there is no spare yet, and after what did not fit


class Behind(BaseHTTPRequestHandler):
    """A SPARQL server that passes what it is asked on to another, after a while."""

    endpoint = ""
    delay = 0.0

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        time.sleep(self.delay)
        names = {"Content-Type": self.headers["Content-Type"], "Accept": self.headers["Accept"]}
        with urllib.request.urlopen(urllib.request.Request(self.endpoint, body, names), timeout=60) as answer:
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.headers["Content-Type"])
            self.end_headers()
            self.wfile.write(answer.read())

    def log_message(self, *_):
        """Keep the test run quiet."""


@pytest.fixture(scope="module")
def node(running, state_of, script):
    """A node that serves a server over the tiny dataset: the class of the server, and the node's port."""
    with running(state_of()) as port, ThreadingHTTPServer(("127.0.0.1", 0), Behind) as behind:
        Behind.endpoint = f"http://127.0.0.1:{port}/sparql"
        behind.daemon_threads, behind.block_on_close = True, False
        thread = threading.Thread(target=behind.serve_forever, args=(0.02,))
        thread.start()
        command = [script, "serve", "--port", "0", "--store", f"http://127.0.0.1:{behind.server_port}/"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8")
        try:
            address = [process.stdout.readline() for _ in range(3)][1].split()[1]
            yield Behind, int(address.rstrip("/").rpartition(":")[2])
        finally:
            process.kill()
            process.communicate()
            behind.shutdown()
            thread.join()


def visit(port, path, accept="*/*"):
    connection = connect(port)
    try:
        connection.request("GET", path, headers={"Accept": accept})
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def test_a_slow_store_holds_up_only_what_asks_it(node, store):
    behind, port = node
    wait_until(lambda: visit(port, "/health/live")[0] == 200)
    behind.delay = 3
    try:
        with concurrent.futures.ThreadPoolExecutor() as readers:
            since = time.monotonic()
            asking = [
                readers.submit(visit, port, path) for path in ("/sparql?query=ASK%7B%7D&format=json", "/doc/body/nope")
            ]
            time.sleep(0.2)
            assert visit(port, "/health/ready")[0] == 200
            assert f"aseancan_triples {float(len(store))}" in visit(port, "/metrics")[1]
            assert "UnionDefaultGraph" in visit(port, "/sparql", "text/turtle")[1]
            assert visit(port, "/graph-store?graph=urn:nope")[0] == 404
            for path in ("/sparql", "/queries"):
                assert visit(port, path, "text/html")[0] == 200
            assert time.monotonic() - since < 3
            assert [one.result()[0] for one in asking] == [200, 404]
            assert time.monotonic() - since >= 3
    finally:
        behind.delay = 0


def test_a_bad_setting_is_told_before_anything_is_served(script):
    ran = subprocess.run(
        [script, "serve", "--data", TINY],
        env=os.environ | {"AC_QUEUE": "many"},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert ran.returncode == 2
    assert "AC_QUEUE is 'many'. It is a whole number, 1 or more." in ran.stderr


def test_links_stay_below_the_path_of_a_proxy(service):
    file = Path(__file__).parent / "tiny.trig"
    _, port = service(file, AC_ROOT_PATH="/kg")
    with httpx2.Client(base_url=f"http://127.0.0.1:{port}", headers={"Accept": "text/html"}) as client:
        # The proxy takes the path away before it passes a request on.
        assert client.get("/id/instrument/plan-b").headers["location"] == "/kg/doc/instrument/plan-b"
        for _ in range(2):  # the second is sent from what is kept
            page = client.get("/doc/instrument/plan-b")
            assert page.status_code == 200
            assert 'href="/kg/doc/instrument/plan-a"' in page.text
            assert '<https://w3id.org/aseancan/id/instrument/plan-b>; rel="cite-as"' in page.headers["link"]
