"""How a connection may behave: its requests come, and its answers are taken, within limited time; heads are short.

Uvicorn limits none of that, so a few silent or endless connections would take all memory or every file descriptor.
"""

import asyncio
import socket
from collections import deque
from typing import ClassVar

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from aseancan_kg.web.front import Front


class Connection(HttpToolsProtocol):
    """A connection that is closed when a head is too long, or a request too slow; a body's length is up to its door.

    A request that offers to go on in another protocol, such as the `Upgrade: h2c` of Java's client, is answered as if
    it did not, which RFC 9110 §7.8 allows. Uvicorn would answer it too, but never read its body.
    """

    head_bytes: ClassVar[int] = 128 * 1024
    request_seconds: ClassVar[float] = 10.0
    """Time from the first byte of a request to its last, and from a new connection to its first byte."""
    unread_seconds: ClassVar[float] = 300.0
    """Time after which a client is given up that takes nothing of what is sent to it; on Linux."""
    _deadline: asyncio.TimerHandle

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request."""
        super().connection_made(transport)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            limit = int(self.unread_seconds * 1000)
            transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, limit)
        self._in_head, self._received = True, 0
        self._unanswered: deque[RequestResponseCycle] = deque()
        front = getattr(self.config.app, "middleware_stack", None)
        self._front = front if isinstance(front, Front) else None
        self._ready: list[bytes] | None = None
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Read requests; count what belongs to a head, or comes before its turn and has to be held."""
        if self._in_head or self._is_behind():
            self._received += len(data)
            if self._received > self.head_bytes:
                self._refuse(b"431 Request Header Fields Too Large")
                return
        unread = memoryview(data)
        try:
            while unread:
                unread = unread[self._read(unread) :]
        except httptools.HttpParserError:
            self._refuse(b"400 Bad Request")

    def on_message_begin(self) -> None:
        """Wait for the rest of a request."""
        super().on_message_begin()
        self._unset_keepalive_if_required()
        self._restart()
        if not self._in_head:  # what has come of the first is counted already
            self._in_head, self._received = True, 0

    def on_headers_complete(self) -> None:
        """Have a head."""
        self._unset_keepalive_if_required()  # the answer before may have been completed since the head began
        self._ready = self._ready_made()
        if self._ready:
            self._in_head = False
            return
        previous = self.cycle
        super().on_headers_complete()
        self._in_head = False
        if self.cycle is not previous:  # a head that is to be read again makes none
            self._unanswered.append(self.cycle)
        self.flow.resume_reading()  # uvicorn pauses before the second of two, and so would not see the client leave

    def on_message_complete(self) -> None:
        """Have a request."""
        self._deadline.cancel()
        if self._ready is None:
            super().on_message_complete()
            return
        head, *rest = self._ready
        own = b"".join(b"%s: %s\r\n" % one for one in self.server_state.default_headers)
        self.transport.write(b"".join([head, own, *rest]))
        self._received = 0
        super().on_response_complete()

    def on_response_complete(self) -> None:
        """Give the next request its time from now on."""
        self._unanswered.popleft()
        self._received = 0
        super().on_response_complete()
        if not self._deadline.cancelled():
            self._restart()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell every request whose answer was awaited; uvicorn tells the last only."""
        self._deadline.cancel()
        for cycle in self._unanswered:
            cycle.disconnected = True
            cycle.message_event.set()
        super().connection_lost(exc)

    def _ready_made(self) -> list[bytes] | None:
        """Return the answer to a request that can be given at once: it is kept, and nobody waits for one before it.

        A client that does not take what it is sent gets its answers from the app, which waits for it.
        """
        if self._front is None or self._unanswered or self.flow.write_paused:
            return None
        parser = self.parser
        if parser.get_http_version() != "1.1" or not parser.should_keep_alive() or parser.should_upgrade():
            return None
        if any(name in (b"content-length", b"transfer-encoding", b"expect") for name, _ in self.headers):
            return None
        return self._front.answer(parser.get_method(), self.root_path, self.url, self.headers)

    def _should_upgrade(self) -> bool:
        """Tell uvicorn which requests to pass over, since they are read again."""
        return self.scope["method"] != "CONNECT"

    def _read(self, data: memoryview) -> int:
        """Have data parsed as far as the parser goes, and return how far that is; it stops at another protocol."""
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as stop:
            if not self._should_upgrade():
                return len(data)
            method, version = self.scope["method"].encode(), self.scope["http_version"].encode()
            request = b"%s %s HTTP/%s" % (method, self.url, version)
            headers = [name + b": " + value for name, value in self.headers if name != b"upgrade"]
            self.parser = httptools.HttpRequestParser(self)
            self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn does
            self.parser.feed_data(b"\r\n".join([request, *headers, b"", b""]))
            read: int = stop.args[0]
            return read
        return len(data)

    def _is_behind(self) -> bool:
        """Tell whether the request that is being read comes after one that is not answered yet."""
        return bool(self._unanswered) and (self._in_head or self._unanswered[0] is not self.cycle)

    def _wait(self) -> None:
        self._deadline = self.loop.call_later(self.request_seconds, self._give_up)

    def _restart(self) -> None:
        self._deadline.cancel()
        self._wait()

    def _give_up(self) -> None:
        """Close the connection, with a word to a client that has sent a head; no request need come before its turn."""
        if self._is_behind():
            self._wait()
        elif self._in_head:
            self.transport.close()
        else:
            self._refuse(b"408 Request Timeout")

    def _refuse(self, status: bytes) -> None:
        """Close the connection; say why, unless that would stand within another answer or in the place of one."""
        if self._is_behind() or (not self._in_head and self.cycle.response_started):
            self.transport.abort()  # `close` would let the other answer go on
            return
        self.transport.write(b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        self.transport.close()
