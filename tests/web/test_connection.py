"""Connections that say nothing, never end what they say, or would go on in another protocol."""

import contextlib
import select
import socket
import threading
import time
from pathlib import Path
from urllib.parse import urlencode

import pytest
import uvicorn

from aseancan_kg.web.app import create_app
from aseancan_kg.web.connection import Connection


class Impatient(Connection):
    head_bytes = 20_000
    request_seconds = 1.0
    unread_seconds = 1.0


@pytest.fixture(scope="module")
def port(state_of):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(create_app(state_of()), http=Impatient, log_level="critical", timeout_keep_alive=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield listener.getsockname()[1]
        server.should_exit = True
        thread.join()


@contextlib.contextmanager
def connected(port):
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        yield connection


@pytest.mark.parametrize("said", [b"", b"GET /health/live HTTP/1.1\r\nHost: x\r\nX-Slow: "])
def test_a_head_that_does_not_come_closes_the_connection(port, said):
    with connected(port) as connection:
        connection.sendall(said)
        since = time.monotonic()
        assert connection.recv(100) == b""
        assert 0.5 < time.monotonic() - since < 3


def test_an_endless_head_is_431(port):
    with connected(port) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nX: " + b"x" * 30_000)
        assert connection.recv(100).startswith(b"HTTP/1.1 431 ")


def test_many_headers_are_counted_together(port):
    with connected(port) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: %s\r\n" % (n, b"x" * 1000) for n in range(30)))
        assert connection.recv(100).startswith(b"HTTP/1.1 431 ")


def test_several_requests_on_one_connection_each_have_their_own_count_and_time(port):
    request = b"GET /health/live HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 9_000 + b"\r\n\r\n"
    with connected(port) as connection:
        for _ in range(4):
            connection.sendall(request)
            answer = b""
            while not answer.endswith(b'{"status":"live"}'):
                answer += connection.recv(4096)
            assert answer.startswith(b"HTTP/1.1 200")
            time.sleep(0.4)


def post(query, *, length=None, headers=b""):
    """The bytes of a POST of a query, whose body may be said to have another length than it has."""
    length = len(query) if length is None else length
    kind = b"Content-Type: application/sparql-query\r\nAccept: text/csv\r\n"
    return b"POST /sparql HTTP/1.1\r\nHost: x\r\n%s%sContent-Length: %d\r\n\r\n%s" % (kind, headers, length, query)


def replies(connection, count):
    """Read answers, each of a length that it tells, and nothing after them; returns their statuses and bodies."""
    found = []
    with connection.makefile("rb") as stream:
        for _ in range(count):
            status = int(stream.readline().split()[1])
            head = dict(iter(lambda: tuple(stream.readline().rstrip().partition(b": ")[::2]), (b"", b"")))
            found.append((status, stream.read(int(head[b"content-length"]))))
    return found


def test_a_body_may_be_longer_than_a_head_and_come_in_pieces(port):
    with connected(port) as connection:
        connection.sendall(post(b"", length=30_006))
        for piece in (b"ASK {}", b" " * 15_000, b" " * 15_000):
            time.sleep(0.2)
            connection.sendall(piece)
        assert connection.recv(100).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("pieces", [0, 50], ids=["never comes", "comes a byte at a time"])
def test_a_body_that_does_not_come_is_408_and_closes_the_connection(port, pieces):
    with connected(port) as connection:
        since = time.monotonic()
        connection.sendall(post(b"A", length=100))
        for _ in range(pieces):
            if select.select([connection], [], [], 0.1)[0]:
                break
            connection.sendall(b" ")
        answer = connection.makefile("rb").read()
        assert 0.5 < time.monotonic() - since < 3
        assert answer == b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


def test_a_request_may_follow_a_connection_by_almost_its_own_time(port):
    with connected(port) as connection:
        time.sleep(0.6)
        connection.sendall(post(b"ASK", length=6))
        time.sleep(0.6)
        connection.sendall(b" {}")
        assert replies(connection, 1) == [(200, b"true")]


def test_a_body_that_nobody_reads_may_not_come_for_ever(port):
    with connected(port) as connection:
        connection.sendall(b"POST /health/live HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n")
        assert connection.recv(12) == b"HTTP/1.1 405"
        since = time.monotonic()
        with contextlib.suppress(ConnectionError):
            while time.monotonic() - since < 5:
                connection.sendall(b" ")
                time.sleep(0.05)
        assert 0.5 < time.monotonic() - since < 3


def test_a_late_body_does_not_spoil_an_answer_before_it(port):
    earlier = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"
    with connected(port) as connection:
        connection.sendall(earlier + post(b"", length=6))
        (one,) = replies(connection, 1)
        connection.sendall(b"ASK {}")
        assert (one[0], *replies(connection, 1)) == (200, (200, b"true"))


ALIVE = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"
PAIRS = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


@pytest.mark.parametrize(
    ("first", "then"),
    [(ALIVE, b"\r\n"), (b"POST /health/live HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n", b" " * 10)],
    ids=["an empty line", "the body of what is answered already"],
)
def test_bytes_that_begin_no_request_do_not_keep_a_connection(port, first, then):
    with connected(port) as connection:
        connection.sendall(first)
        assert connection.recv(4096).startswith(b"HTTP/1.1 ")
        connection.sendall(then)
        assert connection.recv(100) == b""


def wait_until(condition, seconds=15):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def asked(text):
    return f"GET /sparql?{urlencode({'query': text})} HTTP/1.1\r\nHost: x\r\nAccept: text/csv\r\n\r\n".encode()


def test_who_leaves_after_a_second_request_takes_the_first_along(running, state_of):
    state = state_of(query_seconds=60)
    with running(state) as port, connected(port) as connection:
        connection.sendall(asked("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o }"))
        wait_until(lambda: state.engine.turns.running == 1)
        connection.sendall(ALIVE)
        time.sleep(0.2)
        connection.close()
        wait_until(lambda: state.engine.turns.running == 0)


@pytest.mark.parametrize(
    "second", [b"BAD\x00\r\n\r\n", b"GET / HTTP/1.1\r\nX: " + b"x" * 50_000], ids=["bad", "endless"]
)
def test_a_bad_request_ends_the_answer_before_it_and_says_nothing_in_it(port, second):
    with connected(port) as connection:
        connection.sendall(asked(PAIRS))
        received = connection.recv(4096)
        since = time.monotonic()
        with contextlib.suppress(ConnectionError):
            connection.sendall(second)
            time.sleep(0.1)
            connection.sendall(b"x" * 30_000)
            while piece := connection.recv(1 << 16):
                received = received[:20] + received[-100:] + piece
    assert received.startswith(b"HTTP/1.1 200")
    assert b"HTTP/1.1 4" not in received[20:]
    assert not received.endswith(b"\r\n0\r\n\r\n")
    assert time.monotonic() - since < 5  # the answer alone ends after ten


def test_a_request_behind_a_long_answer_does_not_end_it(port):
    with connected(port) as connection:
        connection.sendall(asked(PAIRS))
        connection.recv(4096)
        connection.sendall(post(b"", length=6))
        time.sleep(0.05)
        connection.sendall(b"ASK {}")
        since = time.monotonic()
        while time.monotonic() - since < 2.5:
            assert connection.recv(1 << 16)


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="only Linux tells how long a client takes nothing")
def test_who_takes_nothing_of_a_whole_answer_is_given_up(running, state_of):
    state = state_of(buffer_kb=64 * 1024)
    with running(state, Impatient) as port, connected(port) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(asked("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } LIMIT 100000"))
        ends = "".join(f"0100007F:{one:04X} " for one in (port, connection.getsockname()[1]))
        wait_until(lambda: ends in Path("/proc/net/tcp").read_text())
        wait_until(lambda: state.engine.turns.running == 0 and ends not in Path("/proc/net/tcp").read_text())


