"""Linked data: `/id/…` sends to `/doc/…`; that, `/ont`, `/scheme/…` and `/graph/…` answer with a page or with RDF."""

import json
import re
from collections.abc import Sequence
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from aseancan_kg.catalogue import documents, identifiers, things
from aseancan_kg.catalogue.aspects import aspects
from aseancan_kg.catalogue.identifiers import Identifiers
from aseancan_kg.errors import NotAcceptable, NotFound
from aseancan_kg.library.citations import as_sentence
from aseancan_kg.library.references import citable, references
from aseancan_kg.mediatypes import HTML, LINKSET, LINKSET_TEXT, PLAIN_JSON, Format, languages
from aseancan_kg.namespaces import BASE, ID, ONT
from aseancan_kg.web import records, signposting
from aseancan_kg.web.kept import keep
from aseancan_kg.web.pages import home, page
from aseancan_kg.web.pictures import of_thing
from aseancan_kg.web.representations import representation, signposted
from aseancan_kg.web.signposting import OFFERED, Address, split
from aseancan_kg.web.state import chosen_format, local_path, locally, page_number, root_of, state_of

_CHOICES, _GONE = 300, 410
_VERSION_OF_ONTOLOGY = re.compile(r"/ont/(\d+\.\d+\.\d+)")
"""What `owl:versionIRI` of the ontology leads to: it has the number of the release."""


async def thing(request: Request) -> Response:
    """Answer `/id/…`: 303 to the document about the thing."""
    return await run_in_threadpool(_thing, request)


async def document(request: Request) -> Response:
    """Answer `/doc/…`, `/ont`, `/scheme/…` and `/graph/…`.

    A suffix names one representation; else `format=` does; else the Accept header chooses.
    """
    return await run_in_threadpool(_document, request)


async def linkset(request: Request) -> Response:
    """Answer `/linkset/…`: the links of the document at that path, of all its representations."""
    return await run_in_threadpool(_linkset, request)


async def look_up(request: Request) -> Response:
    """Answer `/`: the home page; with `?uri=…` an IRI of ours sends to its document, any other has one here."""
    if "uri" not in request.query_params:
        return await home(request)
    return await run_in_threadpool(_look_up, request)


def _thing(request: Request) -> Response:
    path = request.path_params["path"]
    iris = _meant(request, ID + path)
    if len(iris) > 1:
        return _choices(request, iris, [locally(request, f"/id/{quote(identifiers.path_of(one))}") for one in iris])
    if iris[0] != ID + path or not identifiers.is_canonical(path, _raw(request)):
        return _redirect(request, f"/id/{quote(identifiers.path_of(iris[0]))}", 301)
    links = [signposting.Link(Address(root_of(request), iris[0]).location(), "describedby")]
    return _redirect(request, local_path(iris[0]), 303, Link=signposting.header(links))


def _document(request: Request) -> Response:
    path = request.scope["path"].removeprefix(root_of(request))
    if version := _VERSION_OF_ONTOLOGY.fullmatch(path):
        return _redirect(request, f"/r/{version[1]}/ont", 303)
    iri, named = split(path)
    iris = _meant(request, iri)
    suffix = f".{named.name}" if named else ""
    if len(iris) > 1:
        return _choices(request, iris, [locally(request, f"{local_path(one)}{suffix}") for one in iris])
    written = path.removeprefix("/")
    if iris[0] != iri or not written.endswith(suffix) or not identifiers.is_canonical(written, _raw(request)):
        return _redirect(request, f"{local_path(iris[0])}{suffix}", 301)
    return _represent(request, iri, named)


def _linkset(request: Request) -> Response:
    if "path" in request.path_params:
        path = f"/{request.path_params['path']}"
        iri, _ = split(path)
        iris = _meant(request, iri)
        if len(iris) > 1 or local_path(iris[0]) != quote(path):
            # Whoever asks learns at the document which one is meant.
            target = local_path(iri) if len(iris) > 1 else f"/linkset{local_path(iris[0])}"
            return _redirect(request, target, 301)
    else:
        iri = request.query_params.get("uri", "")
    found = documents.document(state_of(request).store, iri, page_number(request))
    chosen = chosen_format(request, (LINKSET, LINKSET_TEXT), request.query_params.get("format"))
    links = signposting.link_set(found, Address(root_of(request), iri, found.page))
    text = signposting.as_json(links) if chosen is LINKSET else signposting.as_text(links)
    return keep(request, Response(text, headers={"Vary": "Accept"}, media_type=chosen.content_type))


