"""Following an identifier to its document."""

import pyoxigraph as ox
import pytest
from rdflib import Graph

from aseancan_kg.mediatypes import GRAPH_FORMATS
from aseancan_kg.web.state import local_path

BASE = "https://w3id.org/aseancan/"
PLAN_B = "/doc/instrument/plan-b"
ACTION = "/doc/instrument/plan-b/action/1.2.6"
FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def test_a_thing_sends_to_its_document(client):
    response = client.get("/id/instrument/plan-b/action/1.2.6")
    assert response.status_code == 303
    assert response.headers["location"] == ACTION
    assert "vary" not in response.headers
    assert client.get("/id/instrument/plan-b?format=nt").headers["location"] == f"{PLAN_B}?format=nt"


@pytest.mark.parametrize("one", GRAPH_FORMATS, ids=lambda one: one.name)
def test_a_document_is_negotiated(client, store, one):
    response = client.get(PLAN_B, headers={"Accept": one.media_type})
    assert response.status_code == 200
    assert response.content == store.describe(f"{BASE}id/instrument/plan-b", one)
    assert response.headers["content-type"] == one.content_type
    assert response.headers["vary"] == "Accept"
    located = client.get(response.headers["content-location"])
    assert located.content == response.content
    assert "vary" not in located.headers
    assert "http://testserver" not in response.text


# rdflib's own JSON-LD parser uses a class that rdflib deprecates.
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
def test_rdflib_reads_the_same_triples_from_every_suffix(client):
    graphs = [
        Graph().parse(data=client.get(f"{ACTION}.{suffix}").text, format=name)
        for suffix, name in (("ttl", "turtle"), ("rdf", "xml"), ("jsonld", "json-ld"), ("nt", "nt"))
    ]
    for graph in graphs:
        assert set(graph) == set(graphs[0])
    assert len(graphs[0]) > 5


def test_nobody_in_particular_gets_turtle_and_a_browser_gets_a_page(client):
    assert client.get(PLAN_B).headers["content-type"].startswith("text/turtle")
    page = client.get(PLAN_B, headers={"Accept": FIREFOX})
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-location"] == f"{PLAN_B}.html"
    assert page.headers["vary"] == "Accept"


def test_only_known_suffixes_are_suffixes(client):
    assert client.get(ACTION).status_code == 200
    assert client.get(f"{ACTION}.ttl").status_code == 200
    for path in (
        f"{ACTION}.csv",
        f"{PLAN_B}.trig",
        f"{PLAN_B}.",
        f"{PLAN_B}.ttl.ttl",
        "/doc/instrument/plan-b/section/1.3",
    ):
        assert client.get(path).status_code == 404


def test_every_advertised_alternate_exists(client):
    response = client.get(PLAN_B)
    links = response.headers["link"].split(", ")
    assert f'<{BASE}id/instrument/plan-b>; rel="describes"' in links
    alternates = [link for link in links if 'rel="alternate"' in link]
    assert len(alternates) == 6
    for link in alternates:
        target, media_type = link[1:].split(">")[0], link.split('type="')[1].rstrip('"')
        assert client.get(target).headers["content-type"].startswith(media_type)


@pytest.mark.parametrize("accept", ["text/turtle", FIREFOX, "application/ld+json"])
def test_a_client_that_holds_the_document_gets_304(client, accept):
    first = client.get(PLAN_B, headers={"Accept": accept})
    for held in (first.headers["etag"], f'"other", W/{first.headers["etag"]}', "*"):
        again = client.get(PLAN_B, headers={"Accept": accept, "If-None-Match": held})
        assert again.status_code == 304
        assert again.content == b""
        for name in ("etag", "vary", "cache-control", "content-location"):
            assert again.headers[name] == first.headers[name]
    assert client.get(PLAN_B, headers={"Accept": accept, "If-None-Match": '"other"'}).status_code == 200


def test_representations_differ_in_their_tags(client):
    tags = [client.get(PLAN_B, headers={"Accept": one.media_type}).headers["etag"] for one in GRAPH_FORMATS]
    assert len(set(tags)) == len(tags)


@pytest.mark.parametrize(
    ("path", "subject"),
    [
        ("/ont", f"{BASE}ont"),
        ("/doc/ont/Instrument", f"{BASE}ont#Instrument"),
        ("/scheme/body-kind", f"{BASE}scheme/body-kind"),
        ("/scheme/body-kind/secretariat", f"{BASE}scheme/body-kind/secretariat"),
        ("/graph/meetings", f"{BASE}id/meeting/jcc-1"),
    ],
)
def test_terms_codes_and_graphs_answer_likewise(client, path, subject):
    turtle = client.get(f"{path}.ttl")
    assert turtle.status_code == 200
    assert any(quad.subject.value == subject for quad in ox.parse(turtle.content, format=ox.RdfFormat.TURTLE))
    assert client.get(path, headers={"Accept": "text/turtle"}).content == turtle.content
    assert client.get(path, headers={"Accept": FIREFOX}).text.startswith("<!doctype html>")


