"""What the W3C's protocol tests ask of a service that is read only, what clients ask for, and every door's methods.

The tests of the SPARQL 1.1 Protocol and of the Graph Store Protocol (w3c/rdf-tests, sparql11/protocol and
http-rdf-update) are named as there. The files that theirs load are graphs here, and some queries ask more than theirs.
"""

import pyoxigraph as ox
import pytest

DATA = [f"http://example.org/data{number}" for number in range(4)]
FORM, DIRECT, UPDATE = "x-www-form-urlencoded", "sparql-query", "sparql-update"
IS_DOCUMENT = "a <http://xmlns.com/foaf/0.1/Document>"
TRUE = {"head": {}, "boolean": True}


@pytest.fixture(scope="module")
def suite(serve, state_of, tmp_path_factory):
    """A service of four graphs, each of which says that its name is a document; its default graph is empty."""
    file = tmp_path_factory.mktemp("protocol") / "data.trig"
    file.write_text("".join(f"GRAPH <{name}> {{ <{name}> {IS_DOCUMENT} }}\n" for name in DATA))
    with serve(state_of(file, union_default_graph=False)) as client:
        yield client


def get(**parameters):
    return {"method": "GET", "params": {name.replace("_", "-"): value for name, value in parameters.items()}}


def post(kind, content, charset="", **parameters):
    headers = {"Content-Type": f"application/{kind}{charset}"} if kind else {}
    return get(**parameters) | {"method": "POST", "content": content, "headers": headers}


NAMED_ONLY = (
    f"ASK {{ GRAPH ?g {{ <{DATA[1]}> a ?t }} GRAPH ?h {{ <{DATA[2]}> a ?t }} "
    f"FILTER NOT EXISTS {{ GRAPH ?i {{ <{DATA[3]}> a ?u }} }} FILTER NOT EXISTS {{ ?s ?p ?o }} }}"
)
BOTH = f"ASK {{ <{DATA[1]}> a ?t . <{DATA[2]}> a ?t FILTER NOT EXISTS {{ <{DATA[3]}> a ?u }} }}"


