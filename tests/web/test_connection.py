"""Connections that say nothing, or never end what they say."""

import socket
import threading
import time
from contextlib import contextmanager

import pytest
import uvicorn

from aseancan_kg.web.app import create_app
from aseancan_kg.web.connection import Connection


class Impatient(Connection):
    head_bytes = 20_000
    head_seconds = 0.5


@pytest.fixture(scope="module")
def port(state_of):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(create_app(state_of()), http=Impatient, log_level="critical")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield listener.getsockname()[1]
        server.should_exit = True
        thread.join()


@contextmanager
def connected(port):
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        yield connection


@pytest.mark.parametrize("said", [b"", b"GET /health/live HTTP/1.1\r\nHost: x\r\nX-Slow: "])
def test_a_head_that_does_not_come_closes_the_connection(port, said):
    with connected(port) as connection:
        connection.sendall(said)
        since = time.monotonic()
        assert connection.recv(100) == b""
        assert 0.2 < time.monotonic() - since < 3


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
            time.sleep(0.3)


def test_a_body_may_be_longer_and_slower_than_a_head(port):
    head = (
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Length: 30006\r\n\r\n"
    )
    with connected(port) as connection:
        connection.sendall(head)
        for piece in (b"ASK {}", b" " * 15_000, b" " * 15_000):
            time.sleep(0.3)
            connection.sendall(piece)
        assert connection.recv(100).startswith(b"HTTP/1.1 200")
