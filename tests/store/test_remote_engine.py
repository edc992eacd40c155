"""Queries of clients that another server answers: whole or failed, in time, and never more than may be."""

import asyncio
import json
import math
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from aseancan_kg.errors import BudgetSpent, Busy, QueryMemory, QueryTimeout, StoreUnavailable, SyntaxProblem
from aseancan_kg.mediatypes import CSV, JSON, N_TRIPLES, TSV, TURTLE
from aseancan_kg.settings import Settings
from aseancan_kg.store import Question
from aseancan_kg.store.remote import RemoteStore
from aseancan_kg.store.remote_engine import RemoteEngine

ALL = Question("SELECT ?n { ?s ?p ?n }", "select")
TRIPLE = b'<http://e/a> <http://e/p> "a value" .\n'
GRAPH = Question("CONSTRUCT WHERE { ?s ?p ?o }", "construct")
TRUTH = Question("ASK { ?s ?p ?o }", "ask")
ROWS = 5_000


def table(rows):
    cells = ({"n": {"type": "literal", "value": f"{number}, a value of some length"}} for number in range(rows))
    return json.dumps({"head": {"vars": ["n"]}, "results": {"bindings": list(cells)}}).encode()


def look(query, version):
    """Answer what the engine asks of its own accord; None when a client asks."""
    iri = {"type": "uri", "value": "http://e/g"}
    if b"identifier" in query:
        row = {"s": iri, "p": iri, "o": {"type": "literal", "value": version}}
    elif b"COUNT" in query:
        row = {"g": iri, "n": {"type": "literal", "value": "7"}}
    elif b"BIND" in query:
        row = {"n": {"type": "literal", "value": "0"}}
    else:
        return None
    return json.dumps({"head": {"vars": list(row)}, "results": {"bindings": [row]}}).encode()


class Listener(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


class Server(BaseHTTPRequestHandler):
    """A SPARQL server that answers every query as it is told to."""

    body = b""
    announced = None
    delay = 0.0
    pieces = 1
    pause = 0.0
    chunked = False
    headers_too = ()
    version = "1"
    look_delay = 0.0
    down = False

    def do_POST(self):
        query = self.rfile.read(int(self.headers["Content-Length"]))
        own = look(query, self.version)
        body = own or self.body
        time.sleep(self.look_delay if own else self.delay)
        graph = b"CONSTRUCT" in query
        if self.chunked:
            self.protocol_version, self.close_connection = "HTTP/1.1", True
        self.send_response(500 if self.down else 400 if b"broken" in query else 200)
        self.send_header("Content-Type", "application/n-triples" if graph else "application/sparql-results+json")
        if self.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(len(body) if own else self.announced or len(body)))
        for name, value in () if own else self.headers_too:
            self.send_header(name, value)
        self.end_headers()
        with suppress(ConnectionError):  # who asks does not wait for long
            self.send(body, 1 if own else self.pieces)

    def send(self, body, pieces):
        """Send a body in pieces, with a pause after each but the last."""
        size = max(1, -(-len(body) // pieces))
        for start in range(0, len(body), size):
            piece = body[start : start + size]
            self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece) if self.chunked else piece)
            time.sleep(self.pause if start + size < len(body) else 0)
        if self.chunked:
            self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *_):
        """Keep the test run quiet."""


@pytest.fixture
def serve():
    """Start a server that answers as told, by a class that can be changed meanwhile or at once; return its address."""
    servers = []

    def start(told=None, **more):
        server = Listener(("127.0.0.1", 0), told or type("Told", (Server,), more))
        threading.Thread(target=server.serve_forever, args=(0.02,)).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def changing():
    """A server that is changed while it is asked."""
    return type("Changing", (Server,), {})


