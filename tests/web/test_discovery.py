"""The dataset says what it is to people, harvesters, search engines and readers of feeds."""

import json
import re
from datetime import datetime
from xml.etree import ElementTree as ET

import pyoxigraph as ox
import pytest
from rdflib import DCAT, DCTERMS, OWL, RDF, RDFS, Graph, Literal, URIRef

from aseancan_kg.namespaces import BASE, PREFIXES
from aseancan_kg.settings import ISSUED

SITEMAP, ATOM = "{http://www.sitemaps.org/schemas/sitemap/0.9}", "{http://www.w3.org/2005/Atom}"
SPDX, VOID = PREFIXES["spdx"], PREFIXES["void"]
DATASET = URIRef(f"{BASE}dataset")
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
BROWSER = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def described(released):
    return Graph().parse(data=released.get("/dataset.ttl").text, format="turtle")


def test_the_well_known_address_leads_to_the_description(released):
    response = released.get("/.well-known/void")
    assert (response.status_code, response.headers["location"]) == (303, "/dataset")
    assert released.get("/dataset").headers["content-type"].startswith("text/turtle")


def test_the_description_has_what_dcat_ap_asks_for(described):
    for name in ("title", "description", "publisher", "license", "issued", "modified", "identifier", "spatial"):
        assert (DATASET, DCTERMS[name], None) in described, name
    for name in ("keyword", "theme", "landingPage", "distribution", "hasVersion", "hasCurrentVersion", "version"):
        assert (DATASET, URIRef(f"{DCAT}{name}"), None) in described, name
    period = described.value(DATASET, DCTERMS.temporal)
    assert [str(described.value(period, DCAT[name])) for name in ("startDate", "endDate")] == [
        "2021-01-01",
        "2025-12-31",
    ]


def test_the_dataset_leads_to_its_files_as_items(released):
    for accept in ("text/html", "text/turtle"):
        link = released.get("/dataset", headers={"Accept": accept}).headers["link"]
        assert 'rel="collection"' not in link
        items = re.findall(r'<([^>]*)>; rel="item"; type="([^"]*)"', link)
        assert [target.rpartition(".nq")[2] for target, _ in items] == ["", ".gz"]
    (told,) = (one for one in released.get("/linkset/dataset").json()["linkset"] if one["anchor"] == "/dataset")
    assert {"href": items[0][0], "type": "application/n-quads"} in told["item"]
    assert len(told["item"]) > 30
    for one in told["item"][:4]:
        served = released.head(one["href"])
        assert (served.status_code, served.headers["content-type"].partition(";")[0]) == (200, one["type"])


def test_the_page_of_the_dataset_is_one(released):
    moved = released.get("/dataset?page=2", headers={"Accept": "text/html"})
    assert (moved.status_code, moved.headers["location"]) == (303, "/dataset")
    assert released.get("/dataset.html?page=2").headers["location"] == "/dataset.html"
    assert 'rel="next"' not in released.get("/dataset.html").headers["link"]


def test_the_service_is_described(released):
    graph = Graph().parse(data=released.get("/graph/description.ttl").text, format="turtle")
    (service,) = graph.subjects(RDF.type, DCAT.DataService)
    assert service == graph.value(service, DCAT.endpointURL) == URIRef(f"{BASE}sparql")
    assert (service, DCAT.servesDataset, DATASET) in graph


