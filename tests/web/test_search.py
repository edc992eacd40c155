"""Search as people and programs meet it."""

import csv
from io import BytesIO, StringIO
from xml.etree import ElementTree

import openpyxl
import pytest
from markupsafe import escape

from aseancan_kg.namespaces import BASE

ACTION = f"{BASE}id/instrument/plan-b/action/1.2.6"
HTML = {"Accept": "text/html"}
OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"


def test_a_page_shows_the_hits_with_marked_words_and_escapes_the_rest(client):
    response = client.get("/search", params={"q": "women agenda"}, headers=HTML)
    assert response.status_code == 200
    assert '<a href="/doc/instrument/plan-b/action/1.2.6">' in response.text
    assert (
        "&#34;<mark>agenda</mark>&#34; &amp; &lt;script&gt;alert(1)&lt;/script&gt; <mark>women</mark>;" in response.text
    )
    assert "<script>alert" not in response.text


@pytest.mark.parametrize("asked", ['"><script>alert(1)</script>', "<mark>", "&lt;", "' onfocus='x"])
def test_what_was_asked_is_escaped(client, asked):
    text = client.get("/search", params={"q": asked}, headers=HTML).text
    assert asked not in text
    assert f'value="{escape(asked)}"' in text


def test_json_tells_the_hits_and_where_their_marks_are(client):
    told = client.get("/search", params={"q": "womn agenda", "format": "json"}).json()
    assert (told["query"], told["readAs"], told["partly"]) == ("womn agenda", "women agenda", False)
    assert (told["total"], told["page"], told["pages"], told["instead"]) == (1, 1, 1, [])
    assert told["kinds"] == [{"kind": "action", "label": "Actions", "count": 1}]
    (hit,) = told["hits"]
    assert (hit["iri"], hit["kind"], hit["number"]) == (ACTION, "action", "1.2.6")
    assert [hit["passage"][begin:end] for begin, end in hit["marks"]] == ["agenda", "women"]


def test_a_program_gets_what_it_accepts(client):
    for accept, kind in (
        ("application/json", "application/json"),
        ("text/csv", "text/csv"),
        ("text/html", "text/html"),
    ):
        response = client.get("/search?q=plan", headers={"Accept": accept})
        assert response.headers["content-type"].split(";")[0] == kind
        assert response.headers["vary"].startswith("Accept")
    assert client.get("/search?q=plan", headers={"Accept": "text/turtle"}).status_code == 406
    assert client.get("/search?q=plan&format=nope").status_code == 406


def test_tables_hold_the_hits_of_all_pages(client):
    told = client.get("/search?q=plan&format=json").json()
    rows = list(csv.reader(StringIO(client.get("/search?q=plan&format=csv").text)))
    assert rows[0] == ["kind", "number", "label", "passage", "iri"]
    assert len(rows) == told["total"] + 1
    response = client.get("/search?q=plan&format=xlsx")
    assert response.headers["content-disposition"].startswith('attachment; filename="search-for-plan.xlsx"')
    workbook = openpyxl.load_workbook(BytesIO(response.content))
    assert [row[4] for row in workbook["Table"].values] == [row[4] for row in rows]
    accents = client.get("/search?q=%C3%A9t%C3%A9&format=csv").headers["content-disposition"]
    assert accents == "attachment; filename=\"search-for-ete.csv\"; filename*=UTF-8''search-for-%C3%A9t%C3%A9.csv"
    about = dict(workbook["About"].values)
    assert about["Title"] == "Search for plan"
    assert about["Dataset version"] == response.headers["ac-dataset-version"]
    assert about["Address"].endswith("/search?q=plan&format=xlsx")


def test_a_kind_is_chosen_and_left_again(client):
    told = client.get("/search?q=plan&format=json").json()
    (instruments,) = (one for one in told["kinds"] if one["kind"] == "instrument")
    chosen = client.get("/search?q=plan&kind=instrument&format=json").json()
    assert chosen["total"] == instruments["count"] < told["total"]
    assert {hit["kind"] for hit in chosen["hits"]} == {"instrument"}
    text = client.get("/search?q=plan&kind=instrument", headers=HTML).text
    assert '<a href="/search?q=plan">All' in text
    assert '<a href="/search?q=plan&amp;kind=instrument" aria-current="true">' in text
    none = client.get("/search?q=plan&kind=person", headers=HTML).text
    assert "No persons have these words; others do." in none


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("q=plan&kind=nope", 400, "The kinds are instrument, body"),
        ("q=plan&page=0", 400, "Pages are counted from 1."),
        ("q=plan&page=x", 400, "Pages are counted from 1."),
        ("q=plan&page=999", 404, "The last one is 2."),
        ("q=" + "a" * 10_000, 400, "2,000 characters are looked for."),
    ],
)
def test_what_cannot_be_answered_is_told(client, query, status, said):
    response = client.get(f"/search?{query}&format=json")
    assert response.status_code == status
    assert said in response.json()["hint"]


