"""The OpenAPI description of the service: SPARQL, graphs, deposits, lists, pictures, every query of the catalogue."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.requests import Request
from starlette.responses import Response

from aseancan_kg import error_reports
from aseancan_kg.catalogue.facets import SHELVES
from aseancan_kg.catalogue.kinds import BY_NAME
from aseancan_kg.catalogue.search import LONGEST
from aseancan_kg.library.citing.citations import BIBTEX, RIS, WRITERS
from aseancan_kg.library.citing.styles import STYLES
from aseancan_kg.library.harvesting import oai_pmh
from aseancan_kg.library.harvesting.metadata_formats import METADATA_FORMATS
from aseancan_kg.library.reconciliation.reconciler import KINDS, MOST_QUERIES
from aseancan_kg.library.records import exchange
from aseancan_kg.library.records.record import RECORDED
from aseancan_kg.mediatypes import (
    GRAPH_FORMATS,
    HTML,
    PLAIN_JSON,
    PLAIN_TEXT,
    RDF_XML,
    RESULT_FORMATS,
    SPARQL,
    XLSX,
    Format,
)
from aseancan_kg.queries import Parameter, Query
from aseancan_kg.syntax import form
from aseancan_kg.web import answers, browse, citing, pictures, reading, search, unapi
from aseancan_kg.web.bodies import FORM
from aseancan_kg.web.desk import description
from aseancan_kg.web.kept import keep
from aseancan_kg.web.pages import page
from aseancan_kg.web.state import root_of

_RECORD_FORMATS = tuple(one.format for one in exchange.FORMATS)
_ANY_ANSWER = (*RESULT_FORMATS, XLSX, *GRAPH_FORMATS, HTML)
_SCHEMAS: dict[str, dict[str, Any]] = {
    "iri": {
        "type": "string",
        "description": "A full IRI, kind/slug (instrument/actip-2015), an acronym or a prefixed name.",
    },
    "string": {"type": "string"},
    "strings": {"type": "string", "description": "Words with spaces or commas between."},
    "integer": {"type": "integer"},
    "date": {"type": "string", "format": "date", "description": "A day, such as 2025-10-26."},
}
_DEPOSITED = (*WRITERS, *RESULT_FORMATS, *GRAPH_FORMATS)
_SUFFIXES = "BibTeX, RIS or CSL-JSON of the citation, or a format that the form of the query can be answered in."
_QUERY: dict[str, Any] = {"type": "string", "description": "A SPARQL 1.1 query."}
_GRAPHS: dict[str, Any] = {"type": "array", "items": {"type": "string", "format": "iri"}}
_PROTOCOL: dict[str, dict[str, Any]] = {
    "query": _QUERY,
    "default-graph-uri": _GRAPHS | {"description": "A graph whose triples the query's default graph has."},
    "named-graph-uri": _GRAPHS | {"description": "A graph that GRAPH in the query can name."},
}
_PROBLEMS = {
    "400": "The query does not parse, or the request is not one of the protocol.",
    "403": "An update, a query that would reach another server, a deposit of a dataset that states no version, "
    "or a report from the page of another site.",
    "404": "There is no such graph, query or deposit.",
    "406": "There is no such representation.",
    "413": "The request is too long.",
    "415": "The body is of a type that is not read.",
    "429": "You have asked much lately; Retry-After says when to come back.",
    "503": "The query passed a limit, or cannot be asked now; with Retry-After it may be answered the next time.",
    "507": "There is no room for another deposit or report.",
}


async def document(request: Request) -> Response:
    """Answer `/openapi.json`."""
    body = json.dumps(_described(request), ensure_ascii=False).encode()
    response = Response(body, headers={"Cache-Control": "public, no-cache"}, media_type="application/json")
    return keep(request, response)


async def docs(request: Request) -> Response:
    """Answer `/docs` with the same as a page."""
    told = _described(request)
    response = page(
        request,
        "docs.html",
        summary=told["info"]["summary"],
        operations=[(method, path, one) for path, methods in told["paths"].items() for method, one in methods.items()],
        refusals=told["components"]["responses"],
    )
    return keep(request, response)


def _described(request: Request) -> dict[str, Any]:
    """Return the description, which is made once for each dataset that is served."""
    app: FastAPI = request.app
    if app.openapi_schema is None:
        app.openapi_schema = describe(app, app.state.service.queries)
        if app.state.office:
            app.openapi_schema["info"]["summary"] = "Reading needs no key; the records of the desk need a token."
            app.openapi_schema["paths"] |= description.paths()
            app.openapi_schema["components"]["securitySchemes"] = {"token": description.TOKEN}
    root = root_of(request)
    return app.openapi_schema | ({"servers": [{"url": root}]} if root else {})


def describe(app: FastAPI, queries: Mapping[str, Query]) -> dict[str, Any]:
    """Return an OpenAPI 3.1 document: what FastAPI tells of its own routes, and all that it does not know."""
    told = get_openapi(title=app.title, version=app.version, routes=app.routes, summary="Read-only; no key is needed.")
    told["paths"] = {
        "/sparql": {"get": _sparql(_ANY_ANSWER), "post": _posted("Ask a SPARQL query", _ANY_ANSWER)},
        "/sparql/doctor": {
            "get": _operation(
                "Say why a query finds nothing", _by_name(_PROTOCOL, {"query"}), (PLAIN_JSON, PLAIN_TEXT, HTML)
            )
        },
        "/graph-store": {"get": _operation("Get a graph", _GRAPH_STORE, GRAPH_FORMATS)},
        "/queries": {"get": _operation("List the catalogue", [], (HTML, PLAIN_JSON, *GRAPH_FORMATS))},
        **{f"/queries/{name}": {"get": _named(query)} for name, query in queries.items()},
        "/q": {"post": _posted("Deposit a query with its answer", (PLAIN_JSON,), success="201")},
        "/report": {"post": _reported()},
        "/q/{id}": {"get": _operation("Get a deposited query and how it is answered now", _ID, (PLAIN_JSON, HTML))},
        "/q/{id}.{suffix}": {
            "get": _operation(
                "Cite a deposited answer, or take it as it was",
                [
                    *_ID,
                    _parameter(
                        "suffix", {"enum": [one.name for one in _DEPOSITED], "description": _SUFFIXES}, place="path"
                    ),
                ],
                _DEPOSITED,
            )
        },
        "/cite": {"get": _operation("Cite a thing or an answer", _CITED, (*citing.OFFERED, PLAIN_TEXT))},
        "/unapi": {
            "get": _operation("Take what a page names in a bare format (unAPI)", _UNAPI, (RDF_XML, RIS, BIBTEX))
        },
        "/records/{kind}/{slug}.{format}": {"get": _operation("Take a catalogue record", _RECORD, _RECORD_FORMATS)},
        "/records/{kind}.{format}": {
            "get": _operation("Take all catalogue records of a kind", _RECORD[::2], _RECORD_FORMATS)
        },
        "/oai": {"get": _operation("Harvest catalogue records by OAI-PMH", _HARVESTED, (_OAI,)), "post": _harvested()},
        "/read/{kind}/{slug}.{suffix}": {
            "get": _operation("Take a plan's text, actions or triples", _READ, reading.OFFERED)
        },
        "/browse": {"get": _operation("See the kinds of things", [], (HTML,))},
        "/browse/{kind}": {"get": _operation("List the things of a kind", _BROWSED, browse.OFFERED)},
        "/pictures": {"get": _operation("See what can be drawn", [], (HTML,))},
        "/pictures/{name}": {"get": _operation("See a picture and its table", _PICTURED, (HTML,))},
        "/pictures/{name}.{suffix}": {
            "get": _operation("Take a picture, or its table", [*_PICTURED, _SUFFIX], pictures.OFFERED)
        },
        "/downloads/tables": {"get": _operation("See what tables there are to take away", [], (HTML,))},
        "/reconcile": {
            "get": _operation("Match names with things", _by_name(_RECONCILED, set()), (PLAIN_JSON,)),
            "post": _reconciled(),
        },
        "/reconcile/suggest/{kind}": {
            "get": _operation("Complete the name of a thing, type or property", [_KIND, *_SUGGESTED], (PLAIN_JSON,))
        },
        "/reconcile/flyout/{kind}": {"get": _operation("Tell of it in a few words", [_KIND, _WHICH], (PLAIN_JSON,))},
        "/reconcile/preview": {"get": _operation("Show a thing in a frame", [_WHICH], (HTML,))},
        "/reconcile/properties": {
            "get": _operation("List the properties that things of a type have", _PROPOSED, (PLAIN_JSON,))
        },
        "/search": {"get": _operation("Search names, numbers and texts", _SEARCH, search.OFFERED)},
        **told.get("paths", {}),
    }
    problem = {"application/problem+json": {"schema": {"type": "object"}}}
    refusals = {status: {"description": words, "content": problem} for status, words in _PROBLEMS.items()}
    told["components"] = {"responses": refusals}
    return told


def _sparql(formats: Sequence[Format]) -> dict[str, Any]:
    return _operation("Ask a SPARQL query", [*_by_name(_PROTOCOL, {"query"}), _format(formats)], formats)


def _named(query: Query) -> dict[str, Any]:
    offered = answers.offered(form(query.text))
    parameters = [*map(_of_query, query.parameters), _format(offered)]
    return _operation(query.title, parameters, offered) | {
        "description": query.description,
        "operationId": query.name,
        "tags": ["queries"],
    }


def _of_query(parameter: Parameter) -> dict[str, Any]:
    schema = dict(_SCHEMAS[parameter.type])
    if parameter.default is not None:
        schema["default"] = int(parameter.default) if parameter.type == "integer" else parameter.default
    return _parameter(parameter.name, schema, required=parameter.default is None)


def _posted(summary: str, formats: Sequence[Format], success: str = "200") -> dict[str, Any]:
    form_body = {"schema": {"type": "object", "required": ["query"], "properties": _PROTOCOL}}
    body = {FORM: form_body, SPARQL.media_type: {"schema": _QUERY}}
    return _operation(summary, [], formats, success) | {"requestBody": {"required": True, "content": body}}


def _reported() -> dict[str, Any]:
    properties = {name: {"type": "string", "maxLength": most} for name, most in error_reports.LONGEST.items()}
    schema = {"schema": {"type": "object", "required": ["wrong"], "properties": properties}}
    content = {FORM: schema, PLAIN_JSON.media_type: schema}
    operation = _operation("Report an error", [], (PLAIN_JSON,), success="201")
    return operation | {"requestBody": {"required": True, "content": content}}


def _harvested() -> dict[str, Any]:
    properties = {one["name"]: one["schema"] for one in _HARVESTED}
    content = {FORM: {"schema": {"type": "object", "required": ["verb"], "properties": properties}}}
    operation = _operation("Harvest catalogue records by OAI-PMH", [], (_OAI,))
    return operation | {"requestBody": {"required": True, "content": content}}


def _reconciled() -> dict[str, Any]:
    schema = {"schema": {"type": "object", "properties": _RECONCILED}}
    operation = _operation("Match names with things", [], (PLAIN_JSON,))
    return operation | {"requestBody": {"required": True, "content": {FORM: schema}}}


def _operation(
    summary: str, parameters: Sequence[dict[str, Any]], formats: Iterable[Format], success: str = "200"
) -> dict[str, Any]:
    content: dict[str, Any] = {one.media_type: {} for one in formats}
    return {
        "summary": summary,
        "parameters": list(parameters),
        "responses": {
            success: {"description": "The answer.", "content": content},
            **{status: {"$ref": f"#/components/responses/{status}"} for status in _PROBLEMS},
        },
    }


def _parameter(name: str, schema: Mapping[str, Any], *, required: bool = False, place: str = "query") -> dict[str, Any]:
    return {"name": name, "in": place, "required": required or place == "path", "schema": dict(schema)}


def _by_name(schemas: Mapping[str, Mapping[str, Any]], required: set[str]) -> list[dict[str, Any]]:
    return [_parameter(name, schema, required=name in required) for name, schema in schemas.items()]


def _format(formats: Sequence[Format]) -> dict[str, Any]:
    names = [one.name for one in formats]
    return _parameter("format", {"enum": names, "description": "Instead of what the Accept header says."})


_ID = [
    _parameter(
        "id",
        {"type": "string", "pattern": "^[a-z2-7]{16}$", "description": "The id that depositing the query gave."},
        place="path",
    )
]
_CITED = [
    _parameter("iri", {"type": "string", "format": "iri", "description": "What is cited."}, required=True),
    _parameter("style", {"enum": [*STYLES], "description": "As a text in this style, instead of a format."}),
    _format(citing.OFFERED),
]
_UNAPI = [
    _parameter("id", {"type": "string", "format": "iri", "description": "What is wanted; without it, the formats."}),
    _parameter("format", {"enum": [*unapi.NAMES], "description": "Without it, the formats that there are of it."}),
]
_READ = [
    _parameter(
        "kind", {"type": "string", "description": "Kind of the plan, as in its address: instrument."}, place="path"
    ),
    _parameter("slug", {"type": "string", "description": "Name of the plan, as in its address."}, place="path"),
    _parameter("suffix", {"enum": [one.name for one in reading.OFFERED]}, place="path"),
]
_RECORD = [
    _parameter("kind", {"enum": [*RECORDED]}, place="path"),
    _parameter("slug", {"type": "string", "description": "Name of the thing, as in its address."}, place="path"),
    _parameter("format", {"enum": [one.name for one in _RECORD_FORMATS]}, place="path"),
]
_OAI = Format("xml", "text/xml", "OAI-PMH 2.0")
_DATE: dict[str, Any] = {"type": "string", "description": "A day, or a second as 2026-11-25T12:00:00Z; included."}
_HARVESTED = [
    _parameter(
        "verb", {"enum": [*oai_pmh.VERBS], "description": "What is asked; each has its arguments."}, required=True
    ),
    _parameter(
        "identifier", {"type": "string", "description": "oai:w3id.org:aseancan/, and the thing's kind and slug."}
    ),
    _parameter("metadataPrefix", {"enum": [*METADATA_FORMATS], "description": "Format of the records."}),
    _parameter("from", _DATE),
    _parameter("until", _DATE),
    _parameter("set", {"type": "string", "description": "A set, such as kind:instrument:treaty; ListSets has them."}),
    _parameter("resumptionToken", {"type": "string", "description": "That of the page before, alone with the verb."}),
]
_SEARCH = [
    _parameter("q", {"type": "string", "maxLength": LONGEST, "description": "Words, in any order; no operators."}),
    _parameter("kind", {"enum": [*BY_NAME], "description": "Only things of this kind."}),
    _parameter("page", {"type": "integer", "minimum": 1, "default": 1, "description": "Tables hold all pages."}),
    _format(search.OFFERED),
]
_BROWSED = [
    _parameter("kind", {"enum": [*SHELVES]}, place="path"),
    *(
        _parameter(name, {"type": "array", "items": {"type": "string"}, "description": f"{label}; any of these."})
        for name, label in {one.name: one.label for shelf in SHELVES.values() for one in shelf.facets}.items()
    ),
    _parameter("sort", {"enum": [*browse.SORTED], "description": "Those that the kind has; the page lists them."}),
    _parameter("page", {"type": "integer", "minimum": 1, "default": 1, "description": "Files hold all pages."}),
    _format(browse.OFFERED),
]
_PICTURED = [
    _parameter("name", {"enum": [*pictures.NAMES]}, place="path"),
    _parameter("plan", {"type": "string", "format": "iri", "description": "The plan of a matrix."}),
    _parameter("of", {"type": "string", "format": "iri", "description": "The thing of a lineage, or of neighbours."}),
]
_SUFFIX = _parameter("suffix", {"enum": [one.name for one in pictures.OFFERED]}, place="path")
_RECONCILED: dict[str, dict[str, Any]] = {
    "queries": {
        "type": "string",
        "description": f"A batch of at most {MOST_QUERIES:,} queries in JSON, as the Reconciliation API 0.2 says. "
        "Without any parameter the answer is the manifest of that interface.",
    },
    "query": {"type": "string", "description": "One query in JSON, or just a name."},
    "extend": {"type": "string", "description": "Things and properties in JSON, whose values are given."},
}
_KIND = _parameter("kind", {"enum": [*KINDS]}, place="path")
_WHICH = _parameter("id", {"type": "string", "format": "iri", "description": "Which one."}, required=True)
_SUGGESTED = [
    _parameter("prefix", {"type": "string", "description": "What has been written of the name."}),
    _parameter("cursor", {"type": "integer", "minimum": 0, "default": 0, "description": "How many to leave out."}),
]
_PROPOSED = [
    _parameter("type", {"type": "string", "format": "iri", "description": "The type."}, required=True),
    _parameter("limit", {"type": "integer", "minimum": 1, "description": "Only so many."}),
]
_GRAPH_STORE = [
    _parameter("graph", {"type": "string", "format": "iri", "description": "The graph to get."}),
    _parameter("default", {"type": "string", "description": "Without a value: the default graph."}),
    _format(GRAPH_FORMATS),
]
