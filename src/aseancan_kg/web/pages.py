"""Pages for people, and the home page."""

import re
import secrets
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, unquote, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from aseancan_kg.catalogue import listing, things
from aseancan_kg.catalogue.codings import coders
from aseancan_kg.catalogue.identifiers import foreign_concepts, tidy
from aseancan_kg.catalogue.reading import example
from aseancan_kg.catalogue.statements import reported_meetings
from aseancan_kg.mediatypes import HTML
from aseancan_kg.namespaces import BASE
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.web.answers import Table
from aseancan_kg.web.kept import etag
from aseancan_kg.web.state import local_path, locally, root_of, state_of

_SECURITY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)

_SCRIPTED = _SECURITY.replace("style-src 'self'", "style-src 'self' 'nonce-{}'")
"""The workbench's policy: its editor puts style elements of its own into the page, which the nonce lets pass."""


_OF_ROWS = re.compile(rf"{re.escape(BASE)}(?:id|scheme)/[a-z-]+/[^/#]+")
"""Things and codes, not their parts."""
_WITH_PARTS = "/shapes#"
"""What the parts begin with that have a place on a page."""

OF_HOME: Mapping[str, Callable[[Dataset], Any]] = {
    "counts": things.overview,
    "browsed": listing.counts,
    "example": example,
    "coders": coders,
    "meetings": reported_meetings,
}
"""What the home page tells of the dataset, and what makes it."""

_DOORS = frozenset({"id", "doc", "ont", "scheme", "graph", "dataset", "shapes", "r"})
"""Doors of identifiers, whose case people mistake."""


def page(
    request: Request,
    template: str,
    *,
    status_code: int = 200,
    headers: Mapping[str, str] | None = None,
    path: str | None = None,
    **values: object,
) -> Response:
    """Render a template as a response; `href(iri)` in it is the local address of an IRI, `root` the service's path.

    `path` is where the page has its one address below `root`, unless that is where it was asked for. `about` is the IRI
    of what the page is about, the page itself unless another is given, and `version` that of the dataset it is of: a
    reader means these who reports an error there. `has_desk` tells whether things can be corrected here, `has_row`
    whether one may have a row of its own.
    """
    root = root_of(request)
    path = path or quote(request.scope["path"].removeprefix(root))
    state = state_of(request)
    given = {"root": root, "path": path, "href": href_of(request), "base": BASE}
    given |= {
        "has_desk": request.app.state.office is not None,
        "has_row": _OF_ROWS.fullmatch,
        "about": BASE + unquote(path).removeprefix("/"),
        "version": state.store.version,
    }
    text = state.templates.get_template(template).render({**given, **values})
    body = text.encode()
    sent = {"Content-Security-Policy": _SECURITY, "Content-Language": "en", "Cache-Control": "no-cache"}
    if status_code == HTTPStatus.OK:
        sent["ETag"] = etag(body)
    return Response(body, status_code, {**sent, **(headers or {})}, media_type=HTML.content_type)


def href_of(request: Request) -> Callable[[str], str]:
    """Return what gives the link target of an IRI: our own pages on this host, web addresses of others as they are.

    It is "" for IRIs of other schemes, and for parts of documents that have no place on a page. The door to a past
    release leaves the path in `request.state.within` below which IRIs of ours are linked.
    """
    root = root_of(request)
    within: str = getattr(request.state, "within", "")

    def href(iri: str) -> str:
        if path := local_path(iri):
            has_place = "#" not in path or (path.startswith(_WITH_PARTS) and not within)
            return root + within + path if has_place else ""
        if iri in state_of(request).derived.get(foreign_concepts):
            return f"{root}/?{urlencode({'uri': iri})}"
        return iri if iri.startswith(("https://", "http://")) else ""

    return href


def workbench(
    request: Request,
    text: str,
    *,
    results: Table | None = None,
    problem: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Show the page of `/sparql`: a query to edit, with its results or with the problem that came instead.

    The door that reads a query's parameters leaves those that name its dataset in `request.state.graphs`.
    """
    graphs: list[tuple[str, str]] = getattr(request.state, "graphs", [])
    nonce = secrets.token_urlsafe(16)
    return page(
        request,
        "sparql.html",
        status_code=problem["status"] if problem else 200,
        headers={"Vary": "Accept", "Content-Security-Policy": _SCRIPTED.format(nonce), **(headers or {})},
        text=text,
        results=results,
        problem=problem,
        graphs=graphs,
        link=urlencode([("query", text), *graphs]),
        nonce=nonce,
    )


async def home(request: Request) -> Response:
    """Answer `/`: what this is, what it holds, the ways in."""
    return await run_in_threadpool(_home, request)


def _home(request: Request) -> Response:
    state = state_of(request)
    told = {name: state.derived.get(make) for name, make in OF_HOME.items()}
    return page(request, "home.html", queries=len(state.queries), **told)


async def download(request: Request) -> Response:
    """Answer `/downloads/…` with a file of the built dataset."""
    return state_of(request).downloads.response(request.path_params["path"])


async def elsewhere(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer what no door does: send on an address that is only spelt otherwise, by slashes or the case of a door.

    Raises `HTTPException` for what is nowhere.
    """
    request = Request(scope, receive)
    path = scope["path"].removeprefix(root_of(request))
    first, slash, rest = tidy(path).partition("/")
    known = f"{first.lower() if first.lower() in _DOORS else first}{slash}{rest}"
    if f"/{known}" == path or request.method != "GET":
        raise HTTPException(HTTPStatus.NOT_FOUND)
    await RedirectResponse(locally(request, f"/{quote(known)}"), 301)(scope, receive, send)
