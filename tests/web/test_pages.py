"""Home, the query catalogue, health, and what every response carries."""

import json
import re

import pytest

from aseancan_kg.queries import catalogue

FIREFOX = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


def test_home_counts_what_there_is_and_shows_the_ways_in(client, store):
    page = client.get("/").text
    assert '<a href="/doc/ont/Instrument">Instrument</a> <span>2</span>' in page
    assert "<strong>3</strong> bodies" in page
    for target in ("/read", "/browse", "/queries", "/sparql", "/ont"):
        assert f'href="{target}"' in page
    assert '<form action="/search"' in page
    assert '<form action="/search" method="get" role="search"' in page
    assert "/browse/topic" not in page  # there is none in this dataset
    assert store.version in page


def test_home_of_other_data_promises_nothing_it_has_not(serve, state_of, tmp_path):
    file = tmp_path / "other.nq"
    file.write_text('<http://e/a> <http://e/p> "x" <urn:g> .\n')
    with serve(state_of(file, union_default_graph=False)) as client:
        page = client.get("/").text
    assert "A dataset of 1 facts" in page
    assert "Plan of Action" not in page
    assert 'href="/read"' not in page
    assert 'href="/ont"' not in page


def test_the_catalogue_lists_every_query(client):
    page = client.get("/queries", headers=FIREFOX).text
    listing = client.get("/queries", headers={"Accept": "application/json"}).json()
    assert [one["name"] for one in listing] == list(catalogue())
    for name in catalogue():
        assert f'href="/queries/{name}"' in page


def test_the_catalogue_is_searched_by_words_and_begins_with_the_policy_researcher(client):
    found = client.get("/queries", params={"q": "LINEAGE instrument"}, headers={"Accept": "application/json"}).json()
    assert [one["name"] for one in found] == ["instrument-lineage"]
    page = client.get("/queries?q=lineage+instrument", headers=FIREFOX).text
    assert page.count('href="/queries/') == 1
    assert "<details open>" in page
    assert "0 questions" in client.get("/queries?q=%3Cb%3Enothing", headers=FIREFOX).text
    whole = client.get("/queries", headers=FIREFOX).text
    assert whole.index("policy researcher") < whole.index("linked-data consumer") < whole.index("librarian")


def test_a_named_query_answers_in_every_format_and_as_a_page(client):
    parameters = {"date": "2000-01-01", "organisation": "body/asean"}
    assert "Thailand" in client.get("/queries/members", params=parameters | {"format": "csv"}).text
    answered = client.get("/queries/members", params=parameters)
    assert len(json.loads(answered.content)["results"]["bindings"]) == 1
    assert answered.headers["ac-row-count"] == "1"
    page = client.get("/queries/members", params=parameters, headers=FIREFOX).text
    assert '<label for="date">Date <small>a date as YYYY-MM-DD</small></label>' in page
    assert '<input id="date" name="date" value="2000-01-01">' in page
    assert ">id/state/thailand</a>" in page
    assert "format=csv" in page


def test_a_named_query_gives_its_bound_text(client):
    response = client.get("/queries/members.rq", params={"date": "2000-01-01", "organisation": ""})
    assert response.headers["content-type"] == "application/sparql-query; charset=utf-8"
    assert '?latest <= "2000-01-01"^^<http://www.w3.org/2001/XMLSchema#date>' in response.text
    assert "org:organization <https://w3id.org/aseancan/id/body/asean>" in response.text
    assert client.get("/queries/members.rq?date=soon").status_code == 400
    assert client.get("/queries/nope.rq").status_code == 404


def test_a_page_that_is_not_there_leads_on(client):
    page = client.get("/plan%22b", headers=FIREFOX)
    assert page.status_code == 404
    links = re.findall(
        '<a href="([^"]+)"', page.text[page.text.index("There is no such page.") : page.text.index("<footer")]
    )
    assert links == ["/search?q=plan%22b", "/", "/browse", "/queries"]
    assert all(client.get(link).status_code == 200 for link in links)


def test_bad_requests_for_named_queries_are_answered_plainly(client):
    assert client.get("/queries/nope").status_code == 404
    assert "Did you mean" in client.get("/queries/member").json()["hint"]
    for parameters in ({"date": "soon"}, {"unknown": "1"}):
        assert client.get("/queries/members", params=parameters).status_code == 400
    assert client.get("/queries/members?format=docx").status_code == 406


@pytest.mark.parametrize("path", ["/health", "/health/live", "/health/ready"])
def test_health(client, store, path):
    response = client.get(path)
    assert response.status_code == 200
    assert response.headers["ac-dataset-version"] == store.version


@pytest.mark.parametrize(
    "path", ["/", "/sparql?query=x", "/id/instrument/plan-b", "/nowhere", "/static/style.css", "/openapi.json"]
)
def test_every_response_can_be_read_from_other_sites(client, store, path):
    response = client.get(path)
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["ac-dataset-version"] == store.version
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "access-control-allow-credentials" not in response.headers


def test_a_preflight_allows_what_clients_send(client):
    response = client.options(
        "/sparql", headers={"Origin": "https://example.org", "Access-Control-Request-Method": "POST"}
    )
    assert response.status_code == 204
    assert "POST" in response.headers["access-control-allow-methods"]
    assert {"Accept", "Content-Type"} <= set(response.headers["access-control-allow-headers"].split(", "))


def test_pages_run_one_script_of_our_own_and_load_nothing_from_elsewhere(client):
    for path in ("/", "/doc/instrument/plan-b.html", "/queries/members", "/nowhere"):
        page = client.get(path, headers=FIREFOX)
        [script] = re.findall("<script.*", page.text)
        assert re.fullmatch('<script src="/static/[0-9a-f]{12}/suggest.js" type="module"></script>', script)
        assert "style=" not in page.text
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self';" in policy
        assert "unsafe" not in policy
        assert '<html lang="en">' in page.text
        assert page.text.count("<h1>") == 1
        assert page.text.partition("</head>")[0].count("<title>") == 1


def test_the_workbench_runs_its_own_script_only(client):
    pages = [client.get("/sparql", params=query, headers=FIREFOX) for query in ({}, {"query": "x"})]
    policies = [page.headers["content-security-policy"] for page in pages]
    for page, policy in zip(pages, policies, strict=True):
        assert "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self' 'nonce-" in policy
        assert "unsafe" not in policy
        assert all('src="/static/' in tag for tag in re.findall("<script[^>]*>", page.text))
        assert "style=" not in page.text
    assert policies[0] != policies[1]


def test_a_query_that_fails_in_a_browser_can_be_edited(client):
    page = client.get("/sparql", params={"query": "SELECT * { ?s <script> ?o"}, headers=FIREFOX)
    assert page.status_code == 400
    assert '<div class="problem" role="alert">' in page.text
    assert ">SELECT * { ?s &lt;script&gt; ?o</textarea>" in page.text


def test_the_stylesheet_is_served(client):
    assert client.get("/static/style.css").headers["content-type"].startswith("text/css")
