"""`/sparql` as SPARQL clients use it."""

import json
import socket
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pyoxigraph as ox
import pytest

from aseancan_kg.mediatypes import GRAPH_FORMATS, RESULT_FORMATS

SELECT = "SELECT ?s ?l { ?s <http://www.w3.org/2004/02/skos/core#altLabel> ?l }"
CONSTRUCT = "CONSTRUCT WHERE { ?s <http://www.w3.org/2004/02/skos/core#altLabel> ?l }"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
BODIES = "https://w3id.org/aseancan/graph/bodies"
FORM = "application/x-www-form-urlencoded"
DIRECT = {"Content-Type": "application/sparql-query"}
CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize("one", RESULT_FORMATS, ids=lambda one: one.name)
def test_a_select_in_every_result_format(client, store, one):
    by_header = client.get("/sparql", params={"query": SELECT}, headers={"Accept": one.media_type})
    by_name = client.get("/sparql", params={"query": SELECT, "format": one.name})
    for response in (by_header, by_name):
        assert response.status_code == 200
        assert response.headers["content-type"] == one.content_type
        assert response.content == store.query(SELECT, one)
        assert response.headers["ac-row-count"] == "3"
    assert by_header.headers["vary"] == "Accept"
    assert "vary" not in by_name.headers


@pytest.mark.parametrize("one", GRAPH_FORMATS, ids=lambda one: one.name)
def test_a_construct_and_a_describe_in_every_graph_format(client, one):
    for query in (CONSTRUCT, "DESCRIBE <https://w3id.org/aseancan/id/body/asean>"):
        response = client.get("/sparql", params={"query": query}, headers={"Accept": one.media_type})
        assert response.headers["content-type"] == one.content_type
        triples = list(ox.parse(response.content, format=ox.RdfFormat.from_media_type(one.media_type)))
        assert len(triples) >= 3
        assert "ac-row-count" not in response.headers


@pytest.mark.parametrize(
    "one", [one for one in RESULT_FORMATS if one.name in ("json", "xml")], ids=lambda one: one.name
)
def test_an_ask_has_no_rows(client, one):
    response = client.get("/sparql", params={"query": "ASK {}", "format": one.name})
    assert b"true" in response.content
    assert "ac-row-count" not in response.headers


@pytest.mark.parametrize("one", RESULT_FORMATS, ids=lambda one: one.name)
@pytest.mark.parametrize(
    ("values", "count"),
    [
        ("", 0),
        ("(UNDEF UNDEF)", 1),
        (r"""('a\r\n"},{"<result>' 1) (UNDEF UNDEF) ('{' UNDEF) (<x:y> 'b"')""", 4),
        ("""('a},{' UNDEF)""", 1),
        ("""('a},{' 'b},{'@en) ('},{' '},{')""", 2),
    ],
)
def test_the_row_count_holds_for_awkward_values(client, one, values, count):
    query = f"SELECT ?a ?b {{ VALUES (?a ?b) {{ {values} }} }}"
    response = client.get("/sparql", params={"query": query, "format": one.name})
    assert response.headers["ac-row-count"] == str(count)


@pytest.mark.parametrize("code", ["0000", "0001", "0008", "000B", "000C", "001F", "FFFE", "FFFF"])
def test_what_xml_cannot_express_is_refused_not_written(client, code):
    for query, name in (("SELECT ('\\u{}' AS ?x) {{}}", "xml"), ("CONSTRUCT {{ <x:s> <x:p> '\\u{}' }} {{}}", "rdf")):
        response = client.get("/sparql", params={"query": query.format(code), "format": name})
        assert response.status_code == 406
        assert "control character" in response.json()["detail"]


@pytest.mark.parametrize("code", ["0009", "000A", "000D", "0020", "0085", "D7FF", "E000", "FFFD"])
def test_what_xml_can_express_is_written(client, code):
    response = client.get("/sparql", params={"query": f"SELECT ('\\u{code}' AS ?x) {{}}", "format": "xml"})
    assert ElementTree.fromstring(response.text)[1][0][0][0].text == chr(int(code, 16))


