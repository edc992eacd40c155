"""Linked data: `/id/…` sends to `/doc/…`; that, `/ont`, `/scheme/…` and `/graph/…` answer with a page or with RDF."""

import re
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from aseancan_kg.catalogue import things
from aseancan_kg.errors import InputError, NotFound
from aseancan_kg.mediatypes import GRAPH_FORMATS, HTML, JSON_LD, N_QUADS, N_TRIPLES, RDF_XML, TURTLE, Format
from aseancan_kg.namespaces import BASE, ID, ONT
from aseancan_kg.web.kept import KEEP, etag
from aseancan_kg.web.pages import page
from aseancan_kg.web.state import chosen_format, local_path, root_of, state_of

OFFERED = (*GRAPH_FORMATS, HTML)
_SUFFIXES = {one.name: one for one in (TURTLE, JSON_LD, RDF_XML, N_TRIPLES, N_QUADS, HTML)}


async def thing(request: Request) -> Response:
    """Answer `/id/…`: 303 to the document about the thing."""
    iri = ID + request.path_params["path"]
    if not await run_in_threadpool(state_of(request).store.knows, iri):
        raise NotFound(f"nothing is known about {iri}")
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"{root_of(request)}{local_path(iri)}{query}", status_code=303)


async def document(request: Request) -> Response:
    """Answer `/doc/…`, `/ont`, `/scheme/…` and `/graph/…`.

    A suffix names one representation; else `format=` does; else the Accept header chooses.
    """
    path = request.scope["path"].removeprefix(root_of(request))
    iri, named = _split(path)
    store = state_of(request).store
    if not await run_in_threadpool(store.knows, iri):
        raise NotFound(f"nothing is known about {iri}")
    wanted = request.query_params.get("format")
    chosen = named or chosen_format(request, OFFERED, wanted)
    headers = _headers(root_of(request), iri, chosen)
    if named is None and not wanted:
        headers["Vary"] = "Accept"
    if chosen is HTML:
        response = await run_in_threadpool(_page, request, iri)
        response.headers.update(headers)
    else:
        body = await run_in_threadpool(store.describe, iri, chosen)
        response = Response(body, headers=headers, media_type=chosen.content_type)
    response.headers["ETag"] = etag(response.body)
    request.scope[KEEP] = True
    return response


def _split(path: str) -> tuple[str, Format | None]:
    """Return the IRI that a path describes, and the representation that its suffix names if it has one."""
    stem, dot, suffix = path.rpartition(".")
    named = _SUFFIXES.get(suffix) if dot else None
    rest = (stem if named else path).removeprefix("/")
    if rest.startswith("doc/ont/"):
        return ONT + rest.removeprefix("doc/ont/"), named
    if rest.startswith("doc/"):
        return ID + rest.removeprefix("doc/"), named
    return BASE + rest, named


def _headers(root: str, iri: str, chosen: Format) -> dict[str, str]:
    """Links to the thing and to every representation, the location of this one, and how long it keeps."""
    address = f"{root}{local_path(iri)}"
    links = [f'<{quote(iri, safe=":/#?&=%")}>; rel="describes"', f'<{address}>; rel="canonical"']
    links += [
        f'<{_location(address, one)}>; rel="alternate"; type="{one.media_type}"' for one in OFFERED if one is not chosen
    ]
    return {
        "Content-Location": _location(address, chosen),
        "Link": ", ".join(links),
        "Cache-Control": "no-cache",
    }


def _location(address: str, chosen: Format) -> str:
    """Return the address of one representation; a format that has no suffix is asked for by name."""
    return f"{address}.{chosen.name}" if chosen.name in _SUFFIXES else f"{address}?format={chosen.name}"


def _page(request: Request, iri: str) -> Response:
    number = request.query_params.get("page", "1")
    if not re.fullmatch("[1-9][0-9]{0,5}", number):
        raise InputError(f"{number!r} is no page number", remedy="Pages are counted from 1.")
    found = things.thing(state_of(request).store, iri, int(number))
    path = local_path(iri)
    address = f"{root_of(request)}{path}"
    downloads = [(one, _location(address, one)) for one in OFFERED if one is not HTML]
    return page(request, "thing.html", thing=found, downloads=downloads, address=address, path=path)
