"""What every request passes first: ready-made answers, HEAD, OPTIONS, 304, common headers, log and metrics."""

import itertools
import logging
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aseancan_kg.web.compression import takes_gzip
from aseancan_kg.web.kept import KEEP
from aseancan_kg.web.metrics import Metrics
from aseancan_kg.web.state import HEAD, log_of, state_in

_LOG = logging.getLogger("aseancan_kg.requests")
_PREFLIGHT: list[tuple[bytes, bytes]] = [
    (
        b"access-control-allow-headers",
        b"Accept, Accept-Language, Content-Type, If-Modified-Since, If-None-Match, Prefer",
    ),
    (b"access-control-max-age", b"86400"),
]
_COMMON: list[tuple[bytes, bytes]] = [
    (b"access-control-allow-origin", b"*"),
    (
        b"access-control-expose-headers",
        b"AC-Dataset-Version, AC-Row-Count, Content-Location, ETag, Last-Modified, Link, Location, Retry-After, "
        b"Server-Timing, X-Request-ID",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"cross-origin"),  # open data: any site may use what is here
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"permissions-policy", b"camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"),
]
_CHOOSING = frozenset({b"accept", b"accept-encoding", b"accept-language", b"if-modified-since", b"if-none-match"})
_INERT = (
    b"content-security-policy",
    b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
)
"""The policy of whatever is no page of ours: browsers show RDF/XML and SVG as documents, which could hold scripts."""
_OF_BODY = (b"content-encoding", b"content-length", b"content-type")
_HIT = (b"server-timing", b'cache;desc="hit"')


@dataclass(frozen=True, slots=True)
class _Ready:
    """The two messages of a response that is sent again as it is."""

    start: Message
    body: Message

    @property
    def in_language(self) -> bool:
        """Whether another Accept-Language header might have had another response."""
        return b"accept-language" in _header(self.start["headers"], b"vary").lower()

    @property
    def size(self) -> int:
        """Number of bytes."""
        return len(self.body["body"]) + sum(len(value) for _, value in self.start["headers"])