H2C = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAAAAAMAAAAAAAQBAAAA\r\n"
NUMBERED = b"SELECT (%d AS ?n) {}"


@pytest.mark.parametrize("size", [1, 7, 100, 100_000])
def test_requests_that_would_change_the_protocol_are_answered_in_this_one(port, size):
    sent = b"".join(post(NUMBERED % n, headers=H2C) for n in range(3))
    sent += b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
    sent += post(NUMBERED % 3)
    with connected(port) as connection:
        for start in range(0, len(sent), size):
            connection.sendall(sent[start : start + size])
        answers = replies(connection, 5)
    assert [status for status, _ in answers] == [200] * 5
    assert [body for _, body in answers] == [
        b"n\r\n0\r\n",
        b"n\r\n1\r\n",
        b"n\r\n2\r\n",
        b'{"status":"live"}',
        b"n\r\n3\r\n",
    ]


def test_a_chunked_body_is_read_though_its_request_would_change_the_protocol(port):
    head = post(b"", headers=H2C).replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
    with connected(port) as connection:
        connection.sendall(head + b"4\r\nASK \r\n2\r\n{}\r\n0\r\n\r\n" + post(NUMBERED % 1))
        assert [body for _, body in replies(connection, 2)] == [b"true", b"n\r\n1\r\n"]