def test_distributions_are_the_files_with_their_sizes_and_digests(released, described):
    files = {each["name"]: each for each in released.get("/downloads/manifest.json").json()["files"]}
    found, terms = set(described.objects(DATASET, DCAT.distribution)), {}
    assert len(found) == sum(name.endswith((".nq", ".nq.gz", ".ttl")) for name in files)
    for node in found:
        address = str(described.value(node, DCAT.downloadURL)).removeprefix(BASE)
        told = files[address.removeprefix("downloads/")]
        assert described.value(node, DCAT.byteSize).value == told["bytes"]
        checksum = described.value(node, URIRef(f"{SPDX}checksum"))
        assert str(described.value(checksum, URIRef(f"{SPDX}checksumValue"))) == told["sha256"]
        assert released.head(f"/{address}", headers={"Accept-Encoding": "identity"}).headers["content-length"] == str(
            told["bytes"]
        )
        assert (node, DCAT.accessURL, DATASET) in described
        terms[address] = described.value(node, DCTERMS.license), described.value(node, DCTERMS.rights)
    for name, is_licensed, has_rights in (
        ("bodies", True, False),
        ("mentions", True, True),
        ("description", True, False),
        ("plan-of-action-2021-2025", False, True),
        ("news-20th-asean-canada-dialogue", False, True),
        ("un-sdg-kos", False, True),
    ):
        assert tuple(map(bool, terms[f"downloads/graphs/{name}.ttl"])) == (is_licensed, has_rights), name
    (dump,) = (value for name, value in terms.items() if name.endswith(".nq.gz"))
    assert dump[0] == URIRef(LICENCE)
    assert "not of the words quoted" in described.value(dump[1], RDFS.label)
    assert described.value(DATASET, URIRef(f"{VOID}dataDump"), any=False).endswith(".nq.gz")


@pytest.mark.parametrize(("suffix", "name"), [("rdf", "xml"), ("nt", "nt")])
def test_every_format_says_the_same(released, described, suffix, name):
    assert set(Graph().parse(data=released.get(f"/dataset.{suffix}").text, format=name)) == set(described)


def test_a_person_can_read_what_the_dataset_is(released):
    response = released.get("/dataset", headers=BROWSER)
    page = response.text
    assert response.headers["content-location"] == "/dataset.html"
    assert re.findall(r"<h2[^>]*>([\w ]+?)(?: <small>|</h2>)", page) == [
        *("How to cite it", "Files", "Tables", "Query it", "Releases", "Graphs", "How good it is")
    ]
    files = released.get("/downloads/manifest.json").json()["files"]
    digests = {each["sha256"] for each in files if each["name"].endswith((".nq", ".nq.gz", ".ttl"))}
    assert digests == set(re.findall(r"<code>([0-9a-f]{64})</code>", page))
    row = next(each for each in page.split("<tr>")[1:] if "graphs/news-20th-asean-canada-dialogue.ttl" in each)
    assert LICENCE not in row
    assert "All rights reserved by the newspaper" in row


def test_the_dataset_is_cited_one_way_wherever_it_is(released):
    page = released.get("/dataset", headers=BROWSER).text
    words = re.search('<h2 id="cite">[^<]*</h2>\n\n?(<p>.*?</p>)', page)[1]
    release = re.search(r"/r/([0-9a-f]{16})", words)[0]
    assert 'href="/dataset#cite"' in page
    assert 'id="cite"' in page
    address = re.search(r'href="(/cite[^"]*)">BibTeX', page)[1].replace("&amp;", "&")
    assert f"url = {{https://w3id.org/aseancan{release}}}" in released.get(address).text
    assert words in released.get(release, headers=BROWSER).text


def test_the_page_tells_search_engines_by_schema_org(released):
    page = released.get("/dataset", headers=BROWSER).text
    told = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)[1])
    assert (told["@type"], told["@id"], told["datePublished"]) == ("Dataset", str(DATASET), ISSUED)
    assert told["temporalCoverage"] == "2021-01-01/2025-12-31"
    assert {"Canada", "Malaysia"} < {one["name"] for one in told["spatialCoverage"]}
    files = {one["contentUrl"].rpartition("/")[2]: one for one in told["distribution"]}
    assert files["bodies.ttl"]["license"] == LICENCE
    assert "license" not in files["un-sdg-kos.ttl"]
    assert "free of charge" in files["un-sdg-kos.ttl"]["copyrightNotice"]
    assert {one["encodingFormat"] for one in told["distribution"]} == {"application/n-quads", "text/turtle"}


def test_a_title_cannot_end_the_block_it_stands_in(state_of, serve, tmp_path):
    file = tmp_path / "hostile.ttl"
    file.write_text(f'<{DATASET}> <{DCTERMS.title}> "</script><script>alert(1)</script>"@en .')
    with serve(state_of(file)) as client:
        page = client.get("/dataset", headers=BROWSER).text
    assert "<script>" not in page
    told = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)[1])
    assert told["name"] == "</script><script>alert(1)</script>"


