"""How a connection may behave: a request's head is of limited length and comes within limited time.

Uvicorn limits neither, so a few silent or endless connections would take all memory or every file descriptor.
"""

import asyncio
from typing import ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_REFUSAL = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class Connection(HttpToolsProtocol):
    """A connection that is closed when a head is too long or too slow; what comes after a head is up to its door."""

    head_bytes: ClassVar[int] = 128 * 1024
    head_seconds: ClassVar[float] = 10.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first head."""
        super().connection_made(transport)
        self._received = 0
        self._waiting: asyncio.TimerHandle | None = None
        self._await_head()

    def data_received(self, data: bytes) -> None:
        """Count what belongs to a head."""
        if self._waiting:
            self._received += len(data)
            if self._received > self.head_bytes:
                self.transport.write(_REFUSAL)
                self.transport.close()
                return
        super().data_received(data)

    def on_message_begin(self) -> None:
        """Wait for the head of another request."""
        super().on_message_begin()
        if self._waiting is None:
            self._received = 0
            self._await_head()

    def on_headers_complete(self) -> None:
        """Have a head."""
        self._stop_waiting()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Expect nothing more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _await_head(self) -> None:
        self._waiting = asyncio.get_running_loop().call_later(self.head_seconds, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._waiting:
            self._waiting.cancel()
            self._waiting = None