@pytest.mark.parametrize(
    "send",
    [
        lambda client: client.get("/sparql", params={"query": COUNT, "default-graph-uri": BODIES}),
        lambda client: client.post("/sparql", data={"query": COUNT, "default-graph-uri": BODIES}),
        lambda client: client.post("/sparql", params={"default-graph-uri": BODIES}, content=COUNT, headers=DIRECT),
        lambda client: client.post(
            "/sparql",
            params={"default-graph-uri": BODIES},
            content=COUNT,
            headers={"Content-Type": "Application/SPARQL-Query; charset=UTF-8"},
        ),
    ],
    ids=["get", "form", "direct", "charset"],
)
def test_all_three_ways_to_send_a_query_with_its_dataset(client, send):
    assert send(client).json()["results"]["bindings"][0]["n"]["value"] == "14"


def test_several_graphs_and_named_graphs_are_honoured(client):
    meetings = "https://w3id.org/aseancan/graph/meetings"
    both = client.get("/sparql", params={"query": COUNT, "default-graph-uri": [BODIES, meetings], "format": "csv"})
    assert both.text == "n\r\n29\r\n"
    named = client.get("/sparql", params={"query": COUNT, "named-graph-uri": BODIES, "format": "csv"})
    assert named.text == "n\r\n0\r\n"


def test_a_form_is_decoded_once(client):
    query = "SELECT ('100%20 + %2B' AS ?x) {}"
    assert client.post("/sparql", data={"query": query, "format": "csv"}).text == "x\r\n100%20 + %2B\r\n"


@pytest.mark.parametrize(
    ("parameters", "title"),
    [
        ({"query": "SELECT * {"}, "The query does not parse"),
        ({"query": [SELECT, SELECT]}, "The request cannot be read"),
        ({"default-graph-uri": BODIES}, "The request cannot be read"),
        ({"query": ""}, "The query does not parse"),
        ({"query": COUNT, "default-graph-uri": "no iri"}, "The request cannot be read"),
        ({"query": f"ASK {{ FILTER({'(' * 5000}1{')' * 5000}) }}"}, "The request cannot be read"),
    ],
)
def test_a_bad_request_is_400(client, parameters, title):
    response = client.get("/sparql", params=parameters)
    assert response.status_code == 400
    assert response.json()["title"] == title


def test_a_syntax_error_has_line_column_and_excerpt(client):
    response = client.post("/sparql", content="SELECT *\n{ ?s nope:x ?o }", headers=DIRECT)
    problem = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert (problem["status"], problem["line"], problem["column"]) == (400, 2, 6)
    assert problem["excerpt"] == "{ ?s nope:x ?o }\n     ^"
    assert problem["hint"] == "Add a PREFIX line for it."
    assert problem["type"] == "https://w3id.org/aseancan/problem/syntax-problem"


@pytest.mark.parametrize(
    ("query", "hint"),
    [
        ("SELECT * { ?s ac:text ?o }", "Add PREFIX ac: <https://w3id.org/aseancan/ont#>."),
        ("SELECT * { ?s skso:prefLabel ?o }", "Did you mean skos:? If not, add a PREFIX line for it."),
        ("SELCT * { ?s ?p ?o }", "Did you mean SELECT?"),
        ("PREFX ac: <urn:a> SELECT * {}", "Did you mean PREFIX?"),
        ("SELECT * {\n ?s ?p ?o", "The { of line 1, column 10 is not closed."),
        ("SELECT * { ?s ?p ?o FILTER((?o > 1) }", "The ( of line 1, column 27 is not closed."),
        ("SELECT * { ?s ?p '}' . FILTER(?o ] }", "The ( of line 1, column 30 is not closed."),
    ],
)
def test_a_slip_of_the_pen_gets_a_hint(client, query, hint):
    assert client.get("/sparql", params={"query": query}).json()["hint"] == hint


@pytest.mark.parametrize(
    "kind", ["text/plain", "multipart/form-data; boundary=x", "application/sparql-query; charset=utf-16"]
)
def test_another_body_type_is_415(client, kind):
    response = client.post("/sparql", content=COUNT, headers={"Content-Type": kind})
    assert response.status_code == 415
    assert "application/sparql-query" in response.headers["accept-post"]


def test_an_address_that_is_not_utf8_is_400(client):
    assert client.get("/sparql?query=SELECT%20('%FF'%20AS%20?x)%20{}").status_code == 400