@pytest.mark.parametrize(
    "query", ["", "q=", "q=%00", "q=%FF%FE", "q=a&q=b", "q=label:x+AND+(", "q=%22", "q=*", "q=%F0%9F%87%A8"]
)
def test_odd_requests_are_answered(client, query):
    for path in ("/search", "/search/suggest"):
        for accept in ("text/html", "*/*"):
            assert client.get(f"{path}?{query}", headers={"Accept": accept}).status_code == 200


def test_answers_are_kept(client):
    for path in ("/search?q=plan", "/search/suggest?q=pl"):
        tag = client.get(path).headers["etag"]
        assert client.get(path, headers={"If-None-Match": tag}).status_code == 304


def test_suggestions_are_those_of_opensearch(client):
    response = client.get("/search/suggest?q=plan%20b")
    assert response.headers["content-type"].split(";")[0] == "application/x-suggestions+json"
    asked, labels, kinds, addresses = response.json()
    assert (asked, labels[0], kinds[0], addresses[0]) == (
        "plan b",
        "Plan B, 2021-2025",
        "instrument",
        "/doc/instrument/plan-b",
    )


def test_browsers_learn_how_to_search(client):
    assert '<link rel="search" href="/opensearch.xml"' in client.get("/", headers=HTML).text
    response = client.get("/opensearch.xml")
    assert response.headers["content-type"].split(";")[0] == "application/opensearchdescription+xml"
    assert response.headers["cache-control"] == "no-cache"
    again = client.get("/opensearch.xml", headers={"If-None-Match": response.headers["etag"]})
    assert again.status_code == 304
    urls = ElementTree.fromstring(response.text).iter(f"{OPENSEARCH}Url")
    found = {one.get("type"): one.get("template").replace("{searchTerms}", "plan") for one in urls}
    for media_type, address in found.items():
        answer = client.get(address, headers={"Accept": media_type})
        assert answer.status_code == 200
        assert answer.headers["content-type"].split(";")[0] == media_type


def test_below_a_path_every_address_has_it(state_of, serve):
    with serve(state_of(), root_path="/kg") as client:
        text = client.get("/search?q=plan", headers=HTML).text
        assert 'action="/kg/search"' in text
        assert 'href="/kg/doc/instrument/plan-b"' in text
        assert client.get("/search/suggest?q=plan").json()[3][0].startswith("/kg/doc/")
        assert "http://testserver/kg/search?q={searchTerms}" in client.get("/opensearch.xml").text


def test_a_query_of_the_catalogue_is_found_at_its_address(client):
    text = client.get("/search", params={"q": "tree of topics with counts"}, headers=HTML).text
    assert '<a href="/queries/topics-tree">' in text


def test_a_suggestion_leads_to_pages_and_web_addresses_only(serve, state_of, tmp_path):
    file = tmp_path / "other.ttl"
    names = {"http://e/a": "Book a", "javascript:alert(1)": "Book b", "urn:x:c": "Book c"}
    file.write_text("".join(f'<{iri}> <http://schema.org/name> "{name}" .' for iri, name in names.items()))
    with serve(state_of(file)) as client:
        _, labels, _, addresses = client.get("/search/suggest?q=book").json()
        found = dict(zip(labels, addresses, strict=True))
        assert found == {"Book a": "http://e/a", "Book b": "/search?q=Book+b", "Book c": "/search?q=Book+c"}
        assert "javascript:" not in client.get("/search?q=book", headers=HTML).text


@pytest.mark.parametrize(
    ("asked", "canonical"),
    [
        ("/search", "search"),
        ("/search?q=plan", "search?q=plan"),
        ("/search?utm=x&kind=instrument&q=a%26b%22", "search?q=a%26b%22&amp;kind=instrument"),
    ],
)
def test_a_page_names_the_address_that_gives_its_hits(client, asked, canonical):
    text = client.get(asked, headers=HTML).text
    assert f'<link rel="canonical" href="{BASE}{canonical}">' in text
    assert f'<meta property="og:url" content="{BASE}{canonical}">' in text
