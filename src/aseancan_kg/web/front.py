"""What every request passes first: ready-made answers, HEAD, OPTIONS, conditions, common headers, log and metrics."""

import asyncio
import itertools
import logging
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from typing import cast
from urllib.parse import unquote

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aseancan_kg.web import conditions, problems
from aseancan_kg.web.conditions import HEAD, Headers, value_of
from aseancan_kg.web.kept import KEEP
from aseancan_kg.web.metrics import Metrics
from aseancan_kg.web.ready_made import (
    OF_BODY,
    ReadyMade,
    choosing_headers,
    encoding_for,
    ready_made,
    with_common,
)
from aseancan_kg.web.state import OF_SCOPE, State, log_of, state_in

_LOG = logging.getLogger("aseancan_kg.requests")
_MOST_CHOICES, _LONGEST_CHOICE = 8, 256
"""Ways to ask for a response that are known for an address, and bytes of the headers of one; browsers send 150."""
Address = tuple[str, str, bytes, bytes, bytes]
"""The version that is asked, the path below which the service stands, the path and query asked for, the encoding."""
_LONG = "/sparql", "/queries/", "/q/", "/r/", "/at/"
_AGAIN_SECONDS = 1.0
_PREFLIGHT: Headers = [
    (
        b"access-control-allow-headers",
        b"Accept, Accept-Language, Content-Type, If-Match, If-Modified-Since, If-None-Match, If-Range, "
        b"If-Unmodified-Since, Prefer, Range",
    ),
    (b"access-control-max-age", b"86400"),
]
_OPEN: Headers = [
    (b"access-control-allow-origin", b"*"),
    (
        b"access-control-expose-headers",
        b"AC-Dataset-Version, AC-Row-Count, Accept-Ranges, Content-Disposition, Content-Location, Content-Range, ETag, "
        b"Last-Modified, Link, Location, Memento-Datetime, Retry-After, Server-Timing, X-Request-ID",
    ),
    (b"cross-origin-resource-policy", b"cross-origin"),
]
"""Open data: any site may use what is here, but for the desk."""
_PRIVATE: Headers = [
    (b"cache-control", b"no-store"),
    (b"vary", b"Cookie, Authorization"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
"""What is on the desk is for who asks, and for no cache."""
_COMMON: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"permissions-policy", b"camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"),
]
_INERT = (
    b"content-security-policy",
    b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
)
"""The policy of whatever is no page of ours: browsers show RDF/XML and SVG as documents, which could hold scripts."""


