"""`/sparql`: the SPARQL 1.1 Protocol, read-only."""

from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from aseancan_kg import syntax
from aseancan_kg.errors import Forbidden, InputError, NotAcceptable
from aseancan_kg.mediatypes import GRAPH_FORMATS, HTML
from aseancan_kg.store import Question
from aseancan_kg.store.representation import write
from aseancan_kg.web import answers
from aseancan_kg.web.bodies import FORM, body, form
from aseancan_kg.web.description import describe
from aseancan_kg.web.pages import workbench
from aseancan_kg.web.state import chosen_format, log_of, state_of

DIRECT = "application/sparql-query"
UPDATE = "application/sparql-update"


async def sparql(request: Request) -> Response:
    """Answer a query by GET, form POST or direct POST; the bare address answers what the service is."""
    parameters = await _parameters(request)
    wanted = parameters.get("format")
    if request.method == "GET" and not (set(parameters) - {"format"}):
        return _description(request, wanted)
    question = _question(request, parameters)
    chosen = chosen_format(request, answers.offered(question.form), wanted)
    if chosen is not HTML:
        return await answers.answer(
            request, question, chosen, wanted, ["query", *(name for name, _ in request.state.graphs)]
        )
    return workbench(request, question.text, results=await answers.table(request, question))


async def read(request: Request) -> tuple[Question, str | None]:
    """Return the question that a request asks by the protocol, and the name of the format it wants."""
    parameters = await _parameters(request)
    return _question(request, parameters), parameters.get("format")


async def _parameters(request: Request) -> QueryParams:
    """Read the protocol's parameters from the request's URL and body; a direct POST is its `query`."""
    parameters = form(request.scope["query_string"].decode("latin-1"))
    if request.method != "POST":
        return QueryParams(parameters)
    kind, _, options = request.headers.get("content-type", "").partition(";")
    kind = kind.strip().lower()
    if kind == UPDATE:
        raise Forbidden(syntax.READ_ONLY)
    if kind not in (FORM, DIRECT) or not _is_utf8(options):
        detail = f"A query is posted as {DIRECT} or {FORM}, in UTF-8."
        raise HTTPException(415, detail, headers={"Accept-Post": f"{DIRECT}, {FORM}"})
    text = await body(request)
    parameters += [("query", text)] if kind == DIRECT else form(text)
    return QueryParams(parameters)


def _question(request: Request, parameters: QueryParams) -> Question:
    """Return the one query of the parameters, if this service may evaluate it; raises for every other."""
    if "update" in parameters:
        raise Forbidden(syntax.READ_ONLY)
    texts = parameters.getlist("query")
    if len(texts) != 1:
        found = "no query" if not texts else f"{len(texts)} queries"
        raise InputError(f"the request holds {found}", remedy="Send exactly one `query` parameter.")
    request.state.query_text = log_of(request.scope)["query"] = texts[0]
    graphs = parameters.getlist("default-graph-uri"), parameters.getlist("named-graph-uri")
    request.state.graphs = answers.graph_parameters(*graphs)
    return syntax.question(texts[0], *graphs)


def _is_utf8(options: str) -> bool:
    named = dict(option.strip().lower().partition("=")[::2] for option in options.split(";"))
    return named.get("charset", "utf-8").strip('"') in ("utf-8", "utf8", "us-ascii")


def _description(request: Request, wanted: str | None) -> Response:
    """Answer the bare address: a form for browsers, a SPARQL Service Description for RDF clients."""
    offered = (*GRAPH_FORMATS, HTML)
    try:
        chosen = chosen_format(request, offered, wanted)
    except NotAcceptable as error:
        # A client that wants results only has forgotten its query.
        raise InputError("the request holds no query", remedy="Send a `query` parameter.") from error
    if chosen is HTML:
        return workbench(request, _EXAMPLE)
    body = write(describe(state_of(request).store), chosen)
    return Response(body, headers={"Vary": "Accept"}, media_type=chosen.content_type)


_EXAMPLE = """\
PREFIX ac: <https://w3id.org/aseancan/ont#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

SELECT ?thing ?label
WHERE { ?thing a ac:Instrument ; skos:prefLabel ?label }
ORDER BY ?label
LIMIT 20
"""