def test_a_request_that_would_change_the_protocol_and_close_does_the_latter(port):
    with connected(port) as connection:
        connection.sendall(post(NUMBERED % 1, headers=b"Connection: Upgrade, close\r\nUpgrade: h2c\r\n"))
        assert replies(connection, 1) == [(200, b"n\r\n1\r\n")]
        assert connection.recv(1) == b""


def test_its_body_has_no_more_time_than_another(port):
    with connected(port) as connection:
        connection.sendall(post(b"A", length=100, headers=H2C))
        assert connection.recv(100).startswith(b"HTTP/1.1 408 ")


def test_thousands_of_such_requests_at_once_are_read_one_after_the_other(running, state_of):
    one = b"GET /health/live HTTP/1.1\r\nHost:x\r\nConnection:upgrade\r\nUpgrade:x\r\n\r\n"
    with running(state_of()) as port, connected(port) as connection:
        connection.sendall(one * 1500)
        assert replies(connection, 1500) == [(200, b'{"status":"live"}')] * 1500


def test_bytes_that_are_no_address_are_400_with_and_without_such_a_wish(port):
    for headers in (b"", H2C):
        with connected(port) as connection:
            connection.sendall(post(b"ASK {}", headers=headers).replace(b"/sparql", b"/\xff"))
            assert connection.recv(100).startswith(b"HTTP/1.1 400 ")


def test_connect_is_refused(port):
    with connected(port) as connection:
        connection.sendall(b"CONNECT /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nASK {}")
        assert connection.recv(12) == b"HTTP/1.1 405"


DOCUMENT = "/doc/instrument/plan-b.ttl"


def ask(connection, path, *headers, method="GET", version="1.1"):
    lines = [f"{method} {path} HTTP/{version}", "Host: x", *headers, "", ""]
    connection.sendall("\r\n".join(lines).encode())


def answers(connection, count, *, bodies=True):
    """Read so many responses: status, headers by name, body."""
    stream, found = connection.makefile("rb"), []
    for _ in range(count):
        status = int(stream.readline().split()[1])
        headers = {}
        while line := stream.readline().strip():
            name, _, value = line.decode().partition(": ")
            headers[name] = value
        length = int(headers.get("content-length", 0)) if bodies and status != 304 else 0
        found.append((status, headers, stream.read(length)))
    return found


def is_ready_made(headers):
    return headers.get("server-timing") == 'cache;desc="hit"'


