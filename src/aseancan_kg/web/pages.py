"""Pages for people: home, the query catalogue, tables of results."""

import json
from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from aseancan_kg import catalogue, queries
from aseancan_kg.mediatypes import HTML, JSON, negotiate
from aseancan_kg.namespaces import BASE, thing
from aseancan_kg.web import answers
from aseancan_kg.web.state import local_path, root_of, state_of

_SECURITY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

_PLAN = thing("instrument", "asean-canada-poa-2021-2025")


def page(
    request: Request,
    template: str,
    *,
    status_code: int = 200,
    headers: Mapping[str, str] | None = None,
    **values: object,
) -> Response:
    """Render a template as a response; `href(iri)` in it is the local address of an IRI, `root` the service's path."""
    root = root_of(request)

    def href(iri: str) -> str:
        """Link target: our own pages on this host, web addresses as they are, nothing for other schemes."""
        path = local_path(iri)
        return root + path if path else iri if iri.startswith(("https://", "http://")) else ""

    text = state_of(request).templates.get_template(template).render(root=root, href=href, base=BASE, **values)
    sent = {"Content-Security-Policy": _SECURITY, "Content-Language": "en", **(headers or {})}
    return Response(text, status_code, sent, media_type=HTML.content_type)


async def home(request: Request) -> Response:
    """Answer `/`: what this is, what it holds, the ways in."""
    return await run_in_threadpool(_home, request)


def _home(request: Request) -> Response:
    state = state_of(request)
    return page(
        request,
        "home.html",
        counts=catalogue.overview(state.store),
        queries=len(state.queries),
        plan=_PLAN,
        has_plan=state.store.knows(_PLAN),
    )


async def query_list(request: Request) -> Response:
    """Answer `/queries`: the catalogue, as a page or as JSON."""
    known = state_of(request).queries
    if negotiate(request.headers.get("accept"), (HTML, JSON)) is HTML:
        return page(request, "queries.html", queries=known.values(), headers={"Vary": "Accept"})
    listing = [
        {"name": one.name, "title": one.title, "description": one.description, "parameters": _parameters(one)}
        for one in known.values()
    ]
    return Response(json.dumps(listing, ensure_ascii=False), headers={"Vary": "Accept"}, media_type="application/json")


async def query(request: Request) -> Response:
    """Answer `/queries/{name}?param=…`: the query run with its parameters, in every result format."""
    state = state_of(request)
    known = queries.pick(request.path_params["name"], state.queries)
    values = {name: value for name, value in request.query_params.items() if name != "format"}
    text = known.bind({name: value for name, value in values.items() if value})
    question = answers.Question(text, queries.form(text))
    chosen = answers.chosen_format(request, question.form, request.query_params.get("format"))
    if chosen is not HTML:
        return await answers.answer(state.store, question, chosen)
    results = await answers.table(state.store, question)
    shown = {one.name: values.get(one.name) or one.default or "" for one in known.parameters}
    link = urlencode(shown)
    return page(
        request, "query.html", query=known, values=shown, results=results, link=link, headers={"Vary": "Accept"}
    )


def _parameters(known: queries.Query) -> list[dict[str, str | None]]:
    return [{"name": one.name, "type": one.type, "default": one.default} for one in known.parameters]
