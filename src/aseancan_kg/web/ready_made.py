"""Responses that are sent again as they are: as messages to a server, or as the bytes that it would make of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from starlette.types import Message

from aseancan_kg.web.compression import takes_gzip
from aseancan_kg.web.conditions import Headers, value_of

_CHOOSING = frozenset(
    {
        *(b"accept", b"accept-encoding", b"accept-language"),
        *(b"if-match", b"if-modified-since", b"if-none-match", b"if-unmodified-since"),
    }
)
"""Headers of a request by which a response is chosen, or on whose condition it is sent."""

OF_BODY = frozenset({b"content-encoding", b"content-length", b"content-type", b"link"})
"""Headers that a 304 does not have, since its client holds them with the body (RFC 9110 §15.4.5)."""

_HIT = (b"server-timing", b'cache;desc="hit"')


@dataclass(frozen=True, slots=True)
class ReadyMade:
    """A response that is kept: its messages, and its head and that of the 304 in its place, as they are sent."""

    start: Message
    body: Message
    head: bytes
    head_unchanged: bytes
    languages: bool

    @property
    def size(self) -> int:
        """Number of bytes."""
        return len(self.body["body"]) + 3 * len(self.head)


def ready_made(start: Message, body: Message, common: Headers) -> ReadyMade:
    """Return a response to be kept; `common` headers are those of every response."""
    headers = [*(one for one in start["headers"] if one[0] != _HIT[0]), _HIT]
    lasting = [one for one in headers if one[0] not in OF_BODY]
    return ReadyMade(
        start={**start, "headers": headers},
        body=body,
        head=_head(start["status"], with_common(headers, common)),
        head_unchanged=_head(304, with_common(lasting, common)),
        languages=b"accept-language" in value_of(headers, b"vary").lower(),
    )


def with_common(headers: Headers, common: Headers) -> Headers:
    """Return the headers of a response with the common ones that it does not set itself, as past releases do."""
    own = {name for name, _ in headers}
    return [*headers, *(one for one in common if one[0] not in own)]


def choosing_headers(headers: Headers) -> dict[bytes, bytes]:
    """Return the headers of a request that choose a response, by name; several of one name are one list."""
    found: dict[bytes, bytes] = {}
    for name, value in headers:
        if name in _CHOOSING:
            found[name] = found[name] + b"," + value if name in found else value
    return found


def encoding_for(choosing: Mapping[bytes, bytes]) -> bytes:
    """Return the encoding in which a response is sent to who takes it."""
    return b"gzip" if takes_gzip(choosing.get(b"accept-encoding", b"")) else b""


def _head(status: int, headers: Headers) -> bytes:
    """Write a status line and headers; the line that ends them is left to be written, after those of the moment."""
    line = b"HTTP/1.1 %d %s\r\n" % (status, HTTPStatus(status).phrase.encode())
    return line + b"".join(b"%s: %s\r\n" % one for one in headers)
