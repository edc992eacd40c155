"""Responses of SPARQL servers, read as they come: within a time, up to a size, and as the standard writes them."""

import io
import math
from collections.abc import Callable
from http.client import HTTPResponse, IncompleteRead
from typing import IO, cast

import pyoxigraph as ox

from aseancan_kg.errors import QueryMemory

_PIECE = 64 * 1024
_LONGEST_LINE = 1024 * 1024
_BOOLEAN = b'"typed-literal", "datatype": "http://www.w3.org/2001/XMLSchema#boolean", "value": '
_VIRTUOSO = {
    b'"bnode", "value": "nodeID://': b'"bnode", "value": "',
    _BOOLEAN + b'"1"': _BOOLEAN + b'"true"',
    _BOOLEAN + b'"0"': _BOOLEAN + b'"false"',
}
"""How Virtuoso writes a blank node and a truth value → how the standard does."""


def arriving(response: HTTPResponse, patience: Callable[[], float], largest: float = math.inf) -> io.BufferedReader:
    """Return the body of a response, to be read as it comes; before each piece `patience` gives the seconds to wait.

    Reading raises `TimeoutError`, as `patience` may, `IncompleteRead`, and `QueryMemory` above `largest` bytes.
    """
    return io.BufferedReader(_Arriving(response, patience, largest), _PIECE)


def results_of(body: io.BufferedReader, form: str) -> ox.QuerySolutions | ox.QueryBoolean:
    """Return the results in JSON of a SELECT, read as they are used, or of an ASK; raises as `arriving` tells."""
    if form == "ask":
        truth = body.read()
        if b'"__ASK_RETVAL"' in truth:  # Virtuoso answers with a table of one row for true, of none for false
            value = b"true" if truth.count(b'"__ASK_RETVAL"') > 1 else b"false"
            truth = b'{"head": {}, "boolean": ' + value + b"}"
        return ox.parse_query_results(truth, format=ox.QueryResultsFormat.JSON)
    return ox.parse_query_results(cast(IO[bytes], _Tidied(body)), format=ox.QueryResultsFormat.JSON)


class _Arriving(io.RawIOBase):
    """See `arriving`."""

    def __init__(self, response: HTTPResponse, patience: Callable[[], float], largest: float) -> None:
        self._response = response
        # Only the socket can be told how long to wait for a piece, and neither `urllib` nor `http.client` hands it out.
        self._socket = response.fp.raw._sock  # type: ignore[attr-defined]
        self._patience = patience
        self._room = largest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the one kind that `BufferedReader` gives
        if self._response.isclosed():
            return 0
        self._socket.settimeout(self._patience())
        piece = self._response.read1(len(buffer))
        if not piece and self._response.length:
            raise IncompleteRead(piece, self._response.length)
        self._room -= len(piece)
        if self._room < 0:
            raise QueryMemory("the query needs more memory than one may have", remedy="Ask for less: add LIMIT.")
        buffer[: len(piece)] = piece
        return len(piece)


class _Tidied:
    """A body in JSON, to be read in pieces, in which Virtuoso's own ways of writing terms are the standard's."""

    def __init__(self, body: io.BufferedReader) -> None:
        self._body = body
        self._line = io.BytesIO()

    def read(self, size: int) -> bytes:
        piece = self._line.read(size)
        if not piece:
            # Virtuoso writes each solution on one line; the one long line of another server is read in parts.
            line = self._body.readline(_LONGEST_LINE)
            for written, meant in _VIRTUOSO.items():
                line = line.replace(written, meant)
            self._line = io.BytesIO(line)
            piece = self._line.read(size)
        return piece