def test_a_query_cannot_end_the_link_to_its_explanation(client):
    query = "SELECT?x{VALUES?x{}}#>;rel=evil,<x"
    link = client.get(f"/sparql?query={query}").headers["link"]
    assert link.count("<") == link.count(">") == 1


def test_a_body_that_is_not_utf8_is_400(client):
    assert client.post("/sparql", content=b"SELECT '\xff' {}", headers=DIRECT).status_code == 400


@pytest.mark.parametrize(
    "send",
    [
        lambda client: client.get("/sparql", params={"query": "CLEAR ALL"}),
        lambda client: client.get("/sparql", params={"update": "CLEAR ALL"}),
        lambda client: client.post("/sparql", data={"update": "CLEAR ALL"}),
        lambda client: client.post("/sparql", content="x", headers={"Content-Type": "application/sparql-update"}),
        lambda client: client.get("/sparql", params={"query": "ASK { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }"}),
    ],
)
def test_updates_and_other_servers_are_403(client, send):
    assert send(client).status_code == 403


def test_no_spelling_of_service_reaches_the_network(client):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        url = f"<http://127.0.0.1:{listener.getsockname()[1]}/>"
        for query in (
            f"ASK {{ SERVICE {url} {{ ?s ?p ?o }} }}",
            f"ASK {{ OPTIONAL {{ ?s ?p 1 }}SERVICESILENT{url}{{ ?s ?p ?o }} }}",
            f'ASK {{ FILTER(1<#> """\n 2) SERVICE {url} {{ ?s ?p ?o }} #"""\n}}',
            f"ASK {{ FILTER(1<'>\"'||1) SERVICE {url} {{ ?s ?p ?o }} #\"\n}}",
        ):
            assert client.post("/sparql", content=query, headers=DIRECT).status_code == 403
        with pytest.raises(TimeoutError):
            listener.accept()


def test_other_methods_are_405_and_head_answers_like_get(client, lasting):
    refused = client.delete("/sparql")
    assert refused.status_code == 405
    assert {"GET", "HEAD", "POST"} <= set(refused.headers["allow"].split(", "))
    got, head = (client.request(method, "/sparql", params={"query": SELECT}) for method in ("GET", "HEAD"))
    assert head.content == b""
    assert lasting(head) == lasting(got)


def test_nothing_acceptable_is_406_with_the_list(client):
    response = client.get("/sparql", params={"query": SELECT}, headers={"Accept": "image/png"})
    assert response.status_code == 406
    assert "text/csv" in response.json()["hint"]
    assert client.get("/sparql", params={"query": SELECT, "format": "ttl"}).status_code == 406


@pytest.mark.parametrize("accept", ["text/turtle", "*/*", "application/rdf+xml, text/turtle;q=0.9"])
def test_the_bare_address_describes_the_service(client, accept):
    response = client.get("/sparql", headers={"Accept": accept})
    rdf_format = ox.RdfFormat.from_media_type(response.headers["content-type"])
    triples = {
        (quad.predicate.value.rpartition("#")[2], str(quad.object))
        for quad in ox.parse(response.content, format=rdf_format)
    }
    assert ("feature", "<http://www.w3.org/ns/sparql-service-description#UnionDefaultGraph>") in triples
    assert ("name", f"<{BODIES}>") in triples
    assert ("triples", '"14"^^<http://www.w3.org/2001/XMLSchema#integer>') in triples
    assert ("resultFormat", "<http://www.w3.org/ns/formats/SPARQL_Results_CSV>") in triples
    assert ("endpoint", "<https://w3id.org/aseancan/sparql>") in triples


def test_no_identifier_comes_from_the_host_that_a_client_names(client):
    told = client.get("/sparql?format=nt", headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})
    assert told.status_code == 200
    assert "evil.example" not in told.text


def test_other_data_is_not_said_to_be_merged(serve, state_of):
    with serve(state_of(union_default_graph=False)) as client:
        assert "UnionDefaultGraph" not in client.get("/sparql").text


def test_a_client_that_wants_results_only_has_forgotten_its_query(client):
    response = client.get("/sparql", headers={"Accept": "application/sparql-results+json"})
    assert response.status_code == 400
    assert "holds no query" in response.json()["detail"]