def ask(url, question, answer_format, *, clients=("a",), memory=math.inf, **limits):
    """Return for each client the whole answer and its number of rows, or the error."""

    async def one(engine, client):
        answer = await engine.answer(question, answer_format, client)
        pieces = [answer.first]
        if answer.rest:
            pieces += [piece async for piece in answer.rest]
        return b"".join(pieces), answer.rows, len(pieces)

    async def run():
        engine = RemoteEngine(RemoteStore(url, timeout=5, memory=memory), Settings(**limits))
        await engine.start()
        found = await asyncio.gather(*(one(engine, client) for client in clients), return_exceptions=True)
        await engine.close()
        assert (engine.turns.running, engine.turns.waiting) == (0, 0)
        return found

    return asyncio.run(run())


def test_a_short_answer_is_whole_and_its_rows_are_counted(serve):
    ((body, rows, pieces),) = ask(serve(body=table(3)), ALL, CSV)
    assert body.startswith(b'n\r\n"0, a value')
    assert (body.count(b"\n"), rows, pieces) == (4, 3, 1)


def test_a_long_answer_is_streamed_and_is_the_same(serve):
    url = serve(body=table(ROWS))
    ((whole, rows, _),) = ask(url, ALL, TSV)
    ((streamed, unknown, pieces),) = ask(url, ALL, TSV, buffer_kb=16)
    assert streamed == whole
    assert (rows, unknown) == (ROWS, None)
    assert pieces > 2


@pytest.mark.parametrize("buffer_kb", [16, 4096])
@pytest.mark.parametrize(
    "told",
    [
        {"body": table(ROWS)[:-40]},
        {"body": table(ROWS)[:-40], "announced": len(table(ROWS))},
        {"body": table(ROWS) + b"The SPARQL operation has been cancelled"},
    ],
    ids=["cut", "less than announced", "error text"],
)
def test_an_answer_that_is_not_whole_fails(serve, told, buffer_kb):
    (failure,) = ask(serve(**told), ALL, JSON, buffer_kb=buffer_kb)
    assert isinstance(failure, StoreUnavailable)
    assert "broke off" in str(failure)


@pytest.mark.parametrize("told", [{"body": b"<http://e/a> <http://e/p> 1"}, {"body": b"", "announced": 10}])
def test_a_graph_that_is_not_whole_fails(serve, told):
    for answer_format in (TURTLE, N_TRIPLES):
        (failure,) = ask(serve(**told), GRAPH, answer_format)
        assert isinstance(failure, StoreUnavailable)


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize(
    ("question", "answer_format", "body"),
    [(ALL, CSV, table(3)), (TRUTH, JSON, b'{"head": {}, "boolean": true}'), (GRAPH, TURTLE, TRIPLE * 9)],
)
def test_an_answer_that_comes_in_pieces_is_whole(serve, question, answer_format, body, chunked):
    (whole,) = ask(serve(body=body), question, answer_format)
    (pieced,) = ask(serve(body=body, pieces=5, pause=0.01, chunked=chunked), question, answer_format)
    assert whole[0]
    assert pieced == whole


@pytest.mark.parametrize(("pieces", "pause"), [(40, 0.1), (2, 4)])
@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("question", [ALL, TRUTH, GRAPH])
def test_a_server_that_goes_on_sending_holds_a_place_no_longer_than_a_query_may_take(
    serve, question, chunked, pieces, pause
):
    url = serve(body=b"{" * 80, pieces=pieces, pause=pause, chunked=chunked)
    since = time.monotonic()
    (failure,) = ask(url, question, N_TRIPLES if question is GRAPH else JSON, query_seconds=0.5)
    assert isinstance(failure, QueryTimeout)
    assert 0.5 <= failure.elapsed < 3
    assert time.monotonic() - since < 3  # `ask` waits until the place is free


def test_a_long_answer_has_the_time_of_its_transfer(serve):
    lines = table(ROWS).replace(b"}, {", b"},\n{")
    url = serve(body=lines, pieces=3, pause=0.6)
    ((body, _, _),) = ask(url, ALL, CSV, buffer_kb=16, query_seconds=0.5)
    assert body.count(b"\n") == ROWS + 1
    since = time.monotonic()
    url = serve(body=lines, pieces=40, pause=0.1)
    (failure,) = ask(url, ALL, CSV, buffer_kb=16, query_seconds=2, transfer_seconds=0.5)
    assert isinstance(failure, StoreUnavailable)
    assert "more than 0.5 seconds" in str(failure)
    assert time.monotonic() - since < 3.5