@pytest.mark.parametrize(
    "sent",
    {
        "query_get": get(query="ASK {}"),
        "query_post_form": post(FORM, "query=ASK%20%7B%7D"),
        "query_post_direct": post(DIRECT, "ASK {}"),
        "query_dataset_default_graph": post(DIRECT, f"ASK {{ <{DATA[1]}> ?p ?o }}", default_graph_uri=DATA[1]),
        "query_dataset_default_graphs_get": get(query=BOTH, default_graph_uri=DATA[1:3]),
        "query_dataset_default_graphs_post": post(DIRECT, BOTH, default_graph_uri=DATA[1:3]),
        "query_dataset_named_graphs_get": get(query=NAMED_ONLY, named_graph_uri=DATA[1:3]),
        "query_dataset_named_graphs_post": post(DIRECT, NAMED_ONLY, named_graph_uri=DATA[1:3]),
        "query_dataset_full": post(
            DIRECT,
            f"ASK {{ <{DATA[3]}> a ?t GRAPH ?g {{ <{DATA[1]}> a ?t }} GRAPH ?h {{ <{DATA[2]}> a ?t }} "
            f"FILTER NOT EXISTS {{ <{DATA[1]}> a ?u }} }}",
            default_graph_uri=DATA[3],
            named_graph_uri=DATA[1:3],
        ),
        "query_multiple_dataset": post(
            DIRECT,
            f"ASK FROM <{DATA[1]}> {{ <{DATA[2]}> ?p ?o FILTER NOT EXISTS {{ <{DATA[1]}> ?q ?r }} }}",
            default_graph_uri=DATA[2],
        ),
    }.items(),
    ids=lambda named: named[0],
)
def test_w3c_a_question_is_answered(suite, sent):
    response = suite.request(url="/sparql", **sent[1])
    assert response.headers["content-type"] == "application/sparql-results+json"
    assert response.json() == TRUE


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("SELECT (1 AS ?value) {}", "application/sparql-results+json", id="query_content_type_select"),
        pytest.param("ASK {}", "application/sparql-results+json", id="query_content_type_ask"),
        pytest.param(f"DESCRIBE <{DATA[0]}>", "text/turtle; charset=utf-8", id="query_content_type_describe"),
        pytest.param("CONSTRUCT { <s> <p> 1 } {}", "text/turtle; charset=utf-8", id="query_content_type_construct"),
    ],
)
def test_w3c_the_type_of_an_answer_suits_the_query(suite, query, expected):
    absolute = query.replace("<s> <p>", "<urn:s> <urn:p>")
    response = suite.request(url="/sparql", **post(DIRECT, absolute))
    assert (response.status_code, response.headers["content-type"]) == (200, expected)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        pytest.param(get(query="ASK {}") | {"method": "PUT"}, 405, id="bad_query_method"),
        pytest.param(get(query=["ASK {}", "SELECT * {}"]), 400, id="bad_multiple_queries"),
        pytest.param(
            post("", "ASK {}") | {"headers": {"Content-Type": "text/plain"}}, 415, id="bad_query_wrong_media_type"
        ),
        pytest.param(post("", "query=ASK%20%7B%7D"), 415, id="bad_query_missing_form_type"),
        pytest.param(post("", "ASK {}"), 415, id="bad_query_missing_direct_type"),
        pytest.param(post(DIRECT, "ASK {}".encode("utf-16"), "; charset=UTF-16"), 415, id="bad_query_non_utf8"),
        pytest.param(get(query="ASK {"), 400, id="bad_query_syntax"),
        pytest.param(get(update="CLEAR ALL"), 403, id="bad_update_get"),
        pytest.param(post(FORM, "update=CLEAR+NAMED&update=CLEAR+DEFAULT"), 403, id="bad_multiple_updates"),
        pytest.param(
            post("", "CLEAR NAMED") | {"headers": {"Content-Type": "text/plain"}}, 415, id="bad_update_wrong_media_type"
        ),
        pytest.param(post("", "update=CLEAR%20NAMED"), 415, id="bad_update_missing_form_type"),
        pytest.param(post(UPDATE, "CLEAR NAMED".encode("utf-16"), "; charset=UTF-16"), 403, id="bad_update_non_utf8"),
        pytest.param(post(FORM, "update=CLEAR%20XYZ"), 403, id="bad_update_syntax"),
        pytest.param(
            post(FORM, "using-named-graph-uri=urn:g&update=WITH+<urn:g>+DELETE+{}+WHERE+{}"),
            403,
            id="bad_update_dataset_conflict",
        ),
    ],
)
def test_w3c_a_bad_request_is_refused(suite, sent, status):
    response = suite.request(url="/sparql", **sent)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"


TYPED = f"INSERT {{ GRAPH <urn:new> {{ ?s a <urn:Typed> }} }} WHERE {{ ?s {IS_DOCUMENT} }}"


@pytest.mark.parametrize(
    "sent",
    {
        "update_dataset_default_graph": post(UPDATE, TYPED, using_graph_uri=DATA[1]),
        "update_dataset_default_graphs": post(UPDATE, TYPED, using_graph_uri=DATA[1:3]),
        "update_dataset_named_graphs": post(UPDATE, TYPED, using_named_graph_uri=DATA[1:3]),
        "update_dataset_full": post(UPDATE, TYPED, using_graph_uri=DATA[1], using_named_graph_uri=DATA[2]),
        "update_post_form": post(FORM, "update=CLEAR%20ALL"),
        "update_post_direct": post(UPDATE, "CLEAR ALL"),
        "update_base_uri": post(UPDATE, "INSERT DATA { GRAPH <urn:base> { <urn:s> <urn:p> <test> } }"),
    }.items(),
    ids=lambda named: named[0],
)
def test_w3c_an_update_that_others_would_carry_out_is_refused_and_changes_nothing(suite, sent):
    assert suite.request(url="/sparql", **sent[1]).status_code == 403
    count = suite.get("/sparql", params={"query": "SELECT * { GRAPH ?g { ?s ?p ?o } }", "format": "csv"})
    assert count.headers["ac-row-count"] == str(len(DATA))