class Front:
    """The outermost layer of the service.

    A response that its door has marked to be kept is sent again, without asking any door, to whoever sends the same
    address and the same headers of those it varies by, for as long as the same dataset is served.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics
        self._run, self._numbers = secrets.token_hex(4), itertools.count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request here if that can be done, else pass it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        state = state_in(scope)
        state.visits.count += 1
        asked = _asked(scope["headers"])
        version = state.store.version.encode()
        identity = f"{self._run}-{next(self._numbers)}".encode()
        common = [(b"ac-dataset-version", version), *_COMMON, (b"x-request-id", identity)]
        if scope["method"] == "HEAD":
            scope = {**scope, "method": "GET", HEAD: True}
        encoding = b"gzip" if takes_gzip(asked.get(b"accept-encoding", b"")) else b""
        address = scope["root_path"], scope.get("raw_path", b""), scope["query_string"]
        key = (state.store.sighting, scope["method"], *address, asked.get(b"accept", b""), encoding)
        in_language = (*key, asked.get(b"accept-language", b""))
        ready = state.kept.get(key) or state.kept.get(in_language)
        reply = _Reply(scope, send, common, asked if scope["method"] == "GET" else {})
        try:
            if scope["method"] == "OPTIONS" and (methods := _methods(scope)):
                allowed = [(b"allow", methods), (b"access-control-allow-methods", methods), *_PREFLIGHT]
                await reply.send({"type": "http.response.start", "status": 204, "headers": allowed})
                await reply.send({"type": "http.response.body", "body": b""})
            elif isinstance(ready, _Ready):
                await reply.send(ready.start)
                await reply.send(ready.body)
            else:
                await self._app(scope, receive, reply.send)
                if reply.keep and scope["method"] == "GET":
                    state.kept.put(in_language if reply.keep.in_language else key, reply.keep, reply.keep.size)
        finally:
            state.visits.count -= 1
            seconds = time.perf_counter() - begun
            self._metrics.count(scope["path"], reply.status, seconds)
            if state.settings.log != "errors" or reply.status >= 500 or "cut" in log_of(scope):
                _log(scope, common, reply, seconds, with_query=state.settings.log == "queries")


class _Reply:
    """Sends a response on with the common headers; turns it into 304 or leaves its body out where that is asked."""

    def __init__(
        self, scope: Scope, send: Send, common: list[tuple[bytes, bytes]], asked: Mapping[bytes, bytes]
    ) -> None:
        self.status = 0
        self.size = 0
        self.keep: _Ready | None = None
        self._scope = scope
        self._send = send
        self._common = common
        self._asked = asked
        self._start: Message = {}

    async def send(self, message: Message) -> None:
        """Send one message of the response on."""
        if message["type"] == "http.response.start":
            self._start = message
            self.status, headers = message["status"], message["headers"]
            if self.status == 200 and _holds(self._asked, headers):
                self.status = 304
                headers = [one for one in headers if one[0] not in _OF_BODY]
            if all(name != _INERT[0] for name, _ in headers):
                headers = [*headers, _INERT]
            own = {name for name, _ in headers}  # a past release tells its own version
            headers = [*headers, *(one for one in self._common if one[0] not in own)]
            message = {"type": "http.response.start", "status": self.status, "headers": headers}
        else:
            if self._scope.get(KEEP) and not message.get("more_body"):
                self.keep = _ready(self._start, message)
            if self.status == 304 or HEAD in self._scope:
                message = {**message, "body": b""}
            self.size += len(message.get("body", b""))
        try:
            await self._send(message)
        except RuntimeError as error:
            # The client has just closed the connection. Told of it in time, the server would drop the message silently;
            # told too late, uvloop fails so, and every client that leaves could fill the log with tracebacks.
            if "handler is closed" not in str(error):
                raise


def _ready(start: Message, body: Message) -> _Ready:
    headers = [one for one in start["headers"] if one[0] != b"server-timing"]
    return _Ready({**start, "headers": [*headers, _HIT]}, body)


def _methods(scope: Scope) -> bytes:
    """Return the methods that an address answers, none for an address that nothing answers."""
    for route in scope["app"].router.routes:
        match, _ = route.matches({**scope, "method": "GET"})
        if match is not Match.NONE:
            methods: set[str] = getattr(route, "methods", None) or {"GET", "HEAD"}
            return ", ".join(sorted({*methods, *({"HEAD"} if "GET" in methods else ()), "OPTIONS"})).encode()
    return b""


def _asked(headers: list[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Return the headers of a request that choose a response, by name; several of one name are one list."""
    found: dict[bytes, bytes] = {}
    for name, value in headers:
        if name in _CHOOSING:
            found[name] = found[name] + b"," + value if name in found else value
    return found


def _holds(asked: Mapping[bytes, bytes], headers: list[tuple[bytes, bytes]]) -> bool:
    """Tell whether a client holds the response with these headers already (RFC 9110 §13.2.2)."""
    if held := asked.get(b"if-none-match"):
        tag = _header(headers, b"etag").removeprefix(b"W/")
        tags = [one.strip().removeprefix(b"W/") for one in held.split(b",")]
        return bool(tag) and (tag in tags or b"*" in tags)
    since, modified = _moment(asked.get(b"if-modified-since")), _moment(_header(headers, b"last-modified"))
    return bool(since and modified and modified <= since)


def _header(headers: list[tuple[bytes, bytes]], wanted: bytes) -> bytes:
    return next((value for name, value in headers if name == wanted), b"")


def _moment(value: bytes | None) -> datetime | None:
    """Read an HTTP date; None for what is none."""
    try:
        return parsedate_to_datetime(value.decode("latin-1")) if value else None
    except ValueError:
        return None


def _log(scope: Scope, common: list[tuple[bytes, bytes]], reply: _Reply, seconds: float, *, with_query: bool) -> None:
    entry = {
        "request": common[-1][1].decode(),
        "client": scope["client"][0] if scope["client"] else None,
        "method": "HEAD" if HEAD in scope else scope["method"],
        "path": scope["path"],
        "status": reply.status,
        "bytes": reply.size,
        "milliseconds": round(seconds * 1000, 1),
        **log_of(scope),
    }
    if not with_query:
        entry.pop("query", None)
    failed = reply.status >= 500 or "cut" in entry
    _LOG.log(logging.ERROR if failed else logging.INFO, "request", extra={"entry": entry})
