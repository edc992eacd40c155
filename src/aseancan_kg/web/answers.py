"""The answer to a query as a response: which format; whole, with row count and tag, or streamed; kept for the next."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_network
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from aseancan_kg.errors import Error, NotAcceptable
from aseancan_kg.library.sheets import Sheet
from aseancan_kg.mediatypes import GRAPH_FORMATS, HTML, JSON, RESULT_FORMATS, TURTLE, XLSX, Format
from aseancan_kg.namespaces import PREFIXES
from aseancan_kg.store import Answer, Question, Rest
from aseancan_kg.web.conditions import HEAD
from aseancan_kg.web.kept import keep
from aseancan_kg.web.state import log_of, root_of, state_in, state_of
from aseancan_kg.web.tables import file

_A_MOMENT = 0.02
"""Seconds after which it is looked whether a client is still there."""
_MOST_ROWS_SHOWN = 1000
_MOST_CELLS_SHOWN = 10_000
_MOST_BYTES_SHOWN = 1024 * 1024
_BETWEEN_ROWS = re.compile(rb'\},\{"(?![},])')
"""At the end of a string there may stand the same, but then the row or the term goes on."""
_RESULT_FORMS = ("select", "ask")


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a table: its text and, for an IRI, where it leads."""

    text: str
    iri: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A result as a page shows it: rows of a SELECT, the truth of an ASK, or the Turtle of a graph.

    `count` is the number of all rows, of which a page holds the first thousand; None when the answer is so long that
    only its beginning was read.
    """

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Cell | None, ...], ...] = ()
    count: int | None = 0
    truth: bool | None = None
    turtle: str | None = None


def offered(form: str) -> tuple[Format, ...]:
    """Return the formats a query of this form can be answered in; a page is the last, for clients that name it."""
    return (*(RESULT_FORMATS if form in _RESULT_FORMS else GRAPH_FORMATS), *((XLSX,) if form == "select" else ()), HTML)


def graph_parameters(default_graphs: Sequence[str], named_graphs: Sequence[str]) -> list[tuple[str, str]]:
    """Return the parameters of the protocol that name the dataset of a query."""
    default = [("default-graph-uri", one) for one in default_graphs]
    return default + [("named-graph-uri", one) for one in named_graphs]


def query_string(question: Question) -> str:
    """Return the part of an address after its "?" by which the protocol asks a question."""
    return urlencode([("query", question.text), *graph_parameters(question.default_graphs, question.named_graphs)])


async def answer(
    request: Request, question: Question, chosen: Format, wanted: str | None, names: Sequence[str]
) -> Response:
    """Answer with the whole result, or with a stream that is cut when it cannot be completed.

    Whole answers to queries that are not volatile are kept and carry a tag; a client that holds it gets 304. `names`
    are those of the parameters that the question came from.
    """
    if chosen is XLSX:
        return await _workbook(request, question)
    found, was_kept = await evaluate(request, question, chosen)
    timing = f"queue;dur={found.queued * 1000:.1f}, eval;dur={found.evaluated * 1000:.1f}"
    if was_kept:
        timing = 'cache;desc="hit"'
    headers = {"Server-Timing": timing}
    if not wanted:
        headers["Vary"] = "Accept"
    if found.rest:
        if request.scope["http_version"] == "1.0":
            # It would end an answer that is cut as it ends one that is whole.
            await found.rest.aclose()
            raise HTTPException(505, "The answer is too long for HTTP/1.0, which cannot tell whether it is whole.")
        return Streamed(request, found.first, found.rest, headers | {"Content-Type": chosen.content_type})
    headers["Cache-Control"] = "no-store" if question.volatile else "public, no-cache"
    if found.rows is not None:
        headers["AC-Row-Count"] = str(found.rows)
    if found.rows == 0 and request.method == "GET":
        headers["Link"] = f'<{root_of(request)}/sparql/doctor?{query_string(question)}>; rel="help"'
    response = Response(found.first, headers=headers, media_type=chosen.content_type)
    return response if question.volatile else keep(request, response, "format", *names)


async def _workbook(request: Request, question: Question) -> Response:
    """Answer a SELECT with a workbook; raises `NotAcceptable` for an answer that is too long to be held whole."""
    found, _ = await evaluate(request, question, JSON)
    if found.rest:
        await found.rest.aclose()
        limit = state_of(request).settings.buffer_kb
        remedy = "Take it as CSV, which has no limit, or ask for less."
        raise NotAcceptable(f"a workbook holds answers of up to {limit:,} KB of JSON", remedy=remedy)
    told = json.loads(found.first)
    columns = tuple(told["head"]["vars"])
    rows = [tuple(_value(row.get(name)) for name in columns) for row in told["results"]["bindings"]]
    sheet = Sheet("Answer", columns, rows, (("SPARQL query", question.text),))
    return await run_in_threadpool(file, request, sheet, XLSX)


async def table(request: Request, question: Question) -> Table:
    """Evaluate a query for a page, and read as much of the answer as the page shows."""
    chosen = JSON if question.form in _RESULT_FORMS else TURTLE
    found, _ = await evaluate(request, question, chosen)
    async with while_present(request):
        body, whole = await _beginning(found)
    if chosen is TURTLE:
        return Table(turtle=(body if whole else body[: body.rfind(b"\n")] + b"\n# and more").decode())
    return results(body if whole else _shortened(body), whole=whole)


def results(body: bytes, *, whole: bool = True) -> Table:
    """Read the answer to a SELECT or ASK in JSON for a page; of one that is not `whole` nobody knows the count."""
    told = json.loads(body)
    if "boolean" in told:
        return Table(truth=told["boolean"])
    columns = tuple(told["head"]["vars"])
    bindings = told["results"]["bindings"]
    shown = bindings[: min(_MOST_ROWS_SHOWN, _MOST_CELLS_SHOWN // max(1, len(columns)))]
    rows = tuple(tuple(_cell(row.get(name)) for name in columns) for row in shown)
    return Table(columns, rows, len(bindings) if whole else None)


async def evaluate(request: Request, question: Question, chosen: Format) -> tuple[Answer, bool]:
    """Return the answer to a question of a client, and whether it was kept from an earlier time.

    A whole answer is kept, unless the query is volatile. The query ends when the client goes away.
    """
    state = state_of(request)
    key = (state.store.sighting, question.normal, chosen.name, question.default_graphs, question.named_graphs)
    kept = None if question.volatile else state.kept.get(key)
    if isinstance(kept, Answer):
        return kept, True
    async with while_present(request):
        found = await state.engine.answer(question, chosen, client_of(request))
    if not question.volatile and not found.rest:
        state.kept.put(key, found, len(found.first))
    return found, False


def _shortened(body: bytes) -> bytes:
    """Return the beginning of a result in JSON, ended after its last whole row."""
    ends = [mark.start() + 1 for mark in _BETWEEN_ROWS.finditer(body)]
    end = ends[-1] if ends else body.index(b"[", body.index(b'"bindings"')) + 1
    return body[:end] + b"]}}"


async def _beginning(found: Answer) -> tuple[bytes, bool]:
    """Return as much of an answer as a page may show, and whether it is all of it."""
    body = found.first
    if found.rest:
        try:
            async for piece in found.rest:
                body += piece
                if len(body) > _MOST_BYTES_SHOWN:
                    return body, False
        finally:
            await found.rest.aclose()
    return body, True


def client_of(request: Request) -> str:
    """Return the address by which the service knows a client; a proxy it trusts has put the client's own there.

    Of IPv6 it is the network of 64 bits that one household or office has; an IPv4 address written so is itself.
    """
    host = request.client.host if request.client else ""
    if ":" not in host:
        return host
    address = IPv6Address(host)
    return str(address.ipv4_mapped or ip_network((address, 64), strict=False))


class Streamed(Response):
    """A response longer than is held; it ends without its last chunk when the answer cannot be completed."""

    def __init__(self, request: Request, first: bytes, rest: Rest, headers: dict[str, str]) -> None:
        super().__init__(headers={**headers, "Cache-Control": "no-store"})
        del self.headers["content-length"]
        self._request = request
        self._first = first
        self._rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send piece after piece for as long as the client is there and takes them."""
        start = {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        try:
            async with asyncio.timeout(state_in(scope).settings.transfer_seconds), while_present(self._request):
                await send(start)
                if HEAD in scope:
                    await send({"type": "http.response.body", "body": b""})
                    return
                await send({"type": "http.response.body", "body": self._first, "more_body": True})
                async for piece in self._rest:
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
                await send({"type": "http.response.body", "body": b""})
        except (Error, TimeoutError, ClientDisconnect) as error:
            # The server closes a connection on which a response was begun and not ended, so the client sees the loss.
            log_of(scope)["cut"] = str(error) or type(error).__name__
        finally:
            await self._rest.aclose()


@asynccontextmanager
async def while_present(request: Request) -> AsyncIterator[None]:
    """Cancel what is done within when the client goes away; raises `ClientDisconnect`."""
    work = asyncio.current_task()
    assert work
    gone = False

    async def watch() -> None:
        nonlocal gone
        while (await request.receive())["type"] != "http.disconnect":
            pass
        gone = True
        work.cancel()

    watching: list[asyncio.Task[None]] = []
    # Most answers are there before anybody can have lost patience, and watching costs as much as some queries.
    soon = asyncio.get_running_loop().call_later(_A_MOMENT, lambda: watching.append(asyncio.create_task(watch())))
    try:
        yield
    except asyncio.CancelledError:
        if gone and work.uncancel() == 0:
            raise ClientDisconnect from None
        raise
    finally:
        soon.cancel()
        for task in watching:
            task.cancel()


def _value(term: dict[str, str] | None) -> str | float | None:
    """Return a term as a spreadsheet holds it: a number as one, everything else as its text."""
    if term is None:
        return None
    datatype = term.get("datatype", "").removeprefix(PREFIXES["xsd"])
    with suppress(ValueError):
        if datatype in ("decimal", "double", "float"):
            return float(term["value"])
        if datatype.lower().endswith(("integer", "int", "long", "short", "byte")):
            return int(term["value"])
    return term["value"]


def _cell(term: dict[str, object] | None) -> Cell | None:
    if term is None:
        return None
    text = str(term["value"])
    language = term.get("xml:lang")
    return Cell(text, text if term["type"] == "uri" else None, str(language) if language else None)
