"""Why nothing was found, asked over HTTP."""

import pytest

EMPTY = "PREFIX ac: <https://w3id.org/aseancan/ont#>\nSELECT ?b { ?b a ac:Bodies }"


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_empty_answer_is_explained_and_mended(client, method):
    sent = {"params" if method == "get" else "data": {"query": EMPTY}}
    response = getattr(client, method)("/sparql/doctor", **sent)
    told = response.json()
    assert response.headers["content-type"] == "application/json"
    assert told["outcome"] == "explained"
    finding = next(one for one in told["findings"] if one["suggestion"])
    assert (finding["excerpt"], finding["suggestion"]) == ("ac:Bodies", "ac:Body")
    assert client.get("/sparql", params={"query": finding["mended"]}).headers["ac-row-count"] != "0"


def test_an_empty_answer_says_where_to_ask_why(client):
    response = client.get("/sparql", params={"query": EMPTY, "format": "csv"})
    assert response.headers["ac-row-count"] == "0"
    assert response.links["help"]["url"].startswith("/sparql/doctor?query=")
    assert client.get(response.links["help"]["url"]).json()["outcome"] == "explained"
    assert "link" not in client.get("/sparql", params={"query": "SELECT * {} LIMIT 1"}).headers


def test_an_empty_answer_of_the_catalogue_says_so_too(client):
    response = client.get("/queries/members", params={"date": "1900-01-01", "format": "csv"})
    assert response.headers["ac-row-count"] == "0"
    assert client.get(response.links["help"]["url"]).json()["outcome"] != "not-empty"


def test_a_reader_without_scripts_is_led_to_the_reason_and_the_mended_query(client):
    page = client.get("/sparql", params={"query": EMPTY, "format": "html"}).text
    assert '<a href="/sparql/doctor?query=' in page
    why = client.get("/sparql/doctor", params={"query": EMPTY}, headers={"Accept": "text/html"}).text
    assert "<code>ac:Body</code>" in why
    assert ">Run it</a>" in why


def test_a_terminal_gets_text(client):
    response = client.get("/sparql/doctor", params={"query": EMPTY}, headers={"Accept": "text/plain"})
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert "So mended, it finds something:" in response.text


def test_graphs_of_the_request_are_honoured(client):
    query = "SELECT * { ?m a <https://w3id.org/aseancan/ont#Meeting> }"
    graph = {"default-graph-uri": "https://w3id.org/aseancan/graph/bodies"}
    assert client.get("/sparql/doctor", params={"query": query}).json()["outcome"] == "not-empty"
    told = client.get("/sparql/doctor", params={"query": query, **graph}).json()
    assert "https://w3id.org/aseancan/graph/meetings" in str(told["findings"])


@pytest.mark.parametrize(
    ("query", "status"), [("SELECT {", 400), ("CLEAR ALL", 403), ("ASK { SERVICE <urn:a> { ?s ?p ?o } }", 403)]
)
def test_what_cannot_be_asked_cannot_be_explained(client, query, status):
    assert client.get("/sparql/doctor", params={"query": query}).status_code == status


def test_an_examination_ends_at_the_limit(serve, state_of):
    endless = "SELECT * { " + " ".join(f"?a{n} ?b{n} ?c{n} ." for n in range(8)) + " FILTER(?a1 = <urn:nothing>) }"
    with serve(state_of(query_seconds=1.0)) as client:
        response = client.get("/sparql/doctor", params={"query": endless})
        assert response.status_code == 503
        assert response.json()["type"].endswith("query-timeout")
