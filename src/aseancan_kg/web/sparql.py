"""`/sparql`: the SPARQL 1.1 Protocol, read-only."""

from urllib.parse import parse_qsl, urlencode

import pyoxigraph as ox
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from aseancan_kg import mediatypes, queries
from aseancan_kg.errors import Forbidden, InputError, NotAcceptable
from aseancan_kg.mediatypes import GRAPH_FORMATS, HTML, RESULT_FORMATS
from aseancan_kg.namespaces import PREFIXES
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.store.representation import write
from aseancan_kg.web import answers
from aseancan_kg.web.pages import page
from aseancan_kg.web.state import state_of

FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
UPDATE = "application/sparql-update"


async def sparql(request: Request) -> Response:
    """Answer a query by GET, form POST or direct POST; the bare address answers what the service is."""
    if request.method == "GET" and not (set(request.query_params) - {"format"}):
        return await _description(request)
    parameters = await _parameters(request)
    question = _question(request, parameters)
    chosen = answers.chosen_format(request, question.form, parameters.get("format"))
    store = state_of(request).store
    if chosen is not HTML:
        return await answers.answer(store, question, chosen)
    return _form_page(request, question.text, await answers.table(store, question))


async def _parameters(request: Request) -> QueryParams:
    """Read the protocol's parameters from the request's URL and body; a direct POST is its `query`."""
    parameters = list(request.query_params.multi_items())
    if request.method == "POST":
        kind, _, options = request.headers.get("content-type", "").partition(";")
        kind = kind.strip().lower()
        if kind == UPDATE:
            raise Forbidden(queries.READ_ONLY)
        if kind not in (FORM, DIRECT) or not _is_utf8(options):
            detail = f"A query is posted as {DIRECT} or {FORM}, in UTF-8."
            raise HTTPException(415, detail, headers={"Accept-Post": f"{DIRECT}, {FORM}"})
        try:
            body = (await request.body()).decode("utf-8")
        except UnicodeDecodeError as error:
            raise InputError("the body is not UTF-8", remedy="Encode the query as UTF-8.") from error
        parameters += [("query", body)] if kind == DIRECT else parse_qsl(body, keep_blank_values=True)
    return QueryParams(parameters)


def _question(request: Request, parameters: QueryParams) -> answers.Question:
    """Return the one query of the parameters, if this service may evaluate it; raises for every other."""
    if "update" in parameters:
        raise Forbidden(queries.READ_ONLY)
    texts = parameters.getlist("query")
    if len(texts) != 1:
        found = "no query" if not texts else f"{len(texts)} queries"
        raise InputError(f"the request holds {found}", remedy="Send exactly one `query` parameter.")
    request.state.query_text = texts[0]
    return answers.Question(
        texts[0],
        queries.check(texts[0]).form,
        tuple(parameters.getlist("default-graph-uri")),
        tuple(parameters.getlist("named-graph-uri")),
    )


def _is_utf8(options: str) -> bool:
    named = dict(option.strip().lower().partition("=")[::2] for option in options.split(";"))
    return named.get("charset", "utf-8").strip('"') in ("utf-8", "utf8", "us-ascii")


async def _description(request: Request) -> Response:
    """Answer the bare address: a form for browsers, a SPARQL Service Description for RDF clients."""
    wanted = request.query_params.get("format")
    offered = (*GRAPH_FORMATS, HTML)
    try:
        chosen = (
            mediatypes.named(wanted, offered)
            if wanted
            else mediatypes.negotiate(request.headers.get("accept"), offered)
        )
    except NotAcceptable as error:
        # A client that wants results only has forgotten its query.
        raise InputError("the request holds no query", remedy="Send a `query` parameter.") from error
    if chosen is HTML:
        return _form_page(request, _EXAMPLE, None)
    endpoint = str(request.url.replace(query=""))
    store = state_of(request).store
    body = await run_in_threadpool(lambda: write(_service_description(store, endpoint), chosen))
    return Response(body, headers={"Vary": "Accept"}, media_type=chosen.content_type)


def _form_page(request: Request, text: str, results: answers.Table | None) -> Response:
    link = urlencode({"query": text})
    return page(request, "sparql.html", text=text, results=results, link=link, headers={"Vary": "Accept"})


def _service_description(store: Dataset, endpoint: str) -> list[ox.Quad]:
    """Describe the endpoint in the SPARQL 1.1 Service Description vocabulary."""
    sd, void = PREFIXES["sd"], PREFIXES["void"]
    service, dataset, default = ox.NamedNode(endpoint), ox.BlankNode("dataset"), ox.BlankNode("default")
    described: list[ox.Quad] = []

    def say(
        subject: ox.NamedNode | ox.BlankNode, predicate: str, value: ox.NamedNode | ox.BlankNode | ox.Literal
    ) -> None:
        described.append(ox.Quad(subject, ox.NamedNode(predicate), value))

    say(service, f"{PREFIXES['rdf']}type", ox.NamedNode(f"{sd}Service"))
    say(service, f"{sd}endpoint", service)
    say(service, f"{sd}supportedLanguage", ox.NamedNode(f"{sd}SPARQL11Query"))
    if store.union_default_graph:
        say(service, f"{sd}feature", ox.NamedNode(f"{sd}UnionDefaultGraph"))
    for name in _format_iris():
        say(service, f"{sd}resultFormat", ox.NamedNode(name))
    say(service, f"{sd}defaultDataset", dataset)
    say(dataset, f"{PREFIXES['rdf']}type", ox.NamedNode(f"{sd}Dataset"))
    say(dataset, f"{sd}defaultGraph", default)
    say(default, f"{PREFIXES['rdf']}type", ox.NamedNode(f"{sd}Graph"))
    say(default, f"{void}triples", ox.Literal(store.default_graph_size))
    for number, (name, triples) in enumerate(store.graphs.items()):
        entry, content = ox.BlankNode(f"named{number}"), ox.BlankNode(f"graph{number}")
        say(dataset, f"{sd}namedGraph", entry)
        say(entry, f"{PREFIXES['rdf']}type", ox.NamedNode(f"{sd}NamedGraph"))
        say(entry, f"{sd}name", ox.NamedNode(name))
        say(entry, f"{sd}graph", content)
        say(content, f"{PREFIXES['rdf']}type", ox.NamedNode(f"{sd}Graph"))
        say(content, f"{void}triples", ox.Literal(triples))
    return described


def _format_iris() -> list[str]:
    """Return the names that W3C's registry of file formats gives to the formats of our answers."""
    results = [ox.QueryResultsFormat.from_media_type(one.media_type) for one in RESULT_FORMATS]
    graphs = [ox.RdfFormat.from_media_type(one.media_type) for one in GRAPH_FORMATS]
    return [one.iri for one in (*results, *graphs) if one]


_EXAMPLE = """\
PREFIX ac: <https://w3id.org/aseancan/ont#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

SELECT ?thing ?label
WHERE { ?thing a ac:Instrument ; skos:prefLabel ?label }
ORDER BY ?label
LIMIT 20
"""