@pytest.mark.parametrize(
    "parameters", [{"graph": DATA[1]}, {"default": ""}], ids=["get_of_put__initial_state", "get_of_put__default_graph"]
)
def test_w3c_a_graph_can_be_got(suite, parameters):
    response = suite.get("/graph-store", params=parameters, headers={"Accept": "text/turtle"})
    assert (response.status_code, response.headers["content-type"]) == (200, "text/turtle; charset=utf-8")
    assert len(list(ox.parse(response.content, format=ox.RdfFormat.TURTLE))) == ("graph" in parameters)


@pytest.mark.parametrize(
    "method", ["GET", "HEAD"], ids=["get_of_delete__existing_graph", "head_on_a_nonexisting_graph"]
)
def test_w3c_a_graph_that_is_not_there_is_404(suite, method):
    assert suite.request(method, "/graph-store", params={"graph": "urn:none"}).status_code == 404


def test_w3c_head_on_an_existing_graph(suite, lasting):
    got, head = (suite.request(method, "/graph-store", params={"graph": DATA[1]}) for method in ("GET", "HEAD"))
    assert (head.status_code, head.content, lasting(head)) == (200, b"", lasting(got))


@pytest.mark.parametrize(
    "method",
    ["PUT", "DELETE", "POST", "PATCH"],
    ids=["put__graph_already_in_store", "delete__existing_graph", "post__existing_graph", "patch"],
)
def test_w3c_a_graph_that_others_would_change_is_left_as_it_is(suite, method):
    refused = suite.request(method, "/graph-store", params={"graph": DATA[1]})
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD, OPTIONS")


RAPPER = (
    "application/rdf+xml, text/rdf;q=0.6, application/n-triples, text/plain;q=0.1, text/turtle, application/x-turtle, "
    "application/turtle, text/n3;q=0.3, text/rdf+n3;q=0.3, application/rdf+n3;q=0.3, application/x-trig, "
    "application/rss;q=0.8, application/rss+xml;q=0.8, text/rss;q=0.8, application/xml;q=0.3, text/xml;q=0.3, "
    "application/atom+xml;q=0.3, text/html;q=0.2, application/xhtml+xml;q=0.4, text/html;q=0.6, "
    "application/xhtml+xml;q=0.8, text/x-nquads, */*;q=0.1"
)
JENA = (
    "application/sparql-results+json,application/sparql-results+xml;q=0.9,text/tab-separated-values;q=0.7,"
    "text/csv;q=0.5,application/json;q=0.2,application/xml;q=0.2,*/*;q=0.1"
)
JENA_GRAPH = "text/turtle,application/n-triples;q=0.9,application/ld+json;q=0.8,application/rdf+xml;q=0.7,*/*;q=0.3"
OWL_API = "application/rdf+xml, application/xml; q=0.7, text/xml; q=0.6, text/plain; q=0.1, */*; q=0.09"
SPARQL_WRAPPER_N3 = "application/turtle,text/turtle,text/rdf+n3,application/n-triples,application/n3,text/n3"
CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8"
ASKED = {"select": "SELECT ?s { ?s ?p ?o } LIMIT 1", "ask": "ASK {}", "construct": "CONSTRUCT WHERE { ?s ?p ?o }"}


