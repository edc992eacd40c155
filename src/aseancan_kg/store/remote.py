"""A dataset at a SPARQL 1.1 server somewhere else, reached with SPARQLWrapper.

Servers differ in the formats they write and in how well. So each is asked for the two that all can, results in JSON and
graphs in N-Triples, and the answer is read and written anew: it is the same bytes whatever server is asked, and what is
cut short or has an error's text in its middle does not parse and is an error here too.
"""

import ast
import hashlib
import math
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from itertools import islice
from urllib.error import HTTPError, URLError

import pyoxigraph as ox
from SPARQLWrapper import POST, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import EndPointNotFound, QueryBadFormed, SPARQLWrapperException

from aseancan_kg import syntax
from aseancan_kg.errors import InputError, NotAcceptable, Place, StoreUnavailable, SyntaxProblem
from aseancan_kg.mediatypes import GRAPH_FORMATS, JSON, N_TRIPLES, RESULT_FORMATS, Format
from aseancan_kg.namespaces import BASE, PREFIXES, STAGING
from aseancan_kg.store import Output, Row
from aseancan_kg.store.dataset import UNKNOWN_VERSION, Dataset
from aseancan_kg.store.representation import write, write_results
from aseancan_kg.store.responses import arriving, results_of

_LONGEST_EXPLANATION = 2000
_COUNTING_SECONDS = 300
_MEMORY_OF_A_BYTE = 10
"""Bytes of memory used to read, sort and write one byte of N-Triples: 5 were measured for Turtle, 10 for JSON-LD."""

