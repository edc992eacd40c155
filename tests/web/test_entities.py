"""Following an identifier to its document."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

import pyoxigraph as ox
import pytest
from rdflib import Graph

from aseancan_kg.catalogue.documents import document, written
from aseancan_kg.mediatypes import GRAPH_FORMATS
from aseancan_kg.namespaces import PREFIXES
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
    found = document(store, f"{BASE}id/instrument/plan-b")
    assert response.content == written(store, found, one)
    assert response.headers["content-type"] == one.content_type
    assert "Accept" in response.headers["vary"].split(", ")
    located = client.get(response.headers["content-location"])
    assert located.content == response.content
    assert "Accept" not in located.headers.get("vary", "").split(", ")
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
    assert page.headers["vary"].startswith("Accept, Accept-Language")


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
    alternates = [link for link in links if 'rel="alternate' in link]
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
        assert "link" not in again.headers  # nothing the client has already, save what updates what it has
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
     "/scheme/x", "/graph/",
     "/ont/nope", "/linkset/doc/instrument/nope", "/linkset",
     "/doc/ont/Nope", "/id/a%20b", "/doc/%00", "/doc/..%2f..%2fetc",
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
    assert "Sources and confidence are those of the row" in page
    assert '<span>confidence high</span><span>sources <a href="#source-' in page
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
                assert client.get(target.replace("&amp;", "&"), headers={"Accept": FIREFOX}).status_code in (
                    200,
                    303,
                ), target


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
    assert local_path(f"{BASE}ont#") == "/ont"
    assert local_path(BASE) is None


def test_behind_a_proxy_links_keep_its_path_and_identifiers_stay(serve, state_of):
    with serve(state_of(), root_path="/kg") as client:
        assert client.get("/kg/id/instrument/plan-b").headers["location"] == f"/kg{PLAN_B}"
        page = client.get(f"/kg{PLAN_B}.html")
    assert f"<code>{BASE}id/instrument/plan-b</code>" in page.text
    assert 'href="/kg/doc/instrument/plan-a"' in page.text
    assert page.headers["content-location"] == f"/kg{PLAN_B}.html"


DATA = """
<id/body/a> skos:prefLabel "Body A"@en , "Organe A"@fr , "\u00d3rgano A"@es ; ac:acronym "AAA" ; a ac:Body .
<id/body/b> skos:prefLabel "Body B"@en ; ac:acronym "AAA"  ; org:memberOf <id/body/a> ;
  dcterms:subject <http://e/sdg/1> .
<id/body/old> owl:deprecated true ; dcterms:isReplacedBy <id/body/a> .
<id/body/split> owl:deprecated true ; dcterms:isReplacedBy <id/body/a>, <id/body/b> ; dcterms:modified "2026-11-25" ;
  skos:changeNote "It was two."@en .
