"""`/graph-store`: the SPARQL 1.1 Graph Store HTTP Protocol, to read."""

import pyoxigraph as ox
from starlette.requests import Request
from starlette.responses import Response

from aseancan_kg import syntax
from aseancan_kg.errors import InputError, NotFound
from aseancan_kg.mediatypes import GRAPH_FORMATS
from aseancan_kg.web import answers
from aseancan_kg.web.state import chosen_format, state_of


async def graph(request: Request) -> Response:
    """Answer `?default` and `?graph=IRI` with the triples of that graph."""
    named = request.query_params.getlist("graph")
    if len(named) + ("default" in request.query_params) != 1:
        raise InputError("the request names no graph, or several", remedy="Send `?default` or one `?graph=IRI`.")
    pattern = f"GRAPH {_name(request, named[0])} {{ ?s ?p ?o }}" if named else "?s ?p ?o"
    wanted = request.query_params.get("format")
    chosen = chosen_format(request, GRAPH_FORMATS, wanted)
    question = syntax.question(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {pattern} }}")
    return await answers.answer(request, question, chosen, wanted, ["graph"])


def _name(request: Request, iri: str) -> ox.NamedNode:
    """Return the name of a graph that there is; raises `InputError` and `NotFound`."""
    try:
        name = ox.NamedNode(iri)
    except ValueError as error:
        raise InputError(f"a graph's name must be an IRI: {error}") from error
    if iri not in state_of(request).store.graphs:
        raise NotFound(f"there is no graph {iri}", remedy="The bare address /sparql lists the graphs.")
    return name