@pytest.mark.parametrize(
    ("accept", "form", "expected"),
    [
        pytest.param(RAPPER, "construct", "text/turtle", id="rapper"),
        pytest.param(JENA, "select", "application/sparql-results+json", id="Jena"),
        pytest.param(JENA_GRAPH, "construct", "text/turtle", id="Jena, graph"),
        pytest.param(
            "application/sparql-results+json,*/*;q=0.9", "ask", "application/sparql-results+json", id="YASGUI"
        ),
        pytest.param("application/n-triples,*/*;q=0.9", "construct", "application/n-triples", id="YASGUI, graph"),
        pytest.param("application/sparql-results+xml", "select", "application/sparql-results+xml", id="R"),
        pytest.param(
            "application/json;q=1.0, application/sparql-results+json;q=1.0, */*;q=0.5",
            "select",
            "application/sparql-results+json",
            id="PHP",
        ),
        pytest.param(SPARQL_WRAPPER_N3, "construct", "text/turtle", id="SPARQLWrapper, N3"),
        pytest.param(
            "application/ld+json,application/x-json+ld", "construct", "application/ld+json", id="SPARQLWrapper"
        ),
        pytest.param(OWL_API, "construct", "application/rdf+xml", id="OWL API"),
        pytest.param("*/*", "select", "application/sparql-results+json", id="curl"),
        pytest.param("*/*", "construct", "text/turtle", id="curl, graph"),
        pytest.param("", "select", "application/sparql-results+json", id="empty"),
        pytest.param("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", "select", "text/html", id="Java"),
        pytest.param(CHROME, "select", "text/html", id="Chrome"),
        pytest.param(CHROME, "construct", "text/html", id="Chrome, graph"),
        pytest.param("text/csv;q=0, text/*", "select", "text/tab-separated-values", id="one excluded"),
        pytest.param(
            "application/sparql-results+json;q=0, */*", "ask", "application/sparql-results+xml", id="default excluded"
        ),
        pytest.param("TEXT/CSV; header=present", "select", "text/csv", id="capitals and a parameter"),
        pytest.param(
            "text/csv;q=0.1, text/tab-separated-values; q=0.123", "select", "text/tab-separated-values", id="weights"
        ),
    ],
)
def test_clients_get_what_their_accept_header_asks_for(client, accept, form, expected):
    response = client.get("/sparql", params={"query": ASKED[form]}, headers={"Accept": accept})
    assert (response.status_code, response.headers["content-type"].partition(";")[0]) == (200, expected)
    assert "Accept" in response.headers["vary"].split(", ")


@pytest.mark.parametrize("accept", ["*/*;q=0", "text/turtle", "application/sparql-results+json;q=0", "image/*"])
def test_what_an_accept_header_excludes_is_not_sent(client, accept):
    assert client.get("/sparql", params={"query": ASKED["select"]}, headers={"Accept": accept}).status_code == 406


