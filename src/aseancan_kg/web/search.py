"""`/search`: full-text search as a page, as JSON and as tables; suggestions; the OpenSearch description.

    {"query": "…", "readAs": "…" or null, "partly": false, "total": 1, "page": 1, "pages": 1,
     "kinds": [{"kind", "label", "count"}], "instead": [{"iri", "kind", "label"}],
     "hits": [{"iri", "kind", "label", "number" or null, "passage", "marks": [[start, end], …]}]}

`marks` are code points of the passage, whose words were looked for. Suggestions are in the format of OpenSearch 1.1.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from aseancan_kg.catalogue.kinds import BY_NAME, Kind
from aseancan_kg.catalogue.search import PAGE_SIZE, Entry, Found, Hit, Index
from aseancan_kg.catalogue.spelling import Passage
from aseancan_kg.errors import InputError, NotFound
from aseancan_kg.library.sheets import WRITERS, Sheet
from aseancan_kg.mediatypes import CSV, HTML, PLAIN_JSON, XLSX, Format
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.web.kept import keep
from aseancan_kg.web.pages import href_of, page
from aseancan_kg.web.representations import representation
from aseancan_kg.web.state import State, page_number, root_of, state_of
from aseancan_kg.web.tables import file

OFFERED = (HTML, PLAIN_JSON, CSV, XLSX)
_SUGGESTIONS = "application/x-suggestions+json"
_DESCRIPTION = "application/opensearchdescription+xml"


@dataclass(frozen=True)
class _Indexing:
    """Makes the index of a state's dataset and queries."""

    state: State

    def __call__(self, store: Dataset) -> Index:
        return Index(store, self.state.queries)


def index_of(state: State) -> Index:
    """Return the index of what is served; it is made when it is first asked for."""
    return state.derived.get(_Indexing(state))


async def search(request: Request) -> Response:
    """Answer `/search?q=…`, with `kind=` to see one kind only and `page=`; tables hold the hits of all pages."""
    chosen = representation(request, OFFERED)
    answer: Callable[[Request, Format], Response] = _file if chosen in WRITERS else _page
    return await run_in_threadpool(answer, request, chosen)


async def suggest(request: Request) -> Response:
    """Answer `/search/suggest?q=…` with names that what is being written may become, and their addresses here."""
    return await run_in_threadpool(_suggest, request)


async def describe(request: Request) -> Response:
    """Answer `/opensearch.xml`, by which browsers add this search to theirs."""
    base = str(request.base_url).rstrip("/")
    response = page(request, "opensearch.xml", address=base)
    response.headers["Content-Type"] = _DESCRIPTION
    return response


def _page(request: Request, chosen: Format) -> Response:
    asked, kind, number = _asked(request)
    found = index_of(state_of(request)).search(asked, kind, begin=(number - 1) * PAGE_SIZE)
    pages = max(1, -(-found.total // PAGE_SIZE))
    if number > pages:
        raise NotFound(f"there is no page {number}", remedy=f"The last one is {pages}.")
    if chosen is HTML:
        # An address begins with what was asked, and a kind if one was.
        link = urlencode({"q": asked, **({"kind": kind.name} if kind else {})})
        response = page(
            request,
            "search.html",
            path=f"/search?{link}" + (f"&page={number}" if number > 1 else "") if asked or kind else "/search",
            asked=asked,
            found=found,
            kind=kind,
            number=number,
            pages=pages,
            everything=urlencode({"q": asked}),
            link=link,
            files=(CSV, XLSX, PLAIN_JSON),
        )
    else:
        told = {"query": asked, **_as_json(found), "page": number, "pages": pages}
        response = Response(json.dumps(told, ensure_ascii=False), media_type=chosen.content_type)
    response.headers["Vary"] = "Accept"
    return keep(request, response, "q", "kind", "page", "format")


def _file(request: Request, chosen: Format) -> Response:
    asked, kind, _ = _asked(request)
    index = index_of(state_of(request))
    found = index.search(asked, kind, most=len(index) or 1)
    rows = [
        (hit.entry.kind.label, hit.entry.number, hit.entry.label, _text(hit.passage), hit.entry.iri)
        for hit in found.hits
    ]
    return file(request, Sheet(f"Search for {asked}", ("kind", "number", "label", "passage", "iri"), rows), chosen)


def _suggest(request: Request) -> Response:
    asked = request.query_params.get("q", "")
    entries = index_of(state_of(request)).suggest(asked)
    href, root = href_of(request), root_of(request)
    addresses = [href(one.iri) or f"{root}/search?{urlencode({'q': one.label})}" for one in entries]
    told = [asked, [one.label for one in entries], [one.kind.label for one in entries], addresses]
    return keep(request, Response(json.dumps(told, ensure_ascii=False), media_type=_SUGGESTIONS), "q")


def _asked(request: Request) -> tuple[str, Kind | None, int]:
    """Return what is looked for, the kind if one is asked for, and the page; raises `InputError`."""
    given = request.query_params
    name = given.get("kind", "")
    if name and name not in BY_NAME:
        raise InputError(f"there is no kind {name!r}", remedy=f"The kinds are {', '.join(BY_NAME)}.")
    return given.get("q", "").strip(), BY_NAME.get(name), page_number(request)


def _as_json(found: Found) -> dict[str, Any]:
    return {
        "readAs": found.read_as,
        "partly": found.partly,
        "total": found.total,
        "kinds": [{"kind": kind.name, "label": kind.plural, "count": count} for kind, count in found.counts.items()],
        "hits": [_hit(one) for one in found.hits],
        "instead": [_entry(one) for one in found.instead],
    }


def _entry(entry: Entry) -> dict[str, Any]:
    return {"iri": entry.iri, "kind": entry.kind.name, "label": entry.label}


def _hit(hit: Hit) -> dict[str, Any]:
    marks, reached = [], 0
    for piece, marked in hit.passage:
        if marked:
            marks.append([reached, reached + len(piece)])
        reached += len(piece)
    return {**_entry(hit.entry), "number": hit.entry.number, "passage": _text(hit.passage), "marks": marks}


def _text(passage: Passage) -> str:
    return "".join(piece for piece, _ in passage)
