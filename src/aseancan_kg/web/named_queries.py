"""`/queries`: the query catalogue as pages, as RDF, and as addresses that answer with a result."""

import json
from functools import partial
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from aseancan_kg import mediatypes, queries, syntax
from aseancan_kg.catalogue.identifiers import Identifiers
from aseancan_kg.catalogue.parameters import settled
from aseancan_kg.mediatypes import GRAPH_FORMATS, HTML, PLAIN_JSON, SPARQL, Format
from aseancan_kg.queries import Query
from aseancan_kg.store.representation import write
from aseancan_kg.web import answers, executables
from aseancan_kg.web.citing import of_query
from aseancan_kg.web.pages import page
from aseancan_kg.web.state import chosen_format, root_of, state_of


async def query_list(request: Request) -> Response:
    """Answer `/queries`: the catalogue, as a page, as JSON or as RDF; with `?q=…` the queries that tell those words."""
    asked = request.query_params.get("q", "")
    found = queries.search(asked, state_of(request).queries)
    chosen = _chosen(request, (HTML, PLAIN_JSON, *GRAPH_FORMATS))
    headers = {"Vary": "Accept"}
    if chosen is HTML:
        grouped = [
            (audience, queries.by_subject(one for one in found if one.audience == audience))
            for audience in (*queries.AUDIENCES, None)
        ]
        return page(request, "queries.html", grouped=grouped, count=len(found), q=asked, headers=headers)
    if chosen is PLAIN_JSON:
        listing = [
            {
                "name": one.name,
                "title": one.title,
                "description": one.description,
                "audience": one.audience,
                "subject": one.subject,
                "parameters": _parameters(one),
            }
            for one in found
        ]
        return Response(json.dumps(listing, ensure_ascii=False), headers=headers, media_type="application/json")
    quads = [quad for one in found for quad in executables.describe(one)]
    return Response(write(quads, chosen), headers=headers, media_type=chosen.content_type)


async def query(request: Request) -> Response:
    """Answer `/queries/{name}?param=…`: the query run with its parameters, in every result format.

    An RDF format gets the description of the query, which is also at `/queries/{name}.ttl` and the like; the text with
    the parameters bound is at `/queries/{name}.rq`.
    """
    name, _, suffix = request.path_params["name"].partition(".")
    state = state_of(request)
    known = queries.pick(name, state.queries)
    if suffix and suffix != SPARQL.name:
        return _description(request, known, mediatypes.named(suffix, (*GRAPH_FORMATS, SPARQL)))
    given = {name: value for name, value in request.query_params.items() if value and name != "format"}
    values = await run_in_threadpool(settled, state.store, known, given, partial(state.derived.get, Identifiers))
    text = known.bind(values)
    if suffix:
        return Response(text, media_type=SPARQL.content_type)
    question = syntax.question(text)
    wanted = request.query_params.get("format")
    offered = answers.offered(question.form)
    chosen = _chosen(request, (*offered, *(one for one in GRAPH_FORMATS if one not in offered)))
    if chosen in GRAPH_FORMATS and chosen not in offered:
        return _description(request, known, chosen)
    if chosen is not HTML:
        return await answers.answer(request, question, chosen, wanted, [one.name for one in known.parameters])
    results = await answers.table(request, question)
    shown = {one.name: values.get(one.name, one.default or "") for one in known.parameters}
    return page(
        request,
        "query.html",
        query=known,
        values=shown,
        results=results,
        link=urlencode(shown),
        asked=answers.query_string(question),
        cited=await run_in_threadpool(of_query, state.store, known, values),
        headers={"Vary": "Accept"},
    )


def _description(request: Request, known: Query, chosen: Format) -> Response:
    headers = {"Vary": "Accept", "Content-Location": f"{root_of(request)}/queries/{known.name}.{chosen.name}"}
    return Response(write(executables.describe(known), chosen), headers=headers, media_type=chosen.content_type)


def _chosen(request: Request, offered: tuple[Format, ...]) -> Format:
    return chosen_format(request, offered, request.query_params.get("format"))


def _parameters(known: Query) -> list[dict[str, str | None]]:
    return [{"name": one.name, "type": one.type, "default": one.default} for one in known.parameters]