class Front:
    """The outermost layer of the service.

    A response that its door has marked to be kept is sent again, without asking any door, to whoever sends the same
    address and the same headers of those it varies by, for as long as the same dataset is served.
    """

    def __init__(self, app: FastAPI, inner: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._inner = inner
        self._metrics = metrics
        self._made_now: dict[tuple[Address, tuple[bytes, ...]], asyncio.Event] = {}
        self._run, self._numbers = secrets.token_hex(4), itertools.count(1)

    def answer(self, method: bytes, root: str, target: bytes, headers: Headers) -> list[bytes] | None:
        """Answer a request without a body from what is kept, in pieces; None for what is not.

        The first is the head without the line that ends it, so that a connection can add headers of its own.
        """
        begun = time.perf_counter()
        state: State = self._app.state.service
        if state.settings.log != "errors" or method not in (b"GET", b"HEAD"):
            return None
        path, _, query = target.partition(b"?")
        choosing = choosing_headers(headers)
        found = _kept(state, _address(state, root, root.encode() + path, query, choosing), choosing)
        if found is None:
            return None
        status: int = found.start["status"]
        if status == 200:
            status = conditions.status(choosing, found.start["headers"])
        if status == 412:
            return None  # the problem document is written anew
        if status == 304:
            pieces = [found.head_unchanged, self._identity_line()]
        else:
            pieces = [found.head, self._identity_line(), b"" if method == b"HEAD" else found.body["body"]]
        self._metrics.count(path.decode("latin-1"), status, time.perf_counter() - begun)
        return pieces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request here if that can be done, else pass it on."""
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        begun = time.perf_counter()
        state = state_in(scope)
        if scope["method"] == "HEAD":
            scope = {**scope, "method": "GET", HEAD: True}
        choosing = choosing_headers(scope["headers"]) if scope["method"] == "GET" else {}
        address = _address(state, scope["root_path"], scope.get("raw_path", b""), scope["query_string"], choosing)
        is_private = f"{scope['path'].removeprefix(scope['root_path'])}/".startswith("/desk/")
        common = [*_common(state), *([] if is_private else _OPEN)]
        # Who waits for a composer may wait long, and shows the journal: no former dataset has to stay for that.
        visits = 0 if is_private else 1
        if not is_private:
            scope[OF_SCOPE] = state
        state.visits.count += visits
        reply = _Reply(scope, send, [*common, (b"x-request-id", self._identity())], choosing, is_private=is_private)
        try:
            if scope["method"] == "OPTIONS" and (methods := _methods(scope)):
                allowed = [(b"allow", methods), (b"access-control-allow-methods", methods), *_PREFLIGHT]
                await reply.send({"type": "http.response.start", "status": 204, "headers": allowed})
                await reply.send({"type": "http.response.body", "body": b""})
            elif scope["method"] != "GET" or is_private:
                await self._inner(scope, receive, reply.send)
            elif found := await self._found(state, address, choosing):
                await reply.send(found.start)
                await reply.send(found.body)
            else:
                with self._making(address, choosing) as done:
                    reply.made = partial(_kept_if_whole, state, address, choosing, common, done)
                    await self._inner(scope, receive, reply.send)
        finally:
            state.visits.count -= visits
            seconds = time.perf_counter() - begun
            self._metrics.count(scope["path"].removeprefix(scope["root_path"]), reply.status, seconds)
            if state.settings.log != "errors" or reply.status >= 500 or "cut" in log_of(scope):
                _log(scope, reply, seconds, with_query=state.settings.log == "queries")

    async def _found(self, state: State, address: Address, choosing: Mapping[bytes, bytes]) -> ReadyMade | None:
        """Return what is kept, or will be in a moment since it is being made for somebody else."""
        found = _kept(state, address, choosing)
        if found is None and (begun := self._made_now.get((address, _choice(choosing, by_language=True)))):
            await begun.wait()
            found = _kept(state, address, choosing)
        return found

    @contextmanager
    def _making(self, address: Address, choosing: Mapping[bytes, bytes]) -> Iterator[asyncio.Event]:
        """Have others wait who ask for the same, until the event tells that it is kept or will not be."""
        key, begun = (address, _choice(choosing, by_language=True)), asyncio.Event()
        if _takes_long(address):  # each waits for a turn of its own
            begun.set()
        self._made_now.setdefault(key, begun)
        try:
            yield begun
        finally:
            begun.set()
            if self._made_now.get(key) is begun:
                del self._made_now[key]

    async def make_again(self, state: State) -> None:
        """Make of a state that is to be served what is kept of the one that is: what was asked for last at first.

        So what is asked for often need not be waited for. It ends after a second, as others wait for the new state; the
        queries of clients, which may take long, are left to them, and so are past releases, which do not change.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(_AGAIN_SECONDS):
                await self._make_again(state)

    async def _make_again(self, state: State) -> None:
        for key, choices in self._app.state.service.chosen.latest():
            _, root, path, query, encoding = address = cast(Address, key)
            if _takes_long(address) or not isinstance(choices, dict):
                continue
            for choice in [*choices]:
                chosen_by = zip((b"accept", b"accept-language"), choice, strict=False)
                sent = [(name, value) for name, value in chosen_by if value]
                with suppress(Exception):  # whoever asks for it will be told
                    await self._make(state, root, path, query, [*sent, (b"accept-encoding", encoding)])

    async def _make(self, state: State, root: str, path: bytes, query: bytes, headers: Headers) -> None:
        scope: Scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": unquote(path),
            "raw_path": path,
            "query_string": query,
            "root_path": root,
            "headers": headers,
            "client": None,
            "server": None,
            "app": self._app,
            OF_SCOPE: state,
        }
        choosing, common = choosing_headers(headers), [*_common(state), *_OPEN]
        reply = _Reply(scope, _unsent, common, choosing, is_private=False)
        address, asked = _address(state, root, path, query, choosing), [{"type": "http.request", "body": b""}]
        reply.made = partial(_kept_if_whole, state, address, choosing, common, asyncio.Event())

        async def receive() -> Message:
            if not asked:
                await asyncio.Event().wait()  # nobody leaves
            return asked.pop()

        await self._inner(scope, receive, reply.send)

    def _identity(self) -> bytes:
        return f"{self._run}-{next(self._numbers)}".encode()

    def _identity_line(self) -> bytes:
        return b"x-request-id: %s\r\n\r\n" % self._identity()


async def _unsent(_: Message) -> None:
    pass


def _common(state: State) -> Headers:
    return [(b"ac-dataset-version", state.store.version.encode()), *_COMMON]


def _address(state: State, root: str, path: bytes, query: bytes, choosing: Mapping[bytes, bytes]) -> Address:
    return state.store.sighting, root, path, query, encoding_for(choosing)


def _takes_long(address: Address) -> bool:
    """Tell whether what stands at an address takes longer than a page: the query of a client, a past release."""
    _, root, path, *_ = address
    return unquote(path).removeprefix(root).startswith(_LONG)


def _choice(choosing: Mapping[bytes, bytes], *, by_language: bool) -> tuple[bytes, ...]:
    names = (b"accept", b"accept-language") if by_language else (b"accept",)
    return tuple(choosing.get(name, b"") for name in names)


def _kept(state: State, address: Address, choosing: Mapping[bytes, bytes]) -> ReadyMade | None:
    tags = state.chosen.get(address)
    if not isinstance(tags, dict):
        return None
    tag = tags.get(_choice(choosing, by_language=False)) or tags.get(_choice(choosing, by_language=True))
    found = state.kept.get((*address, tag)) if tag else None
    return found if isinstance(found, ReadyMade) else None


