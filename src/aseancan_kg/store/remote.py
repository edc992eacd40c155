"""A SPARQL 1.1 server somewhere else, reached with SPARQLWrapper."""

import ast
from collections.abc import Sequence
from http.client import HTTPException
from urllib.error import HTTPError, URLError

import pyoxigraph as ox
from SPARQLWrapper import POST, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import EndPointNotFound, QueryBadFormed, SPARQLWrapperException

from aseancan_kg.errors import InputError, Place, StoreUnavailable, SyntaxProblem
from aseancan_kg.mediatypes import JSON, Format
from aseancan_kg.store import Row

_LONGEST_EXPLANATION = 2000


class RemoteStore:
    """The query endpoint at `url`; a request that takes longer than `timeout` seconds is given up."""

    def __init__(self, url: str, *, timeout: int = 60) -> None:
        self._url = url
        self._timeout = timeout

    def query(
        self, text: str, answer_format: Format, default_graphs: Sequence[str] = (), named_graphs: Sequence[str] = ()
    ) -> bytes:
        """Have the server evaluate a query; see `QueryStore.query`.

        Raises `SyntaxProblem` with the server's own words when it refuses the query, `InputError` when it answers in
        another format, and `StoreUnavailable`.
        """
        request = _Request(self._url, answer_format.media_type)
        request.setTimeout(self._timeout)
        request.setMethod(POST)
        request.setQuery(text)
        if not request.isSparqlQueryRequest():
            raise InputError("only queries are sent, no updates")
        for graph in default_graphs:
            request.addDefaultGraph(graph)
        for graph in named_graphs:
            request.addNamedGraph(graph)
        try:
            response = request.query().response
            body: bytes = response.read()
        except QueryBadFormed as error:
            raise SyntaxProblem(f"the server refuses the query: {_explanation(error)}", Place(self._url)) from error
        except (
            EndPointNotFound,
            HTTPError,
            URLError,
            HTTPException,
            SPARQLWrapperException,
            OSError,
            ValueError,
        ) as error:
            remedy = "Check that the URL is that of a SPARQL query endpoint and that it is running."
            raise StoreUnavailable(_explanation(error), Place(self._url), remedy=remedy) from error
        answered = response.headers.get_content_type()
        if answered not in (answer_format.media_type, *answer_format.aliases):
            raise InputError(f"the server answers in {answered}, not in {answer_format.media_type}", Place(self._url))
        return body

    def rows(self, text: str) -> list[Row]:
        """Return the solutions of a SELECT query."""
        results = ox.parse_query_results(self.query(text, JSON), format=ox.QueryResultsFormat.JSON)
        if not isinstance(results, ox.QuerySolutions):
            raise InputError("only a SELECT query has rows")
        names = [variable.value for variable in results.variables]
        return [
            {name: term for name, term in zip(names, solution, strict=True) if term is not None} for solution in results
        ]


class _Request(SPARQLWrapper):
    """A SPARQLWrapper that asks for exactly one media type; its own formats are families of several."""

    def __init__(self, url: str, media_type: str) -> None:
        super().__init__(url)
        self._media_type = media_type
        self.setOnlyConneg(True)

    def _getAcceptHeader(self) -> str:
        return self._media_type


def _explanation(error: Exception) -> str:
    """Return the server's own words; SPARQLWrapper wraps them, as a bytes literal, in a sentence of its own."""
    sentence, _, literal = str(error).partition("Response:\n")
    text = ast.literal_eval(literal).decode(errors="replace") if literal.startswith(("b'", 'b"')) else sentence
    return text[:_LONGEST_EXPLANATION] or type(error).__name__