_SUBJECTS_AT_ONCE = 1000
_Terms = Collection[ox.NamedNode]
_GRAPHS_SAMPLED = 100
_DATASET = ox.NamedNode(f"{BASE}dataset")
_IDENTIFIER = ox.NamedNode(PREFIXES["dcterms"] + "identifier")
_REMEDY = "Check that the URL is that of a SPARQL query endpoint and that it is running."
# With these Virtuoso tells that a limit of its own has ended the answer early.
_CUT_SHORT = ("X-SPARQL-MaxRows", "X-SQL-State")
_FAILURES = (EndPointNotFound, HTTPError, URLError, HTTPException, SPARQLWrapperException, OSError, ValueError)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What stays true of one version of the dataset."""

    version: str
    graphs: Mapping[str, int]
    union: bool
    default_size: int


class RemoteStore(Dataset):
    """The dataset behind the query endpoint at `url`; a request is given up once nothing comes for `timeout` seconds.

    Answers that are held whole, graphs and the solutions of `rows`, may take up to about `memory` bytes of memory.
    Its version is what it says of itself (`<…/dataset> dcterms:identifier …`). That, its graphs, their sizes and the
    kind of its default graph are those of the last `refresh`; without one they are asked for when first needed.
    """

    def __init__(self, url: str, *, timeout: int = 60, memory: float = math.inf) -> None:
        self.url = url
        self._timeout = timeout
        self._largest = memory / _MEMORY_OF_A_BYTE
        self._deadline: Callable[[], float] = lambda: math.inf
        self._facts: _Facts | None = None
        self._seen: str | None = None
        self._changes = 0

    @property
    def version(self) -> str:
        """The version that the dataset stated last, `unknown` when it stated none."""
        return self._known().version

    @property
    def union_default_graph(self) -> bool:
        """Whether the server's default graph is the union of its named graphs."""
        return self._known().union

    @property
    def graphs(self) -> Mapping[str, int]:
        """Named graphs of the server in the order of their names, with the number of triples in each."""
        return self._known().graphs

    @property
    def default_graph_size(self) -> int:
        """Number of different triples in the server's default graph."""
        return self._known().default_size

    def current_version(self) -> str:
        """Return the version that the dataset states now, `unknown` when it states none; raises as `rows` does."""
        found = self.quads(subjects=[_DATASET], predicates=[_IDENTIFIER])
        versions = {quad.object.value for quad in found if isinstance(quad.object, ox.Literal)}
        return versions.pop() if len(versions) == 1 else UNKNOWN_VERSION

    @property
    def sighting(self) -> str:
        """See `Dataset.sighting`.

        From the switch to the next look, and while the new version is counted, the new version answers under the old
        one's name. Such an answer must not come back when the old version does, after a rollback: by then the new one
        was seen, and the number of changes is another. Only one that came and went between two looks was not seen.
        """
        return f"{self.version} {self._changes}"

    def until(self, deadline: Callable[[], float]) -> "RemoteStore":
        """Return the dataset as it is known now; its requests are given up at `deadline()`, which may change meanwhile.

        That is a moment of `time.monotonic`. Until a response begins, a server can exceed it by sending its headers, or
        the text of an error, in small pieces.
        """
        self._known()
        hurried = copy(self)
        hurried._deadline = deadline
        return hurried

    def refresh(self) -> _Facts:
        """Ask for the dataset's version, and for what it holds when that is another one than before.

        A dataset that states none is taken not to change. Raises as `rows` does; what was known is known still.
        """
        version = self.current_version()
        if version != self._seen:
            self._seen, self._changes = version, self._changes + 1
        facts = self._facts
        if facts is None or facts.version != version:
            # If it changes while it is counted, the next look finds another version and counts again.
            self._facts = facts = RemoteStore(self.url, timeout=_COUNTING_SECONDS)._count(version)
        return facts

    def _known(self) -> _Facts:
        return self._facts or self.refresh()

    def _count(self, version: str) -> _Facts:
        counts = self.rows("SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g")
        named = {name.value: _number(row) for row in counts if isinstance(name := row["g"], ox.NamedNode)}
        graphs = {name: named[name] for name in sorted(named) if not name.startswith(STAGING)}
        # Some servers count a triple of the union once for each graph it stands in.
        (row,) = self.rows("SELECT (COUNT(*) AS ?n) WHERE { SELECT DISTINCT ?s ?p ?o WHERE { ?s ?p ?o } }")
        return _Facts(version, graphs, self._unites(graphs), _number(row))

    def _unites(self, graphs: Iterable[str]) -> bool:
        """Tell whether a triple of each graph is found in the default graph too: no server says so reliably."""
        samples = [
            f"{{ {{ SELECT ?s ?p ?o WHERE {{ GRAPH {ox.NamedNode(name)} {{ ?s ?p ?o }} }} LIMIT 1 }} "
            f"?s ?p ?o BIND({number} AS ?n) }}"
            for number, name in enumerate(islice(graphs, _GRAPHS_SAMPLED))
        ]
        found = self.rows(f"SELECT DISTINCT ?n WHERE {{ {' UNION '.join(samples)} }}") if samples else []
        return bool(samples) and len(found) == len(samples)

    def write(
        self,
        text: str,
        answer_format: Format,
        output: Output,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
    ) -> None:
        """Have the server evaluate a query and write the answer as it comes; a graph is written when it is complete.

        Raises `SyntaxProblem` with the server's own words when it refuses the query, `InputError` when it answers in
        another format, `QueryMemory`, and `StoreUnavailable`, with a part of the answer perhaps written.
        """
        form = syntax.form(text)
        if form == "update":
            raise InputError("only queries are sent, no updates")
        is_graph = form in ("construct", "describe")
        if answer_format not in (GRAPH_FORMATS if is_graph else RESULT_FORMATS):
            raise NotAcceptable(f"the query cannot be answered in {answer_format.label}")
        response = self._ask(text, N_TRIPLES if is_graph else JSON, default_graphs, named_graphs)
        try:
            with response:
                if is_graph:
                    body = arriving(response, self._patience, self._largest).read()
                    output.write(write(ox.parse(body, format=ox.RdfFormat.N_TRIPLES), answer_format))
                    return
                results = results_of(arriving(response, self._patience), form)
                try:
                    write_results(results, answer_format, output)
                finally:
                    del results  # an error's traceback would take it to another thread, which the engine forbids
        except (HTTPException, OSError, SyntaxError) as error:
            raise StoreUnavailable(f"the answer broke off or is damaged: {error}", Place(self.url)) from error

    def rows(self, text: str, default_graphs: Sequence[str] = (), named_graphs: Sequence[str] = ()) -> list[Row]:
        """Return the solutions of a SELECT query; raises as `write` does."""
        if syntax.form(text) != "select":
            raise InputError("only a SELECT query has rows")
        try:
            with self._ask(text, JSON, default_graphs, named_graphs) as response:
                results = results_of(arriving(response, self._patience, self._largest), "select")
                assert isinstance(results, ox.QuerySolutions)
                names = [variable.value for variable in results.variables]
                try:
                    return [
                        {name: term for name, term in zip(names, solution, strict=True) if term is not None}
                        for solution in results
                    ]
                finally:
                    del results  # see `write`
        except (HTTPException, OSError, SyntaxError) as error:
            raise StoreUnavailable(f"the answer broke off or is damaged: {error}", Place(self.url)) from error

    def quads(
        self,
        *,
        subjects: Collection[ox.NamedNode] | None = None,
        predicates: Collection[ox.NamedNode] | None = None,
        objects: Collection[ox.NamedNode] | None = None,
        graph: ox.NamedNode | None = None,
    ) -> list[ox.Quad]:
        """Return the quads that have one of the given terms in each place; see `Dataset.quads`."""
        if subjects is None:
            return self._matching(None, predicates, objects, graph)
        waiting, found = iter(sorted(subjects, key=str)), []
        while part := list(islice(waiting, _SUBJECTS_AT_ONCE)):
            found += self._matching(part, predicates, objects, graph)
        return found

    def _matching(
        self,
        subjects: _Terms | None,
        predicates: _Terms | None,
        objects: _Terms | None,
        graph: ox.NamedNode | None,
    ) -> list[ox.Quad]:
        values = _values("s", subjects) + _values("p", predicates) + _values("o", objects)
        in_graph = f"{values}{_values('g', [graph] if graph else None)}GRAPH ?g {{ ?s ?p ?o }}"
        pattern = in_graph if graph else f"{{ {in_graph} }} UNION {{ {values}?s ?p ?o }}"
        quads = _published(self._select(pattern))
        blank = [quad for quad in quads if isinstance(quad.object, ox.BlankNode)]
        if not blank or not values:
            return quads
        # No later request can name these blank nodes, so ask once more, for all that stand in the same graphs as well.
        graphs = {name for quad in blank if isinstance(name := quad.graph_name, ox.NamedNode)}
        blanks = f"{_values('g', graphs)}GRAPH ?g {{ ?s ?p ?o }} FILTER(isBlank(?s))"
        if not graphs:
            blanks = "?s ?p ?o FILTER(isBlank(?s))"
        return _published(self._select(f"{{ {pattern} }} UNION {{ {blanks} }}"))

    def _select(self, pattern: str) -> list[ox.Quad]:
        """Return the matches of a pattern of ?s ?p ?o and perhaps ?g, blank nodes named by what is said of them."""
        text = f"SELECT ?s ?p ?o ?g WHERE {{ {pattern} }}"
        quads = [_quad(row) for row in self.rows(text)]
        if not any(isinstance(term, ox.BlankNode) for quad in quads for term in quad.triple):
            return quads
        named = ox.Dataset(quads)
        named.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        answer = hashlib.sha256(text.encode()).hexdigest()[:8]
        return [_renamed(quad, answer) for quad in named]

    def _patience(self) -> float:
        """Return the seconds for which to wait for the server now; raises `TimeoutError` when no time is left."""
        seconds = min(self._timeout, self._deadline() - time.monotonic())
        if seconds <= 0:
            raise TimeoutError("no time is left")
        return seconds

    def _ask(
        self, text: str, asked: Format, default_graphs: Sequence[str] = (), named_graphs: Sequence[str] = ()
    ) -> HTTPResponse:
        """Send a query and return the response once it has begun, in the format that was asked for."""
        try:
            request = _Request(self.url, asked.media_type, self._patience())
        except TimeoutError as error:
            raise StoreUnavailable(str(error), Place(self.url)) from error
        request.setMethod(POST)
        request.setQuery(text)
        request.queryType = syntax.form(text).upper()  # SPARQLWrapper's own guess errs on words in comments
        for graph in default_graphs:
            request.addDefaultGraph(graph)
        for graph in named_graphs:
            request.addNamedGraph(graph)
        try:
            response: HTTPResponse = request.query().response
        except QueryBadFormed as error:
            raise SyntaxProblem(f"the server refuses the query: {_explanation(error)}", Place(self.url)) from error
        except _FAILURES as error:
            raise StoreUnavailable(_explanation(error), Place(self.url), remedy=_REMEDY) from error
        answered = response.headers.get_content_type()
        if answered not in (asked.media_type, *asked.aliases):
            response.close()
            raise InputError(f"the server answers in {answered}, not in {asked.media_type}", Place(self.url))
        for header in _CUT_SHORT:
            if header in response.headers:
                response.close()
                told = f"the server has cut its answer short ({header}: {response.headers[header]})"
                raise StoreUnavailable(told, Place(self.url), remedy="Raise the limits in the server's configuration.")
        return response