def _look_up(request: Request) -> Response:
    asked = request.query_params["uri"].strip()
    ours = re.match(f"https?:{re.escape(BASE.removeprefix('https:'))}", asked)
    if ours:
        # The doors know every spelling; what has a part is described with it.
        path = local_path(BASE + asked[ours.end() :]) or f"/{quote(identifiers.tidy(asked[ours.end() :]))}"
        return RedirectResponse(f"{root_of(request)}{path}", 303)
    iri = identifiers.known_form(state_of(request).store, asked)
    if iri is None:
        remedy = "Give a whole IRI; what is known by name is found at /search."
        raise NotFound(f"nothing is known about {asked}", remedy=remedy)
    return _represent(request, iri, None)


def _meant(request: Request, iri: str) -> Sequence[str]:
    """Return what an IRI may mean: itself or its successors, else what is spelt or named so; raises `NotFound`."""
    state = state_of(request)
    store = state.store
    if store.knows(iri):
        return documents.successors(store, iri) or (iri,)
    namespace = next(one for one in (ID, ONT, BASE) if iri.startswith(one))
    tidy = namespace + identifiers.tidy(iri.removeprefix(namespace))
    if store.knows(tidy):
        return (tidy,)
    known = state.derived.get(Identifiers)
    if found := known.meant(iri):
        return found
    near = [
        f"{root_of(request)}{local_path(one)}"
        for name in known.near(identifiers.path_of(iri))
        for one in known.find(name)
    ]
    remedy = f"Did you mean {' or '.join(near)}?" if near else None
    raise NotFound(f"nothing is known about {iri}", remedy=remedy)


def _represent(request: Request, iri: str, named: Format | None) -> Response:
    """Answer with the representation of a document that a suffix has named, else with the one that is wanted."""
    address = Address(root_of(request), iri, page_number(request))
    chosen = named or representation(request, OFFERED, signposting.alternates(address))
    store = state_of(request).store
    if chosen is HTML:
        shown = things.thing(store, iri, address.page, languages(request.headers.get("accept-language")))
        found = shown.document
        links = signposting.links(found, address, chosen)
        values: dict[str, Any] = {"thing": shown, "downloads": address.downloads(), "links": links, "address": address}
        values["aspects"] = aspects(store, iri, [one.iri for one in shown.types])
        values["pictures"] = of_thing(request, iri)
        values |= {"reference": references(store, [iri])[iri] if citable(iri) else None, "sentence": as_sentence}
        values["changes"] = _changes(request, iri)
        values["record"] = records.addresses(root_of(request), iri, [one.iri for one in shown.types])
        response = page(request, "thing.html", path=address.location().removeprefix(address.root), **values)
        if shown.language and not shown.language.startswith("en"):
            response.headers["Content-Language"] = f"{shown.language}, en"
    else:
        found = documents.document(store, iri, address.page)
        links = signposting.links(found, address, chosen)
        response = Response(documents.written(store, found, chosen), media_type=chosen.content_type)
    response.status_code = _GONE if found.withdrawn else 200
    response.headers["Last-Modified"] = format_datetime(state_of(request).since, usegmt=True)
    return signposted(request, response, address, chosen, links, named=bool(named), by_language=chosen is HTML)


def _changes(request: Request, iri: str) -> str | None:
    """Return where it is told what the last release has changed of an IRI, if there was one before."""
    path, state = signposting.comparison(iri), state_of(request)
    return f"/r/{state.store.version}{path}" if path and state.downloads.changes else None


def _raw(request: Request) -> str:
    """Return the path as it was sent, before percent signs were decoded."""
    return str(request.scope.get("raw_path", b"").decode("latin-1"))


def _redirect(request: Request, path: str | None, status: int, **headers: str) -> Response:
    return RedirectResponse(locally(request, path or "/"), status, {"Cache-Control": "no-cache", **headers})


def _choices(request: Request, iris: Sequence[str], addresses: Sequence[str]) -> Response:
    """Answer 300 with the list of what may be meant, as a page or as JSON."""
    labels = state_of(request).store.labels(iris)
    choices = [
        {"iri": iri, "label": labels[iri].value if iri in labels else iri, "href": address}
        for iri, address in zip(iris, addresses, strict=True)
    ]
    links = signposting.header(signposting.Link(one, "alternate") for one in addresses)
    headers = {"Vary": "Accept", "Link": links, "Cache-Control": "no-cache"}
    try:
        chosen = chosen_format(request, (PLAIN_JSON, HTML), None)
    except NotAcceptable:
        chosen = PLAIN_JSON  # a client that asked for Turtle still has to learn what to choose from
    if chosen is HTML:
        return page(request, "choices.html", status_code=_CHOICES, headers=headers, choices=choices)
    text = json.dumps({"choices": choices}, ensure_ascii=False)
    return Response(text, _CHOICES, headers, media_type=chosen.content_type)
