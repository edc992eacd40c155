"""`/reconcile`: names of a client's own matched with the things of the dataset, as the Reconciliation API 0.2 says."""

import json
from collections.abc import Mapping

from anyio import to_thread
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from aseancan_kg.catalogue.things import thing
from aseancan_kg.errors import InputError, NotFound
from aseancan_kg.library.reconciliation.reconciler import KINDS, LONGEST_NAME, Json, Reconciler
from aseancan_kg.mediatypes import PLAIN_JSON
from aseancan_kg.web.bodies import FORM, body, form
from aseancan_kg.web.kept import keep
from aseancan_kg.web.pages import page
from aseancan_kg.web.state import state_of

MOST_KB = 1024
"""Kilobytes that a batch may have: a thousand long names, each with conditions."""
_FRAMED = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *"
"""The policy of what clients show in a frame of theirs."""
_FACTS, _VALUES = 5, 4
"""Facts of a thing that a preview shows, and values of each."""


async def reconcile(request: Request) -> Response:
    """Answer `/reconcile`: the manifest, `queries=`, one `query=`, or `extend=`, in the address or posted as a form."""
    if request.method == "GET":
        return await _in_turn(request, request.query_params)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise HTTPException(415, f"Queries are posted as {FORM}.", headers={"Accept-Post": FORM})
    given = dict(form(await body(request, MOST_KB)))
    if given.keys().isdisjoint(("queries", "query", "extend")):
        raise InputError("nothing is asked", remedy="Send a form with queries=… or extend=….")
    return await _in_turn(request, given)


async def suggest(request: Request) -> Response:
    """Answer `/reconcile/suggest/{entity|type|property}?prefix=…`, with `cursor=` how many to skip."""
    return await run_in_threadpool(_suggest, request)


async def flyout(request: Request) -> Response:
    """Answer `/reconcile/flyout/{entity|type|property}?id=…` with a piece of HTML about it."""
    return await run_in_threadpool(_flyout, request)


async def preview(request: Request) -> Response:
    """Answer `/reconcile/preview?id=…` with a small page about a thing, to be shown in a frame."""
    return await run_in_threadpool(_preview, request)


async def properties(request: Request) -> Response:
    """Answer `/reconcile/properties?type=…&limit=…` with properties whose values can be had."""
    return await run_in_threadpool(_properties, request)


async def _in_turn(request: Request, given: Mapping[str, str]) -> Response:
    return await to_thread.run_sync(_reconcile, request, given, limiter=state_of(request).batches)


def _reconcile(request: Request, given: Mapping[str, str]) -> Response:
    service = _service(request)
    seconds = state_of(request).settings.query_seconds
    if "queries" in given:
        return _json(service.answer(service.queries(given["queries"]), seconds))
    if "extend" in given:
        return _json(service.extend(given["extend"]))
    if "query" in given:
        return _json(service.answer({"": service.query(given["query"])}, seconds)[""])
    return _json(service.manifest(str(request.base_url).rstrip("/")))


def _suggest(request: Request) -> Response:
    kind = _kind(request)
    text, skipped = request.query_params.get("prefix", ""), request.query_params.get("cursor", "0")
    return keep(request, _json(_service(request).suggest(kind, text[:LONGEST_NAME], _number(skipped, "cursor", 0))))


def _flyout(request: Request) -> Response:
    kind, iri = _kind(request), _required(request, "id")
    if kind == "entity":
        shown = _about(request, iri)
    else:
        term = _service(request).term(kind, iri)
        shown = {"label": term.name, "kind": kind, "text": term.meaning, "facts": ()}
    html = state_of(request).templates.get_template("flyout.html").render(shown)
    return keep(request, _json({"id": iri, "html": html}))


def _preview(request: Request) -> Response:
    iri = _required(request, "id")
    headers = {"Content-Security-Policy": _FRAMED}
    return keep(request, page(request, "preview.html", iri=iri, headers=headers, **_about(request, iri)))


def _properties(request: Request) -> Response:
    limit = request.query_params.get("limit")
    wanted = None if limit is None else _number(limit, "limit", 1)
    return keep(request, _json(_service(request).propose(_required(request, "type"), wanted)))


def _about(request: Request, iri: str) -> Json:
    """Return what a preview shows of anything that the dataset knows; raises `NotFound`."""
    store = state_of(request).store
    if not store.knows(iri):
        raise NotFound(f"nothing is known about {iri}", remedy="Give the IRI of a candidate.")
    found = thing(store, iri)
    preferred = [(fact.property.label, [one for one in fact.values if not one.rival]) for fact in found.facts]
    facts = [(name, values[:_VALUES], len(values) - _VALUES) for name, values in preferred if values][:_FACTS]
    kind = found.types[0].label if found.types else "thing"
    return {"label": found.label, "kind": kind, "text": found.text.text if found.text else "", "facts": facts}


def _service(request: Request) -> Reconciler:
    return state_of(request).derived.get(Reconciler)


def _kind(request: Request) -> str:
    kind: str = request.path_params["kind"]
    if kind not in KINDS:
        raise NotFound(f"there is no kind {kind}", remedy=f"The kinds are {', '.join(KINDS)}.")
    return kind


def _required(request: Request, name: str) -> str:
    if not (text := request.query_params.get(name, "")):
        raise InputError(f"{name} is missing", remedy=f"Give {name}=… with an IRI.")
    return text


def _number(text: str, name: str, least: int) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 7 and int(text) >= least):
        raise InputError(f"{name} is {text[:20]!r}", remedy=f"It is a whole number, {least} or more.")
    return int(text)


def _json(told: Json) -> Response:
    return Response(json.dumps(told, ensure_ascii=False), media_type=PLAIN_JSON.content_type)