class _Request(SPARQLWrapper):
    """A SPARQLWrapper that asks for exactly one media type; its own formats are families of several."""

    def __init__(self, url: str, media_type: str, seconds: float) -> None:
        super().__init__(url)
        self.timeout = seconds  # type: ignore[assignment]  # `setTimeout` would cut it to whole ones
        self._media_type = media_type
        self.setOnlyConneg(True)

    def _getAcceptHeader(self) -> str:
        return self._media_type


def _values(name: str, terms: Iterable[ox.NamedNode] | None) -> str:
    return "" if terms is None else f"VALUES ?{name} {{ {' '.join(sorted(map(str, terms)))} }} "


def _quad(row: Row) -> ox.Quad:
    subject, predicate, name = row["s"], row["p"], row.get("g", ox.DefaultGraph())
    assert isinstance(subject, ox.NamedNode | ox.BlankNode)
    assert isinstance(predicate, ox.NamedNode)
    assert not isinstance(name, ox.Literal | ox.Triple)
    return ox.Quad(subject, predicate, row["o"], name)


def _published(quads: list[ox.Quad]) -> list[ox.Quad]:
    """Leave out what stands in staging graphs alone: a release that is being published."""
    if not any(_is_staged(quad) for quad in quads):
        return quads
    public = {quad.triple for quad in quads if isinstance(quad.graph_name, ox.NamedNode) and not _is_staged(quad)}
    staged = {quad.triple for quad in quads if _is_staged(quad)} - public
    return [quad for quad in quads if not _is_staged(quad) and quad.triple not in staged]


def _is_staged(quad: ox.Quad) -> bool:
    return isinstance(quad.graph_name, ox.NamedNode) and quad.graph_name.value.startswith(STAGING)


def _renamed(quad: ox.Quad, answer: str) -> ox.Quad:
    """Put the name of an answer before its blank nodes', so that those of two answers do not meet."""
    subject, value = quad.subject, quad.object
    if isinstance(subject, ox.BlankNode):
        subject = ox.BlankNode(f"{answer}{subject.value}")
    if isinstance(value, ox.BlankNode):
        value = ox.BlankNode(f"{answer}{value.value}")
    return ox.Quad(subject, quad.predicate, value, quad.graph_name)


def _number(row: Row) -> int:
    count = row["n"]
    assert isinstance(count, ox.Literal)
    return int(count.value)


def _explanation(error: Exception) -> str:
    """Return the server's own words; SPARQLWrapper wraps them, as a bytes literal, in a sentence of its own."""
    sentence, _, literal = str(error).partition("Response:\n")
    text = ast.literal_eval(literal).decode(errors="replace") if literal.startswith(("b'", 'b"')) else sentence
    return text[:_LONGEST_EXPLANATION] or type(error).__name__