def test_robots_are_told_where_the_documents_are(released):
    lines = released.get("/robots.txt").text.splitlines()
    assert lines[0] == "User-agent: *"
    assert "Sitemap: http://testserver/sitemap.xml" in lines
    rules = [re.escape(line.removeprefix("Disallow: ")).replace(r"\*", ".*") for line in lines if "Disallow" in line]
    refused = [
        "/sparql?query=x", "/sparql/doctor", "/q/abc", "/search?q=x", "/browse/action?verb=x", "/cite?iri=x",
        "/unapi?id=x", "/report?about=x", "/oai?verb=ListRecords", "/r/0.1.0", "/linkset/ont",
    ]  # fmt: skip
    welcome = ["/", "/sparql", "/queries", "/browse/action", "/read", "/doc/body/asean", "/dataset", "/scheme/topic"]
    for path in refused + welcome:
        assert any(re.match(rule, path) for rule in rules) == (path in refused), path


def test_the_sitemap_lists_documents_with_their_days(released):
    index = ET.fromstring(released.get("/sitemap.xml").content)
    addresses = [each.text for each in index.iter(f"{SITEMAP}loc")]
    assert addresses == ["http://testserver/sitemap-1.xml"]
    days = {
        url.findtext(f"{SITEMAP}loc").removeprefix("http://testserver"): url.findtext(f"{SITEMAP}lastmod")
        for url in ET.fromstring(released.get("/sitemap-1.xml").content)
    }
    assert days["/doc/state/canada"] == "2026-11-23"
    assert days["/doc/instrument/unscr-1325"] == "2026-11-25"
    assert days["/"] is None
    assert {"/dataset", "/doc/ont/Body", "/scheme/topic/trade"} < set(days)
    assert not [path for path in days if "assertion" in path or "20th-asean-canada-dialogue-01" in path]
    for path in sorted(days)[::100]:
        assert released.get(path).status_code == 200, path
    assert [released.get(f"/sitemap-{number}.xml").status_code for number in (0, 2)] == [404, 404]


def test_the_sitemap_lists_nothing_that_is_no_longer_in_use(state_of, serve, tmp_path):
    file = tmp_path / "gone.nt"
    gone, day = ("id/body/gone", "scheme/kind/gone", "graph/gone"), Literal("2026-11-26").n3()
    lines = [f"<{BASE}{one}> <{OWL.deprecated}> {Literal(True).n3()} .\n" for one in gone]
    dated = ("doc/body/gone", "doc/body/here", "scheme/kind/gone", "graph/gone")
    file.write_text("".join(lines + [f"<{BASE}{one}> <{DCTERMS.modified}> {day} .\n" for one in dated]))
    with serve(state_of(file)) as client:
        found = client.get("/sitemap-1.xml").text
    assert [one for one in dated if f"/{one}<" in found] == ["doc/body/here"]


def test_sitemaps_hold_no_more_than_they_may(state_of, serve, tmp_path):
    file = tmp_path / "many.nt"
    day = Literal("2026-11-25").n3()
    file.write_text("".join(f"<{BASE}doc/body/b{n}> <{DCTERMS.modified}> {day} .\n" for n in range(50_001)))
    with serve(state_of(file)) as client:
        sizes = [len(ET.fromstring(client.get(f"/sitemap-{number}.xml").content)) for number in (1, 2)]
    assert sizes == [50_000, 2]


def test_the_feed_tells_what_came_changed_and_went(released):
    response = released.get("/feed.atom")
    assert response.headers["content-type"] == "application/atom+xml; charset=utf-8"
    feed = ET.fromstring(response.content)
    for name in ("id", "title", "updated"):
        assert feed.findtext(f"{ATOM}{name}")
    assert feed.findtext(f"{ATOM}author/{ATOM}name")
    assert feed.find(f"{ATOM}link[@rel='self']").get("href") == "http://testserver/feed.atom"
    entries = feed.findall(f"{ATOM}entry")
    identities = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(set(identities)) == len(identities)
    for entry in entries:
        assert entry.findtext(f"{ATOM}title")
        assert datetime.fromisoformat(entry.findtext(f"{ATOM}updated")).tzinfo
        assert entry.find(f"{ATOM}link").get("href").startswith("http://testserver/")
    went = [entry for entry in entries if entry.find(f"{ATOM}category[@term='replaced']") is not None]
    assert len(went) == 21
    page = released.get("/", headers=BROWSER).text
    assert '<link rel="alternate" type="application/atom+xml" title="What changed" href="/feed.atom">' in page