def _kept_if_whole(  # noqa: PLR0913
    state: State,
    address: Address,
    choosing: Mapping[bytes, bytes],
    common: Headers,
    done: asyncio.Event,
    whole: tuple[Message, Message] | None,
) -> None:
    """Keep what is to be kept before anybody reads it: who waits for it waits for nobody's connection."""
    if whole:
        _keep(state, address, choosing, ready_made(*whole, common))
    done.set()


def _keep(state: State, address: Address, choosing: Mapping[bytes, bytes], made: ReadyMade) -> None:
    """Keep a response by its tag, once for all the headers that choose it: clients can write these as they like.

    The last of these are known by address, so that those of one do not take the room of others.
    """
    tag = value_of(made.start["headers"], b"etag")
    state.kept.put((*address, tag), made, made.size)
    tags = state.chosen.get(address)
    if not isinstance(tags, dict):
        tags = {}
        state.chosen.put(address, tags, _MOST_CHOICES * _LONGEST_CHOICE)
    choice = _choice(choosing, by_language=made.languages)
    if sum(map(len, choice)) <= _LONGEST_CHOICE:
        tags[choice] = tag
        if len(tags) > _MOST_CHOICES:
            del tags[next(iter(tags))]


class _Reply:
    """Sends a response on with the common headers, without its body for HEAD; another if a condition is not met."""

    def __init__(
        self, scope: Scope, send: Send, common: Headers, choosing: Mapping[bytes, bytes], *, is_private: bool
    ) -> None:
        self.status = 0
        self.size = 0
        self.made: Callable[[tuple[Message, Message] | None], None] = lambda _: None
        """Told start and body of a response that is to be kept, before it is sent; None of one that is not."""
        self.identity = common[-1][1].decode()
        self._scope = scope
        self._send = send
        self._common = common
        self._choosing = choosing
        self._is_private = is_private
        self._start: Message = {}
        self._begun = False
        self._instead: bytes | None = None

    async def send(self, message: Message) -> None:
        """Send one message of the response on."""
        if message["type"] == "http.response.start":
            self._start = {**message, "headers": _inert(message["headers"])}
            if not self._scope.get(KEEP):
                self.made(None)
                await self._begin()
            return
        if self._scope.get(KEEP) and not self._begun:
            self.made(None if message.get("more_body") else (self._start, message))
            await self._begin()
        if HEAD in self._scope:
            message = {**message, "body": b""}
        elif self._instead is not None:
            message = {**message, "body": b"" if message.get("more_body") else self._instead}
        self.size += len(message.get("body", b""))
        await self._pass(message)

    async def _begin(self) -> None:
        self._begun = True
        headers = with_common(await self._on_conditions(), self._common)
        headers = _private(headers) if self._is_private else headers
        await self._pass({"type": "http.response.start", "status": self.status, "headers": headers})

    async def _pass(self, message: Message) -> None:
        try:
            await self._send(message)
        except RuntimeError as error:
            # The client has just closed the connection. Told of it in time, the server would drop the message silently;
            # told too late, uvloop fails so, and every client that leaves could fill the log with tracebacks.
            if "handler is closed" not in str(error):
                raise

    async def _on_conditions(self) -> Headers:
        """Set the status and what is sent instead of the body, and return the headers that go with them."""
        headers: Headers = self._start["headers"]
        self.status = self._start["status"]
        if self.status != 200:
            return headers
        self.status = conditions.status(self._choosing, headers)
        if self.status == 304:
            self._instead = b""
            return [one for one in headers if one[0] not in OF_BODY]
        if self.status == 412:
            refused = await run_in_threadpool(problems.precondition_failed, Request(self._scope))
            self._instead = bytes(refused.body)
            return _inert(refused.raw_headers)
        return headers


def _inert(headers: Headers) -> Headers:
    """Return the headers of a response with the policy of what is no page, unless it has its own."""
    return headers if any(name == _INERT[0] for name, _ in headers) else [*headers, _INERT]


def _private(headers: Headers) -> Headers:
    """Return the headers of a response of the desk as no cache keeps it, whatever its door says."""
    return [*(one for one in headers if one[0] != _PRIVATE[0][0]), *_PRIVATE]


def _methods(scope: Scope) -> bytes:
    """Return the methods that an address answers, none for an address that nothing answers; those of all for `*`."""
    routes = scope["app"].router.routes
    if scope["path"].removeprefix(scope["root_path"]) != "*":
        asked = {**scope, "method": "GET"}
        routes = [one for one in routes if one.matches(asked)[0] is not Match.NONE][:1]
    methods = {method for one in routes for method in getattr(one, "methods", None) or ("GET",)}
    own = {"OPTIONS", *(("HEAD",) if "GET" in methods else ())}
    return ", ".join(sorted(methods | own)).encode() if methods else b""


def _log(scope: Scope, reply: _Reply, seconds: float, *, with_query: bool) -> None:
    entry = {
        "request": reply.identity,
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
