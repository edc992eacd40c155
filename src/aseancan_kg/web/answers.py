"""The answer to a query as a response: which format, the whole body, the number of its rows."""

import json
import re
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from aseancan_kg import mediatypes
from aseancan_kg.mediatypes import GRAPH_FORMATS, HTML, JSON, RESULT_FORMATS, TURTLE, Format
from aseancan_kg.store import QueryStore

_MOST_ROWS_SHOWN = 1000
_RESULT_FORMS = ("select", "ask")


@dataclass(frozen=True, slots=True)
class Question:
    """A query to answer; graphs named here replace the query's own FROM and FROM NAMED."""

    text: str
    form: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a table: its text and, for an IRI, where it leads."""

    text: str
    iri: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A result as a page shows it: rows of a SELECT, the truth of an ASK, or the Turtle of a graph.

    `count` is the number of all rows, of which a page holds the first thousand.
    """

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Cell | None, ...], ...] = ()
    count: int = 0
    truth: bool | None = None
    turtle: str | None = None


def chosen_format(request: Request, form: str, wanted: str | None) -> Format:
    """Return the format of an answer to a query of this form: the one `wanted` by name, else what Accept prefers.

    A page is the last offer, so only a client that names it gets it. Raises `NotAcceptable`.
    """
    offered = (*(RESULT_FORMATS if form in _RESULT_FORMS else GRAPH_FORMATS), HTML)
    if wanted:
        return mediatypes.named(wanted, offered)
    return mediatypes.negotiate(request.headers.get("accept"), offered)


async def answer(store: QueryStore, question: Question, chosen: Format) -> Response:
    """Evaluate a query off the event loop and answer with the whole result."""
    body = await run_in_threadpool(store.query, question.text, chosen, question.default_graphs, question.named_graphs)
    headers = {"Vary": "Accept"}
    if question.form == "select":
        headers["AC-Row-Count"] = str(row_count(body, chosen))
    return Response(body, headers=headers, media_type=chosen.content_type)


async def table(store: QueryStore, question: Question) -> Table:
    """Evaluate a query off the event loop for a page."""
    chosen = JSON if question.form in _RESULT_FORMS else TURTLE
    body = await run_in_threadpool(store.query, question.text, chosen, question.default_graphs, question.named_graphs)
    if chosen is TURTLE:
        return Table(turtle=body.decode())
    found = json.loads(body)
    if "boolean" in found:
        return Table(truth=found["boolean"])
    columns = tuple(found["head"]["vars"])
    bindings = found["results"]["bindings"]
    rows = tuple(tuple(_cell(row.get(name)) for name in columns) for row in bindings[:_MOST_ROWS_SHOWN])
    return Table(columns, rows, len(bindings))


def _cell(term: dict[str, object] | None) -> Cell | None:
    if term is None:
        return None
    text = str(term["value"])
    language = term.get("xml:lang")
    return Cell(text, text if term["type"] == "uri" else None, str(language) if language else None)


def row_count(body: bytes, result_format: Format) -> int:
    """Count the rows of a SELECT's result by the marks between them, without reading the rows."""
    if result_format is mediatypes.XML:
        return body.count(b"<result>")
    if result_format is mediatypes.TSV:
        return body.count(b"\n") - 1
    if result_format is mediatypes.CSV:
        return re.sub(rb'"[^"]*"', b"", body).count(b"\n") - 1
    marks = re.sub(rb'"(?:[^"\\]|\\.)*"', b"", body)
    return 0 if b"[]}}" in marks else marks.count(b"},{") + 1