def test_a_graph_that_nobody_waits_for_is_given_up(serve):
    async def run():
        engine = RemoteEngine(RemoteStore(serve(body=TRIPLE * 9, pieces=40, pause=0.1), timeout=5), Settings())
        await engine.start()
        asking = asyncio.create_task(engine.answer(GRAPH, TURTLE, "a"))
        await asyncio.sleep(0.5)
        assert engine.turns.running == 1
        asking.cancel()
        async with asyncio.timeout(1):
            await engine.close()
        assert engine.turns.running == 0

    asyncio.run(run())


def test_a_graph_is_read_up_to_the_memory_of_a_query(serve):
    url = serve(body=TRIPLE * ROWS)
    ((body, _, _),) = ask(url, GRAPH, N_TRIPLES, memory=len(TRIPLE) * ROWS * 10)
    assert body == TRIPLE
    (failure,) = ask(url, GRAPH, N_TRIPLES, memory=len(TRIPLE) * ROWS * 10 - 10)
    assert isinstance(failure, QueryMemory)


@pytest.mark.parametrize("header", ["X-SPARQL-MaxRows", "X-SQL-State"])
def test_an_answer_that_the_server_has_cut_short_fails(serve, header):
    (failure,) = ask(serve(body=table(3), headers_too=((header, "10000"),)), ALL, JSON)
    assert isinstance(failure, StoreUnavailable)
    assert "cut its answer short" in str(failure)


def test_a_query_that_takes_too_long_is_given_up(serve):
    (failure,) = ask(serve(body=table(3), delay=1), ALL, JSON, query_seconds=0.2)
    assert isinstance(failure, QueryTimeout)
    assert failure.limit == 0.2
    assert failure.elapsed >= 0.2


def test_the_wait_for_a_turn_counts(serve):
    first, second = ask(serve(body=table(3), delay=0.7), ALL, JSON, clients="ab", workers=1, query_seconds=1.0)
    assert isinstance(first, tuple)
    assert type(second) is Busy
    assert "seconds for its turn" in str(second)
    assert second.retry_after


def test_one_client_does_not_take_all_places(serve):
    answers = ask(serve(body=table(3), delay=0.5), ALL, JSON, clients=["a"] * 5 + ["b"], workers=2, queue=4)
    assert [type(one) for one in answers].count(BudgetSpent) == 2
    assert isinstance(answers[-1], tuple)


def test_a_server_that_refuses_the_query_says_why(serve):
    (failure,) = ask(serve(body=b"no such prefix"), Question("SELECT ?broken { }", "select"), JSON)
    assert isinstance(failure, SyntaxProblem)
    assert "no such prefix" in str(failure)


def examine(url, question, **limits):
    """Return the diagnosis and the number of seconds it took, and see that nothing goes on afterwards."""

    async def run():
        engine = RemoteEngine(RemoteStore(url, timeout=5), Settings(**limits))
        await engine.start()
        since = time.monotonic()
        try:
            told = json.loads(await engine.examine(question, "a"))
            return told, time.monotonic() - since
        finally:
            async with asyncio.timeout(5):
                await engine.close()
            assert engine.turns.running == 0

    return asyncio.run(run())


def test_a_diagnosis_is_whole_however_little_is_held(serve):
    text = (
        "SELECT * { "
        + " ".join(f"?s <http://e/a-property-with-a-name/{number}> ?o{number} ." for number in range(20))
        + " }"
    )
    told, _ = examine(serve(body=table(0)), Question(text, "select"), buffer_kb=1)
    assert len(json.dumps(told)) > 1024
    assert told["findings"][0]["kind"] == "pattern"