SPECIMENS = {
    "/": "/",
    "/sparql": "/sparql",
    "/sparql/doctor": "/sparql/doctor?query=ASK{}",
    "/sparql/vocabulary": "/sparql/vocabulary",
    "/graph-store": "/graph-store?default",
    "/queries": "/queries",
    "/queries/{name}": "/queries/members",
    "/q": "/q",
    "/q/{name}": "/q/aaaaaaaaaa",
    "/.well-known/void": "/.well-known/void",
    "/browse": "/browse",
    "/browse/{kind}": "/browse/bodies",
    "/cite": "/cite?iri=https://w3id.org/aseancan/id/body/asean&format=bib",
    "/unapi": "/unapi",
    "/reconcile": "/reconcile",
    "/reconcile/suggest/{kind}": "/reconcile/suggest/entity?prefix=as",
    "/reconcile/flyout/{kind}": "/reconcile/flyout/entity?id=https://w3id.org/aseancan/id/body/asean",
    "/reconcile/preview": "/reconcile/preview?id=https://w3id.org/aseancan/id/body/asean",
    "/reconcile/properties": "/reconcile/properties?type=https://w3id.org/aseancan/ont%23Body",
    "/records": "/records",
    "/records/crosswalk": "/records/crosswalk",
    "/records/crosswalk.csv": "/records/crosswalk.csv",
    "/records/{path:path}": "/records/body/a.marcxml",
    "/feed.atom": "/feed.atom",
    "/oai": "/oai?verb=Identify",
    "/opensearch.xml": "/opensearch.xml",
    "/r": "/r",
    "/r/{version}": "/r/0.1.0",
    "/r/{version}/": "/r/0.1.0/",
    "/r/{version}/changes.{suffix}": "/r/0.1.0/changes.csv",
    "/r/{version}/changes/{path:path}": "/r/0.1.0/changes/body/asean",
    "/r/{version}/dataset": "/r/0.1.0/dataset",
    "/r/{version}/dataset.{suffix}": "/r/0.1.0/dataset.ttl",
    "/r/{version}/doc/{path:path}": "/r/0.1.0/doc/body/asean",
    "/r/{version}/graph/{path:path}": "/r/0.1.0/graph/bodies",
    "/r/{version}/id/{path:path}": "/r/0.1.0/id/body/asean",
    "/r/{version}/ont": "/r/0.1.0/ont",
    "/r/{version}/ont.{suffix}": "/r/0.1.0/ont.ttl",
    "/r/{version}/scheme/{path:path}": "/r/0.1.0/scheme/body-kind",
    "/r/{version}/shapes": "/r/0.1.0/shapes",
    "/r/{version}/shapes.{suffix}": "/r/0.1.0/shapes.ttl",
    "/r/{version}/{name}": "/r/0.1.0/aseancan.nq.xz",
    "/read": "/read",
    "/read/{path:path}": "/read/instrument/plan-b",
    "/robots.txt": "/robots.txt",
    "/search": "/search?q=plan",
    "/search/suggest": "/search/suggest?q=pl",
    "/sitemap-{number:int}.xml": "/sitemap-1.xml",
    "/sitemap.xml": "/sitemap.xml",
    "/pictures": "/pictures",
    "/pictures/{name}": "/pictures/lineages",
    "/report": "/report",
    "/report/{reference}": "/report/aaaaaaaa",
    "/id/{path:path}": "/id/body/asean",
    "/doc/{path:path}": "/doc/body/asean",
    "/ont": "/ont",
    "/ont.{suffix}": "/ont.ttl",
    "/ont/{path:path}": "/ont/Action",
    "/scheme/{path:path}": "/scheme/body-kind",
    "/graph/{path:path}": "/graph/bodies",
    "/change/{path:path}": "/change/1",
    "/at/{when}": "/at/2026-11-26",
    "/at/{when}/{path:path}": "/at/2026-11-26T09:30:00Z/doc/body/asean",
    "/dataset": "/dataset",
    "/dataset.{suffix}": "/dataset.ttl",
    "/shapes": "/shapes",
    "/shapes.{suffix}": "/shapes.ttl",
    "/linkset": "/linkset",
    "/linkset/{path:path}": "/linkset/doc/body/asean",
    "/downloads": "/downloads",
    "/downloads/tables": "/downloads/tables",
    "/downloads/tables/{path:path}": "/downloads/tables/csv/actions.csv",
    "/downloads/{path:path}": "/downloads/none.nq",
    "/metrics": "/metrics",
    "/static/{path:path}": "/static/style.css",
    "/health": "/health",
    "/health/live": "/health/live",
    "/health/ready": "/health/ready",
    "/openapi.json": "/openapi.json",
    "/docs": "/docs",
}


def routes(app):
    """Yield every route, those of routers that were included too."""
    for route in app.routes:
        yield from route.effective_candidates() if hasattr(route, "effective_candidates") else [route]


def test_every_door_has_a_specimen(client):
    assert {route.path for route in routes(client.app)} == set(SPECIMENS)


@pytest.mark.parametrize("path", [path for path in SPECIMENS.values() if path != "/q"])
def test_head_is_get_without_the_body(client, lasting, path):
    got, head = (client.request(method, path) for method in ("GET", "HEAD"))
    assert (head.status_code, head.content) == (got.status_code, b"")
    if path != "/metrics":  # which counts the first request in its answer to the second
        assert lasting(head) == lasting(got)


@pytest.mark.parametrize("path", SPECIMENS.values())
def test_what_a_door_does_not_do_is_405_with_what_it_does(client, path):
    for method in ("PUT", "DELETE", "PATCH", "BREW"):
        refused = client.request(method, path)
        assert refused.status_code == 405
        assert refused.json()["status"] == 405
        allowed = set(refused.headers["allow"].split(", "))
        assert ("GET" in allowed) is (path != "/q")
        taking = ("/sparql", "/sparql/doctor", "/q", "/report", "/oai", "/reconcile")
        assert ("POST" in allowed) is (path.partition("?")[0] in taking)
        assert ("HEAD" in allowed) is ("GET" in allowed)
        assert "OPTIONS" in allowed


@pytest.mark.parametrize("path", SPECIMENS.values())
def test_a_preflight_is_answered_at_every_door_without_credentials(client, path):
    asked = {
        "Origin": "https://example.org",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "accept",
    }
    response = client.options(path, headers=asked)
    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in response.headers