def test_a_browser_gets_a_form_and_then_a_table(client):
    bare = client.get("/sparql", headers={"Accept": CHROME})
    assert bare.headers["content-type"] == "text/html; charset=utf-8"
    assert '<textarea id="query"' in bare.text
    answered = client.get("/sparql", params={"query": SELECT}, headers={"Accept": CHROME}).text
    assert "3 rows" in answered
    assert '<a href="/doc/body/asean">id/body/asean</a>' in answered
    assert '<td lang="zh">東盟</td>' in answered
    assert "<strong>Yes</strong>" in client.get("/sparql", params={"query": "ASK {}", "format": "html"}).text
    assert "@prefix" in client.get("/sparql", params={"query": CONSTRUCT, "format": "html"}).text


def test_a_page_shows_a_thousand_rows_and_says_so(client):
    numbers = " ".join(map(str, range(1001)))
    page = client.post("/sparql", data={"query": f"SELECT ?n {{ VALUES ?n {{ {numbers} }} }}", "format": "html"}).text
    assert "1,001 rows, the first 1,000 of them here" in page
    assert page.count("<td>") == 1000


def test_what_a_query_holds_is_escaped_in_its_page(client):
    query = "SELECT ('<script>' AS ?x) (<javascript:alert(1)> AS ?y) {} # </textarea><script>"
    page = client.get("/sparql", params={"query": query, "format": "html"}).text
    assert "<script>" not in page
    assert 'href="javascript' not in page


def test_queries_of_a_notebook_and_of_sparqlwrapper(client):
    notebook = {"Accept": "application/sparql-results+json,text/turtle"}
    assert json.loads(client.get("/sparql", params={"query": SELECT}, headers=notebook).content)["head"]["vars"] == [
        "s",
        "l",
    ]
    assert (
        client.get("/sparql", params={"query": CONSTRUCT}, headers=notebook)
        .headers["content-type"]
        .startswith("text/turtle")
    )
    wrapper = {"Accept": "application/sparql-results+json,application/json,text/javascript,application/javascript"}
    assert client.get("/sparql", params={"query": SELECT}, headers=wrapper).status_code == 200


def test_many_queries_at_once_all_answer(client, store):
    import concurrent.futures

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        found = list(
            pool.map(lambda _: client.get("/sparql", params={"query": COUNT, "format": "csv"}).text, range(40))
        )
    assert set(found) == {f"n\r\n{len(store)}\r\n"}


def test_the_tiny_dataset_has_a_triple_in_two_graphs():
    """Else the tests above would not notice a default graph that counts it twice."""
    text = (Path(__file__).parent / "tiny.trig").read_text()
    assert text.count('skos:prefLabel "Plan B, 2021-2025"@en') == 2


def test_a_page_of_long_rows_is_cut_between_rows(client):
    long = "CONCAT(REPLACE(STR(?p), '.', '0123456789'), '},{')"
    query = f"SELECT ({long} AS ?x) ?s {{ ?s ?p ?o . ?a ?b ?c }}"
    page = client.get("/sparql", params={"query": query, "format": "html"})
    assert page.status_code == 200
    assert "of many; the files hold all" in page.text


def test_a_wide_table_shows_fewer_rows(client):
    columns = " ".join(f"({n} AS ?c{n})" for n in range(100))
    page = client.get("/sparql", params={"query": f"SELECT {columns} {{ ?s ?p ?o }} LIMIT 150", "format": "html"}).text
    assert "150 rows, the first 100 of them here" in page


def test_xml_that_no_parser_reads_is_406_and_a_stream_of_it_is_cut(client, serve, state_of):
    accept = {"Accept": "application/sparql-results+xml"}
    refused = client.get("/sparql", params={"query": r'SELECT ("\u0001" AS ?x) {}'}, headers=accept)
    assert refused.status_code == 406
    assert "control character" in refused.json()["detail"]
    rows = " ".join(f"'{'a' * 100}'" for _ in range(500))
    text = rf"SELECT ?x {{ VALUES ?x {{ {rows} '\u0001' }} }}"
    with serve(state_of(buffer_kb=1)) as small:
        body = small.post("/sparql", data={"query": text}, headers=accept).content
    assert body.startswith(b"<?xml")
    assert b"</sparql>" not in body