@pytest.mark.parametrize(
    "path",
    ["/id/instrument/nope", "/doc/instrument/nope", "/doc/instrument/nope.ttl", "/doc/", "/id/", "/ont.zip",
     "/scheme/x", "/graph/", "/doc/ont/Nope", "/id/a%20b", "/doc/%00", "/doc/..%2f..%2fetc",
     "/doc/%3Cscript%3E", "/nowhere"],
)  # fmt: skip
def test_what_nobody_knows_is_404(client, path):
    response = client.get(path)
    assert response.status_code == 404
    assert response.json()["status"] == 404
    assert client.get(path, headers={"Accept": FIREFOX}).text.count("<script>") == 0


def test_nothing_acceptable_is_406_with_the_list(client):
    response = client.get(PLAN_B, headers={"Accept": "image/png"})
    assert response.status_code == 406
    assert "text/turtle" in response.json()["hint"]
    assert client.get(f"{PLAN_B}?format=docx").status_code == 406


@pytest.mark.parametrize(
    "path", ["/id/instrument/plan-b", PLAN_B, f"{PLAN_B}.html", "/ont", "/", "/queries", "/health", "/nowhere"]
)
def test_head_answers_like_get_without_the_body(client, lasting, path):
    got, head = client.get(path), client.head(path)
    assert head.status_code == got.status_code
    assert head.content == b""
    assert lasting(head) == lasting(got)


def test_the_page_shows_facts_sources_and_links(client):
    page = client.get(f"{PLAN_B}.html").text
    assert "<h1>Plan B, 2021-2025</h1>" in page
    assert '<a href="/doc/instrument/plan-a">Plan A, 2016-2020</a>' in page
    assert '<a href="https://example.org/plan-b">example.org/plan-b</a>' in page
    assert '<a href="/doc/ont/adoptedOn">adopted on</a>' in page
    assert '<a href="/graph/instruments">instruments</a>' in page
    assert '<a href="/doc/source/edition">The edition of Plan B</a>' in page
    assert "confidence High" in page
    assert "data/registers/instruments.csv#plan-b/adopted" in page
    rival = page[page.index("another source says:") :]
    assert "2020-09-12" in rival[:100]
    assert "The blog&#39;s own date." in page


def test_every_local_link_of_a_page_leads_somewhere(client):
    import re

    for path in (f"{PLAN_B}.html", f"{ACTION}.html", "/scheme/body-kind.html", "/graph/meetings.html", "/", "/queries"):
        page = client.get(path, headers={"Accept": FIREFOX}).text
        for target in re.findall(r'href="(/[^"#]*)', page):
            # Terms that the tiny ontology leaves out have no page.
            if not target.startswith("/doc/ont/"):
                assert client.get(target.replace("&amp;", "&"), headers={"Accept": FIREFOX}).status_code == 200, target


def test_an_action_shows_its_text_verbatim_and_harmless(client):
    page = client.get(f"{ACTION}.html").text
    assert "Support the &#34;agenda&#34; &amp; &lt;script&gt;alert(1)&lt;/script&gt; women;" in page
    assert '<blockquote lang="en">' in page
    assert "<script>" not in page
    assert "Rights &lt;b&gt;of&lt;/b&gt; women" in page


def test_incoming_links_are_counted_in_natural_order_and_paged(client, serve, state_of, tmp_path):
    page = client.get("/doc/instrument/plan-b/section/1.2.html").text
    assert page.index("Action 1.2.6") < page.index("Action 1.2.10")
    quads = [
        ox.Quad(ox.NamedNode(f"{BASE}id/state/{n}"), ox.NamedNode(f"{BASE}ont#party"), ox.NamedNode(f"{BASE}id/body/x"))
        for n in range(120)
    ]
    quads.append(ox.Quad(ox.NamedNode(f"{BASE}id/body/x"), ox.NamedNode(f"{BASE}ont#capital"), ox.Literal("X")))
    file = tmp_path / "many.nq"
    file.write_bytes(ox.serialize(quads, format=ox.RdfFormat.N_QUADS))
    with serve(state_of(file)) as many:
        first, last = (many.get(f"/doc/body/x.html?page={n}").text for n in (1, 3))
        assert many.get("/doc/body/x.html?page=0").status_code == 400
        assert many.get("/doc/body/x.html?page=x").status_code == 400
    assert "page 1 of 3" in first
    assert first.count('<a href="/doc/state/') == 50
    assert "/doc/state/49" in first
    assert last.count('<a href="/doc/state/') == 20
    assert 'rel="next"' not in last


def test_local_paths():
    assert local_path(f"{BASE}id/instrument/a") == "/doc/instrument/a"
    assert local_path(f"{BASE}ont#Action") == "/doc/ont/Action"
    assert local_path(f"{BASE}scheme/pillar/economic") == "/scheme/pillar/economic"
    assert local_path("https://example.org/id/a") is None
    assert local_path(BASE) is None


def test_behind_a_proxy_links_keep_its_path_and_identifiers_stay(serve, state_of):
    with serve(state_of(), root_path="/kg") as client:
        assert client.get("/kg/id/instrument/plan-b").headers["location"] == f"/kg{PLAN_B}"
        page = client.get(f"/kg{PLAN_B}.html")
    assert f"<code>{BASE}id/instrument/plan-b</code>" in page.text
    assert 'href="/kg/doc/instrument/plan-a"' in page.text
    assert page.headers["content-location"] == f"/kg{PLAN_B}.html"
