"""The service as SPARQL clients use it: the real ones, against the real server."""

import json
import subprocess

import pytest
from rdflib import Graph, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import (
    CSV,
    GET,
    JSON,
    JSONLD,
    N3,
    POST,
    POSTDIRECTLY,
    RDFXML,
    TSV,
    TURTLE,
    URLENCODED,
    XML,
    SPARQLWrapper,
)
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed

NAME = "http://www.w3.org/2004/02/skos/core#altLabel"
BODIES = "https://w3id.org/aseancan/graph/bodies"
SELECT = f"SELECT ?s ?name {{ ?s <{NAME}> ?name }} # 東盟 %41 +"
CONSTRUCT = f"CONSTRUCT WHERE {{ ?s <{NAME}> ?name }}"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


@pytest.fixture(scope="module")
def url(running, state_of):
    with running(state_of()) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(params=[(GET, URLENCODED), (POST, URLENCODED), (POST, POSTDIRECTLY)], ids=["get", "form", "direct"])
def wrapper(url, request):
    """A SPARQLWrapper that sends its queries in one of the three ways."""
    wrapper = SPARQLWrapper(f"{url}/sparql")
    method, how = request.param
    wrapper.setMethod(method)
    wrapper.setRequestMethod(how)
    return wrapper


def asked(wrapper, query, return_format=JSON):
    wrapper.setQuery(query)
    wrapper.setReturnFormat(return_format)
    return wrapper.query()


def test_sparqlwrapper_reads_a_select_in_every_format(wrapper):
    rows = asked(wrapper, SELECT).convert()["results"]["bindings"]
    assert len(rows) == 3
    assert len(asked(wrapper, SELECT, XML).convert().getElementsByTagName("result")) == 3
    for return_format in (CSV, TSV):
        assert len(asked(wrapper, SELECT, return_format).convert().decode().splitlines()) == 4


def test_sparqlwrapper_reads_an_ask(wrapper):
    assert asked(wrapper, "ASK {}").convert()["boolean"] is True
    assert asked(wrapper, "ASK {}", XML).convert().getElementsByTagName("boolean")[0].firstChild.data == "true"


# rdflib's own JSON-LD parser uses a class that rdflib deprecates.
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
@pytest.mark.parametrize("query", [CONSTRUCT, "DESCRIBE <https://w3id.org/aseancan/id/body/asean>"])
def test_sparqlwrapper_reads_a_graph_in_every_format(wrapper, query):
    graphs = [asked(wrapper, query, one).convert() for one in (RDFXML, XML, JSONLD)]
    graphs += [Graph().parse(data=asked(wrapper, query, one).convert(), format="turtle") for one in (TURTLE, N3)]
    for graph in graphs:
        assert set(graph) == set(graphs[0])
    assert len(graphs[0]) >= 3


def test_sparqlwrapper_names_graphs_and_learns_what_is_wrong(wrapper):
    wrapper.addDefaultGraph(BODIES)
    assert asked(wrapper, COUNT).convert()["results"]["bindings"][0]["n"]["value"] == "14"
    with pytest.raises(QueryBadFormed, match="prefix x: is not declared"):
        asked(wrapper, "SELECT * { ?s x:y ?o }")


def test_sparqlwrapper_is_refused_an_update(url):
    wrapper = SPARQLWrapper(f"{url}/sparql")
    wrapper.setMethod(POST)
    wrapper.setQuery("CLEAR ALL")
    with pytest.raises(Exception, match="403"):
        wrapper.query()


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
@pytest.mark.parametrize("return_format", ["xml", "json", "csv", "tsv"])
def test_rdflib_queries_the_service_as_a_store(url, method, return_format):
    graph = Graph(SPARQLStore(f"{url}/sparql", returnFormat=return_format, method=method))
    assert len(list(graph.query(SELECT))) == 3
    assert len(list(graph.triples((None, URIRef(NAME), None)))) == 3


def test_rdflib_asks_and_constructs(url):
    graph = Graph(SPARQLStore(f"{url}/sparql"))
    assert graph.query("ASK {}").askAnswer
    assert len(graph.query(CONSTRUCT).graph) == 3


def test_rdflib_follows_an_identifier_and_reads_the_service_description(url):
    assert len(Graph().parse(f"{url}/id/body/asean")) >= 3
    assert len(Graph().parse(f"{url}/sparql", format="turtle")) > 10


def output(*command):
    return subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60, check=True).stdout


@pytest.mark.parametrize(
    "options",
    [
        ["--get", "--data-urlencode", f"query={SELECT}"],
        ["--data-urlencode", f"query={SELECT}"],
        ["--data-binary", SELECT, "--header", "Content-Type: application/sparql-query"],
        [
            "--data-binary",
            SELECT,
            "--header",
            "Content-Type: application/sparql-query",
            "--header",
            "Expect: 100-continue",
        ],
        [
            "--data-binary",
            SELECT,
            "--header",
            "Content-Type: application/sparql-query",
            "--header",
            "Transfer-Encoding: chunked",
        ],
        ["--get", "--data-urlencode", f"query={SELECT}", "--http2"],
        ["--data-urlencode", f"query={SELECT}", "--http2"],
        ["--data-urlencode", f"query={SELECT}", "--http1.0"],
    ],
    ids=["get", "form", "direct", "expect", "chunked", "http2 upgrade", "form with http2 upgrade", "http1.0"],
)
def test_curl_gets_an_answer(url, tool, options):
    answer = output(tool("curl"), "--silent", "--show-error", "--fail", *options, f"{url}/sparql")
    assert len(json.loads(answer)["results"]["bindings"]) == 3


JAVA = """
import java.net.URI;
import java.net.http.*;

class Ask {
    public static void main(String[] given) throws Exception {
        var client = HttpClient.newHttpClient();
        for (int time = 0; time < 2; time++) {
            var asked = HttpRequest.newBuilder(URI.create(given[0]))
                .header("Content-Type", "application/sparql-query").header("Accept", "text/csv")
                .POST(HttpRequest.BodyPublishers.ofString(given[1])).build();
            System.out.print(client.send(asked, HttpResponse.BodyHandlers.ofString()).body());
        }
    }
}
"""


def test_java_posts_a_query_though_it_would_rather_speak_http2(url, tool, tmp_path):
    program = tmp_path / "Ask.java"
    program.write_text(JAVA, encoding="utf-8")
    answers = output(tool("java"), str(program), f"{url}/sparql", "SELECT (41 + 1 AS ?n) {}")
    assert answers.split() == ["n", "42"] * 2


def test_curl_head_tells_the_length_that_get_has(url, tool):
    address = f"{url}/doc/body/asean.ttl"
    head = output(tool("curl"), "--silent", "--head", address)
    assert f"content-length: {len(output(tool('curl'), '--silent', address).encode())}\n" in head


@pytest.mark.proof
@pytest.mark.parametrize(
    ("query", "expected"),
    [(SELECT, 3), (COUNT, 1), (f"SELECT ?g {{ GRAPH ?g {{ ?s <{NAME}> ?name }} }}", 3)],
    ids=["select", "count", "named graphs"],
)
def test_comunica_queries_the_service(url, comunica, query, expected):
    answer = output(comunica, f"sparql@{url}/sparql", query, "-t", "application/sparql-results+json")
    assert len(json.loads(answer)["results"]["bindings"]) == expected


def test_comunica_finds_out_by_itself_what_the_service_is(url, comunica):
    answer = output(comunica, f"{url}/sparql", CONSTRUCT, "-t", "application/n-triples")
    assert len(Graph().parse(data=answer, format="nt")) == 3