@pytest.mark.parametrize("told", [{"delay": 9}, {"pieces": 45, "pause": 0.2}, {"delay": 1, "pieces": 2, "pause": 9}])
@pytest.mark.parametrize("more", ["", f"FILTER(?o IN ({', '.join(map(str, range(5_000)))}))"], ids=["short", "long"])
def test_an_examination_is_given_up_when_its_time_is_over(serve, told, more):
    question = Question(f"SELECT * {{ ?s <http://e/p> ?o {more} }}", "select")
    # The rest of the query's time is for a busy machine, which reads the long question slowly.
    told, seconds = examine(serve(body=table(0), **told), question, query_seconds=8.0)
    assert told["outcome"] == "out-of-time"
    assert 2.0 <= seconds < 9


def test_an_examination_of_a_server_that_fails_fails(serve, changing):
    url = serve(changing)
    changing.body = b"no JSON"
    with pytest.raises(StoreUnavailable, match="broke off"):
        examine(url, Question("SELECT * { ?s <http://e/p> ?o }", "select"))


def test_an_answer_that_nobody_reads_is_given_up(serve):
    async def run():
        engine = RemoteEngine(RemoteStore(serve(body=table(ROWS * 10)), timeout=5), Settings(buffer_kb=16))
        await engine.start()
        answer = await engine.answer(ALL, JSON, "a")
        assert answer.rest
        assert engine.turns.running == 1
        await answer.rest.aclose()
        async with asyncio.timeout(5):
            await engine.close()
        assert engine.turns.running == 0

    asyncio.run(run())


def test_as_many_queries_as_there_are_workers_are_sent_at_once(serve):
    # More than the threads that asyncio has of its own on any machine, which would take them in two rounds.
    url = serve(body=table(3), delay=1.5)
    answers = ask(url, ALL, JSON, clients=map(str, range(40)), workers=40, query_seconds=2.8)
    assert [one for one in answers if not isinstance(one, tuple)] == []


def watch(url, follow):
    """Run `follow` with a store and its engine, which looks at it all the time."""

    async def until(condition):
        async with asyncio.timeout(10):
            while not condition():
                await asyncio.sleep(0.01)

    async def run():
        store = RemoteStore(url, timeout=5)
        engine = RemoteEngine(store, Settings(), recheck_seconds=0.05)
        assert not engine.ready
        await engine.start()
        try:
            await follow(store, engine, until)
        finally:
            await engine.close()
        assert not engine.ready

    asyncio.run(run())


def test_another_version_is_seen_without_being_asked_for(serve, changing):
    async def follow(store, engine, until):
        assert (store.version, store.graphs, len(store)) == ("1", {"http://e/g": 7}, 7)
        changing.version = "2"
        await until(lambda: store.version == "2")

    watch(serve(changing), follow)


def test_a_store_that_stops_answering_is_not_ready_until_it_answers(serve, changing, caplog):
    async def follow(store, engine, until):
        assert engine.ready
        changing.down = True
        await until(lambda: not engine.ready)
        assert (store.version, store.graphs) == ("1", {"http://e/g": 7})
        changing.down = False
        await until(lambda: engine.ready)

    watch(serve(changing), follow)
    assert [record.message.partition(":")[0] for record in caplog.records] == ["the store does not answer"]


def test_a_slow_store_holds_nothing_up(serve, changing):
    async def follow(store, engine, until):
        changing.look_delay = 1
        end = time.monotonic() + 0.5
        longest = 0.0
        while (since := time.monotonic()) < end:
            assert (store.version, store.union_default_graph, len(store)) == ("1", True, 7)
            await asyncio.sleep(0.01)
            longest = max(longest, time.monotonic() - since)
        assert longest < 0.9
        assert engine.ready

    watch(serve(changing), follow)


def test_a_store_that_is_down_does_not_start():
    with pytest.raises(StoreUnavailable, match="Check that the URL"):
        ask("http://127.0.0.1:9/sparql", ALL, JSON)
