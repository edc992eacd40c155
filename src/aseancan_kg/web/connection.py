"""How a connection may behave: its requests come within limited time, and their heads are of limited length.

Uvicorn limits neither, so a few silent or endless connections would take all memory or every file descriptor.
"""

import asyncio
from typing import ClassVar

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class Connection(HttpToolsProtocol):
    """A connection that is closed when a head is too long, or a request too slow; a body's length is up to its door.

    A request that offers to go on in another protocol, such as the `Upgrade: h2c` of Java's client, is answered as if
    it did not, which RFC 9110 §7.8 allows. Uvicorn would answer it too, but never read its body.
    """

    head_bytes: ClassVar[int] = 128 * 1024
    request_seconds: ClassVar[float] = 10.0
    """Time from the first byte of a request to its last, and from a new connection to its first byte."""
    _deadline: asyncio.TimerHandle

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request."""
        super().connection_made(transport)
        self._in_head, self._received = True, 0
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Read requests; count what belongs to a head."""
        if self._in_head:
            self._received += len(data)
            if self._received > self.head_bytes:
                self._refuse(b"431 Request Header Fields Too Large")
                return
        self._unset_keepalive_if_required()
        unread = memoryview(data)
        try:
            while unread:
                unread = unread[self._read(unread) :]
        except httptools.HttpParserError:
            self.send_400_response("Invalid HTTP request received.")

    def on_message_begin(self) -> None:
        """Wait for the rest of a request."""
        super().on_message_begin()
        self._deadline.cancel()
        self._wait()
        if not self._in_head:  # what has come of the first is counted already
            self._in_head, self._received = True, 0

    def on_headers_complete(self) -> None:
        """Have a head."""
        self._in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Have a request."""
        self._deadline.cancel()
        super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Expect nothing more."""
        self._deadline.cancel()
        super().connection_lost(exc)

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

    def _wait(self) -> None:
        self._deadline = self.loop.call_later(self.request_seconds, self._give_up)

    def _give_up(self) -> None:
        """Close the connection; say why to a client that has sent a head, unless that would be amid another answer."""
        if self._in_head or self.pipeline or self.cycle.response_started:
            self.transport.close()
        else:
            self._refuse(b"408 Request Timeout")

    def _refuse(self, status: bytes) -> None:
        self.transport.write(b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        self.transport.close()