<id/body/gone> owl:deprecated true ; skos:prefLabel "Gone"@en ; skos:changeNote "It never existed."@en .
<http://e/sdg/1> skos:prefLabel "Goal 1"@en , "Objectif 1"@fr ; skos:inScheme <http://e/sdg> .
<dataset> a void:Dataset ; dcterms:issued "2026-11-25"^^xsd:date ; dcterms:license <http://e/licence> .
<ont#Body> rdfs:label "body"@en .
"""


@pytest.fixture(scope="module")
def aliased(tmp_path_factory, state_of, serve):
    """A service over identifiers of all conditions."""
    prefixes = "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in PREFIXES.items())
    file = tmp_path_factory.mktemp("aliased") / "aliased.ttl"
    file.write_text(f"{prefixes}@base <{BASE}> .\n{DATA}", encoding="utf-8")
    with serve(state_of(file)) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/id/body/A", "/id/body/a"),
        ("/id/body/a/", "/id/body/a"),
        ("/id//body/a", "/id/body/a"),
        ("/id/body/%61", "/id/body/a"),
        ("/id/body/body%20a?format=ttl", "/id/body/a?format=ttl"),
        ("/id/body-b", "/id/body/b"),
        ("/id/body/old", "/id/body/a"),
        ("/doc/body/A.ttl", "/doc/body/a.ttl"),
        ("/doc/body/a.ttl/", "/doc/body/a.ttl"),
        ("/doc/body/a.TTL", "/doc/body/a.ttl"),
        ("/doc/body/old.jsonld", "/doc/body/a.jsonld"),
        ("/doc/ont/body", "/doc/ont/Body"),
        ("/ont/Body", "/doc/ont/Body"),
        ("/dataset/", "/dataset"),
        ("/Dataset", "/dataset"),
        ("/ID/body/a", "/id/body/a"),
        ("/Doc/body/a.ttl?x=1", "/doc/body/a.ttl?x=1"),
        ("/id//body//a/", "/id/body/a"),
        ("/queries/", "/queries"),
        ("/%5Cevil.example/", "/%5Cevil.example"),
    ],
)
def test_other_spellings_names_and_old_identifiers_move_to_the_one_in_use(aliased, path, location):
    for method in ("GET", "HEAD"):
        response = aliased.request(method, path)
        assert (response.status_code, response.headers["location"]) == (301, location)
        assert response.headers["access-control-allow-origin"] == "*"


def test_the_ontology_has_one_address(client):
    for path in ("/ont/", "/ONT", "//ont", "/doc/ont", "/doc/ont/"):
        response = client.get(f"http://testserver{path}")
        assert (response.status_code, response.headers["location"]) == (301, "/ont")
    assert client.get("/doc/ont.ttl").headers["location"] == "/ont.ttl"


@pytest.mark.parametrize(
    ("path", "door"), [("/id/body/aaa", "/id"), ("/doc/AAA.nt", "/doc"), ("/doc/aaa?page=3", "/doc")]
)
def test_what_may_mean_several_things_lets_choose(aliased, path, door):
    response = aliased.get(path)
    assert response.status_code == 300
    suffix = ".nt" if path.endswith(".nt") else ""
    assert response.json()["choices"] == [
        {"iri": f"{BASE}id/body/a", "label": "Body A", "href": f"{door}/body/a{suffix}"},
        {"iri": f"{BASE}id/body/b", "label": "Body B", "href": f"{door}/body/b{suffix}"},
    ]
    assert f'<{door}/body/b{suffix}>; rel="alternate"' in response.headers["link"]
    assert aliased.get(path, headers={"Accept": "text/turtle"}).status_code == 300
    page = aliased.get(path, headers={"Accept": FIREFOX})
    assert page.status_code == 300
    assert f'<a href="{door}/body/a{suffix}">Body A</a>' in page.text


def test_a_withdrawn_identifier_is_gone_with_the_reason(aliased):
    assert aliased.get("/id/body/gone").headers["location"] == "/doc/body/gone"
    for accept in (FIREFOX, "text/turtle"):
        response = aliased.get("/doc/body/gone", headers={"Accept": accept})
        assert response.status_code == 410
        assert "It never existed." in response.text
    assert "no longer in use" in aliased.get("/doc/body/gone.html").text


@pytest.mark.parametrize("accept", [*(one.media_type for one in GRAPH_FORMATS), FIREFOX])
def test_an_identifier_that_several_replaced_is_gone_and_tells_them_all(aliased, accept):
    assert aliased.get("/id/body/split").headers["location"] == "/doc/body/split"
    response = aliased.get("/doc/body/split", headers={"Accept": accept})
    assert response.status_code == 410
    for told in ("It was two.", "2026-11-25", "body/a", "body/b"):
        assert told in response.text
    if accept == FIREFOX:
        assert "no longer in use since 2026-11-25. It was two." in re.sub(r"\s+", " ", response.text)
        assert all(f'<a href="/doc/body/{one}">Body {one.upper()}</a>' in response.text for one in "ab")
    else:
        named = aliased.get(response.headers["content-location"])
        assert (named.status_code, named.content) == (410, response.content)


def test_an_unknown_identifier_is_met_with_near_ones(client):
    assert client.get("/id/instrument/plan-bb").json()["hint"].startswith("Did you mean /doc/instrument/plan-")


def test_any_known_iri_can_be_looked_up(aliased):
    for asked, target in (
        ("id/body/a", "/doc/body/a"),
        ("id/body/A", "/doc/body/A"),  # whose door sends on
        ("doc/body/a.ttl", "/doc/body/a.ttl"),
        ("doc/body/a", "/doc/body/a"),
        ("ont#Body", "/doc/ont/Body"),
        ("ont#", "/ont"),
        ("dataset#part", "/dataset#part"),
        ("", "/"),
        ("/evil.example", "/evil.example"),
        ("\\evil.example", "/%5Cevil.example"),
    ):
        for iri in (BASE + asked, BASE.replace("https", "http") + asked):
            found = aliased.get("/", params={"uri": iri})
            assert (found.status_code, found.headers["location"]) == (303, target)
    assert aliased.get("/", params={"uri": BASE.rstrip("/")}).headers["location"] == "/"
    assert aliased.get("/", params={"uri": f"{BASE.rstrip('/')}x/id/body/a"}).status_code == 404
    asked = {"uri": f"{BASE}dataset#part", "format": "nt", "page": "2", "q": "x"}
    assert aliased.get("/", params=asked).headers["location"] == "/dataset?format=nt&page=2#part"
    goal = aliased.get("/", params={"uri": "https://e/sdg/1/", "format": "nt"})
    assert f"<{BASE}id/body/b> <{PREFIXES['dcterms']}subject> <http://e/sdg/1> ." in goal.text
    page = aliased.get("/", params={"uri": "http://e/sdg/1"}, headers={"Accept": FIREFOX})
    assert "<h1>Goal 1</h1>" in page.text
    assert aliased.get(page.headers["content-location"]).content == page.content
    assert '<a href="/?uri=http%3A%2F%2Fe%2Fsdg%2F1">Goal 1</a>' in aliased.get("/doc/body/b.html").text
    for unknown in ("http://e/nope", "//evil.example", "javascript:alert(1)", "", "\x00", "https://evil.example/"):
        assert aliased.get("/", params={"uri": unknown}).status_code == 404


def test_labels_come_in_the_language_that_is_preferred(aliased):
    for path in ("/doc/body/a", "/doc/body/a.html"):
        french = aliased.get(path, headers={"Accept": FIREFOX, "Accept-Language": "fr-CA, en;q=0.8"})
        assert '<h1 lang="fr">Organe A</h1>' in french.text
        assert french.headers["content-language"] == "fr, en"
        assert "Accept-Language" in french.headers["vary"]
        english = aliased.get(path, headers={"Accept": FIREFOX, "Accept-Language": "en, fr;q=0.8"})
        assert "<h1>Body A</h1>" in english.text
        assert english.headers["content-language"] == "en"
        again = aliased.get(path, headers={"Accept": FIREFOX, "Accept-Language": "fr-CA, en;q=0.8"})
        assert again.content == french.content
        assert again.headers["etag"] == french.headers["etag"] != english.headers["etag"]
    member = aliased.get("/doc/body/b.html", headers={"Accept-Language": "es"}).text
    assert '<a href="/doc/body/a" lang="es">\u00d3rgano A</a>' in member


def test_a_client_that_holds_it_since_it_is_served_gets_304(aliased):
    first = aliased.get("/doc/body/a").headers["last-modified"]
    served = parsedate_to_datetime(first)
    assert timedelta(0) <= datetime.now(UTC) - served < timedelta(hours=1)
    later, earlier = served + timedelta(days=1), served - timedelta(seconds=1)
    for since, status in (
        (first, 304),
        (format_datetime(later, usegmt=True), 304),
        (later.strftime("%A, %d-%b-%y %H:%M:%S GMT"), 304),
        (later.strftime("%a %b %d %H:%M:%S %Y"), 304),
        (later.strftime("%a, %d %b %Y %H:%M:%S -0000"), 304),
        (format_datetime(earlier, usegmt=True), 200),
        (earlier.strftime("%a %b %d %H:%M:%S %Y"), 200),
        *((bad, 200) for bad in ("yesterday", "Wed, 25 Nov 20262026202620262026 00:00:00 GMT", "x" * 5000)),
        ("Wed, 25 Nov 2026 00:00:00 +99999999999999999999", 200),
        ("Wed, 99999999999999999999 Nov 2026 00:00:00 GMT", 200),
    ):
        for _ in range(2):
            assert aliased.get("/doc/body/a", headers={"If-Modified-Since": since}).status_code == status, since
    both = {"If-Modified-Since": first, "If-None-Match": '"other"'}
    assert aliased.get("/doc/body/a", headers=both).status_code == 200


def read_links(header):
    """Return (relation, target, media type) of every link of a header."""
    found = []
    for link in header.split(", <"):
        target, _, rest = link.strip("<").partition(">")
        parameters = dict(re.findall(r'(\w+)="([^"]*)"', rest))
        found += [(rel, target, parameters.get("type")) for rel in parameters["rel"].split()]
    return found


def test_the_signposts_of_a_document_lead_to_what_they_say(aliased):
    for accept, media_type in ((FIREFOX, "text/html"), ("text/turtle", "text/turtle")):
        response = aliased.get("/doc/body/a", headers={"Accept": accept})
        links = read_links(response.headers["link"])
        assert ("cite-as", f"{BASE}id/body/a", None) in links
        assert ("canonical", f"{BASE}doc/body/a", None) in links
        assert ("type", "https://schema.org/Organization", None) in links
        assert ("collection", "/dataset", None) in links
        assert ("linkset", "/linkset/doc/body/a", "application/linkset+json") in links
        for rel, target, wanted in links:
            if target.startswith("/"):
                found = aliased.get(target, headers={"Accept": wanted or "*/*"})
                assert found.status_code == 200, (rel, target)
                assert found.headers["content-type"].startswith(wanted or "")
        assert media_type not in {wanted for rel, _, wanted in links if rel == "alternate"}
    page = aliased.get("/doc/body/a.html")
    assert ("type", "https://schema.org/AboutPage", None) in read_links(page.headers["link"])
    assert ("describedby", "/doc/body/a.ttl", "text/turtle") in read_links(page.headers["link"])
    for rel, target, media_type in read_links(page.headers["link"]):
        typed = f' type="{re.escape(media_type)}"' if media_type else ""
        assert re.search(f'<link rel="[^"]*{rel}[^"]*"{typed} href="{re.escape(target)}">', page.text)


def test_a_link_set_tells_the_links_of_every_representation(aliased):
    response = aliased.get("/linkset/doc/body/a", headers={"Accept": "application/linkset+json"})
    assert response.headers["content-type"] == "application/linkset+json"
    document, page, *others = response.json()["linkset"]
    assert (document["anchor"], page["anchor"]) == ("/doc/body/a", "/doc/body/a.html")
    assert document["cite-as"] == page["cite-as"] == [{"href": f"{BASE}id/body/a"}]
    assert {"href": "/doc/body/a.ttl", "type": "text/turtle"} in document["describedby"]
    assert {"href": "https://schema.org/AboutPage"} in page["type"]
    assert {"href": "https://schema.org/AboutPage"} not in document["type"]
    assert {one["anchor"] for one in others} == {one["href"] for one in page["describedby"]}
    assert all(one["describes"] == [{"href": "/doc/body/a.html", "type": "text/html"}] for one in others)
    text = aliased.get("/linkset/doc/body/a?format=txt")
    assert text.headers["content-type"].startswith("application/linkset")
    assert f'<{BASE}id/body/a>; rel="cite-as"; anchor="/doc/body/a"' in text.text
    assert aliased.get("/linkset?uri=http://e/sdg/1").json()["linkset"][0]["anchor"] == "/?uri=http%3A%2F%2Fe%2Fsdg%2F1"
    for path, target in (
        ("/linkset/doc/body/A/", "/linkset/doc/body/a"),
        ("/linkset/doc/body/old", "/linkset/doc/body/a"),
        ("/linkset/doc/body/a.ttl", "/linkset/doc/body/a"),
        ("/linkset/doc/aaa", "/doc/aaa"),
    ):
        moved = aliased.get(path)
        assert (moved.status_code, moved.headers["location"]) == (301, target)


def test_nothing_acceptable_lists_what_there_is_with_addresses(client):
    response = client.get(PLAN_B, headers={"Accept": "image/png"})
    assert {"href": f"{PLAN_B}.ttl", "type": "text/turtle"} in response.json()["alternates"]
    for rel, target, media_type in read_links(response.headers["link"]):
        assert rel == "alternate"
        assert client.get(target).headers["content-type"].startswith(media_type)


def test_under_a_path_of_a_proxy_links_stay_there_and_rdf_is_the_same(client, state_of, serve):
    with serve(state_of(), root_path="/kg") as below:
        document = below.get("/kg/doc/instrument/plan-b", headers={"Host": "other.example", "Accept": "text/turtle"})
        assert document.content == client.get(PLAN_B, headers={"Accept": "text/turtle"}).content
        for _, target, _ in read_links(document.headers["link"]):
            assert target.startswith(("/kg/", "https://"))
        assert below.get("/kg/id/instrument/PLAN-B/").headers["location"] == "/kg/id/instrument/plan-b"
        assert below.get("/kg/id/instrument/plan-b").headers["location"] == "/kg/doc/instrument/plan-b"
        assert below.get("/kg/queries/").headers["location"] == "/kg/queries"