@pytest.mark.parametrize("path", ["/robots.txt", "/sitemap.xml", "/sitemap-1.xml", "/feed.atom"])
def test_other_peoples_data_is_found_as_well(client, path):
    assert client.get(path, headers=BROWSER).status_code == 200
    body = client.get(path)
    again = client.get(path, headers={"If-None-Match": body.headers["etag"]})
    assert again.status_code == 304


def test_data_that_does_not_describe_itself_has_no_page_of_its_own(client):
    assert client.get("/dataset").status_code == 404
    assert 'href="/dataset"' not in client.get("/", headers=BROWSER).text


def test_linksets_and_graphs_are_reached_from_the_dataset(described):
    linksets = [node for node in described.objects(DATASET, URIRef(f"{VOID}subset")) if "#links-" in node]
    assert len(linksets) == len(set(described.subjects(RDF.type, URIRef(f"{VOID}Linkset")))) > 5
    for node in linksets:
        assert described.value(node, URIRef(f"{VOID}subjectsTarget")) == DATASET
        target = described.value(node, URIRef(f"{VOID}objectsTarget"))
        assert (target, RDF.type, URIRef(f"{VOID}Dataset")) in described
        assert described.value(target, URIRef(f"{VOID}uriSpace")).endswith("/")
        assert described.value(node, URIRef(f"{VOID}triples")).value > 0
    wikidata = described.value(URIRef(f"{DATASET}#site-www-wikidata-org"), URIRef(f"{VOID}uriSpace"))
    assert str(wikidata) == "http://www.wikidata.org/"
    for node in described.objects(DATASET, URIRef(f"{VOID}subset")):
        assert described.value(node, URIRef(f"{VOID}triples")), node


@pytest.mark.parametrize("suffix", [".nope", ".x.y", ".x.ttl"])
def test_only_known_suffixes_name_a_representation(released, suffix):
    assert released.get(f"/dataset{suffix}").status_code == 404


def test_a_suffix_in_capitals_is_sent_on(released):
    response = released.get("/dataset.TTL?page=2")
    assert (response.status_code, response.headers["location"]) == (301, "/dataset.ttl?page=2")


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/dataset.nq", ox.RdfFormat.N_QUADS),
        ("/dataset?format=trig", ox.RdfFormat.TRIG),
        ("/r?format=trig", ox.RdfFormat.TRIG),
    ],
)
def test_formats_that_name_graphs_hold_the_union_too(released, path, form):
    told = list(ox.parse(released.get(path).content, form))
    merged = {quad.triple for quad in told if quad.graph_name == ox.DefaultGraph()}
    named = {quad.triple for quad in told if quad.graph_name != ox.DefaultGraph()}
    assert named
    assert named <= merged


def test_the_header_and_the_page_agree_on_the_one_address(released):
    for path in ("/dataset.html", "/doc/ont/Action.html?page=2"):
        response = released.get(path)
        (told,) = re.findall(r'<([^>]*)>; rel="canonical"', response.headers["link"])
        assert f'<link rel="canonical" href="{told}">' in response.text
        assert f'<meta property="og:url" content="{told}">' in response.text


@pytest.mark.parametrize(
    "path",
    [
        "/dataset", "/r", "/r/0.2.0", "/r/0.2.0/doc/body/asean", "/r/0.2.0/changes/instrument/unscr-1325",
        "/search?q=trade", "/browse/action?verb=promote",
    ],
)  # fmt: skip
def test_what_cannot_be_had_is_refused_with_what_can(released, path):
    response = released.get(path, headers={"Accept": "image/png"}, follow_redirects=True)
    assert response.status_code == 406
    alternates = response.json()["alternates"]
    assert "text/html" in {each["type"] for each in alternates}
    for each in alternates:
        assert f'<{each["href"]}>; rel="alternate"; type="{each["type"]}"' in response.headers["link"]
        found = released.get(each["href"], headers={"Accept": "*/*"})
        assert found.status_code == 200
        assert found.headers["content-type"].partition(";")[0] == each["type"]