def test_a_kept_answer_is_sent_at_once_and_is_the_same(port):
    with connected(port) as connection:
        ask(connection, f"{DOCUMENT}?page=1")
        ask(connection, f"{DOCUMENT}?page=1")
        (first, one, body), (second, other, same) = answers(connection, 2)
    with connected(port) as connection:
        ask(connection, f"{DOCUMENT}?page=1")
        ((third, another, again),) = answers(connection, 1)
    assert (first, second, third) == (200, 200, 200)
    assert body == same == again
    assert is_ready_made(another)
    lasting = [
        {name: value for name, value in each.items() if name not in ("x-request-id", "server-timing", "date")}
        for each in (one, other, another)
    ]
    assert lasting[0] == lasting[1] == lasting[2]
    assert len({each["x-request-id"] for each in (one, other, another)}) == 3
    assert "date" in another


def test_a_kept_answer_is_given_to_head_and_to_who_holds_it(port):
    with connected(port) as connection:
        ask(connection, DOCUMENT)
        ((_, headers, body),) = answers(connection, 1)
        ask(connection, DOCUMENT, method="HEAD")
        ((status, head, _),) = answers(connection, 1, bodies=False)
        assert (status, head["content-length"]) == (200, str(len(body)))
        assert is_ready_made(head)
        ask(connection, DOCUMENT, f"If-None-Match: {headers['etag']}")
        ask(connection, DOCUMENT, 'If-None-Match: "other"')
        (held, unchanged, _), (fresh, _, again) = answers(connection, 2)
        assert (held, fresh, again) == (304, 200, body)
        assert "content-length" not in unchanged
        assert unchanged["etag"] == headers["etag"]


def test_kept_answers_keep_their_turn(port):
    slow = "/sparql?" + urlencode(
        {"query": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", "format": "csv"}
    )
    with connected(port) as connection:
        ask(connection, DOCUMENT)
        ((_, _, body),) = answers(connection, 1)
        for path in (DOCUMENT, slow, DOCUMENT, "/health/live", DOCUMENT):
            ask(connection, path)
        found = answers(connection, 5)
        assert [body == one for _, _, one in found] == [True, False, True, False, True]
        assert found[1][2].startswith(b"n\r\n")


@pytest.mark.parametrize(
    ("headers", "version", "closes"), [(["Connection: close"], "1.1", True), (["Connection: keep-alive"], "1.0", True)]
)
def test_who_wants_to_part_is_parted_with_after_a_kept_answer(port, headers, version, closes):
    with connected(port) as connection:
        ask(connection, DOCUMENT)
        answers(connection, 1)
        ask(connection, DOCUMENT, *headers, version=version)
        ((status, told, _),) = answers(connection, 1)
        assert (status, told["connection"]) == (200, "close")
        assert (connection.recv(1) == b"") is closes


def test_a_body_that_comes_with_such_a_request_is_not_taken_for_another_request(port):
    with connected(port) as connection:
        ask(connection, DOCUMENT)
        answers(connection, 1)
        ask(connection, DOCUMENT, "Content-Length: 5")
        connection.sendall(b"GET /")
        ask(connection, "/health/live")
        assert [status for status, _, _ in answers(connection, 2)] == [200, 200]


def test_who_takes_nothing_of_many_kept_answers_does_not_fill_the_memory(port):
    with connected(port) as connection:
        ask(connection, DOCUMENT)
        ((_, _, body),) = answers(connection, 1)
        request = f"GET {DOCUMENT} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        sent = 0
        connection.settimeout(0.5)
        with contextlib.suppress(OSError):
            for _ in range(20_000):
                sent += connection.send(request * 10)
    assert sent * len(body) / len(request) < 500 * 1024 * 1024
    with connected(port) as connection:
        ask(connection, "/health/live")
        assert answers(connection, 1)[0][0] == 200


def test_options_of_the_whole_server_tells_the_methods_it_knows(port):
    with connected(port) as connection:
        connection.sendall(b"OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        answer = b""
        while piece := connection.recv(10_000):
            answer += piece
    assert answer.startswith(b"HTTP/1.1 204 ")
    assert b"\r\nallow: GET, HEAD, OPTIONS, POST\r\n" in answer
