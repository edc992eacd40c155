"""Browsing by kind and facets, over the tiny dataset and the real one."""

import csv
import html
import json
import re
from io import BytesIO, StringIO
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest

from aseancan_kg.catalogue.documents import DATASET
from aseancan_kg.catalogue.facets import SHELVES
from aseancan_kg.catalogue.kinds import BY_NAME
from aseancan_kg.catalogue.listing import Listing
from aseancan_kg.library.citing.citations import as_sentence
from aseancan_kg.library.citing.references import references
from aseancan_kg.namespaces import BASE, ID, SCHEME
from aseancan_kg.store.embedded import EmbeddedStore

HTML = {"Accept": "text/html"}
LINK = re.compile(r'href="(/browse/[^"]*)"')


def read(client, address):
    response = client.get(address, headers=HTML)
    assert response.status_code == 200, address
    return response.text


def total(text):
    return int(re.search(r'<h2 id="list">([\d,]+) ', text)[1].replace(",", ""))


def query_of(text):
    return html.unescape(re.search("<pre>(.*?)</pre>", text, re.DOTALL)[1])


def choices(text):
    """Return (address, label, count) of every value that can be chosen."""
    found = re.findall(
        r'<li><a href="(/browse/[^"]*)"(?: aria-current="true")?>([^<]*)</a> <span>([\d,]+)</span>', text
    )
    return [
        (html.unescape(address), html.unescape(label), int(count.replace(",", ""))) for address, label, count in found
    ]


def test_the_kinds_that_there_are_are_listed_with_counts(client, released):
    text = read(released, "/browse")
    for name, count in (
        ("instrument", 120),
        ("action", 106),
        ("clause", 131),
        ("topic", 130),
        ("meeting", 73),
        ("report", 85),
        ("act", 162),
    ):
        assert re.search(rf'<a href="/browse/{name}">[^<]*</a> <span>{count}</span>', text)
    assert '<a href="/browse">Browse</a>' in read(released, "/")
    few = read(client, "/browse")
    assert "/browse/action" in few
    assert "/browse/statement" not in few


@pytest.mark.parametrize("kind", SHELVES)
def test_every_count_is_that_of_the_list_it_leads_to(released, kind):
    text = read(released, f"/browse/{kind}")
    offered = choices(text)
    for address, label, count in [*offered[:3], *offered[-3:]]:
        assert total(read(released, address)) == count, (address, label)


@pytest.mark.parametrize("selected", ["", "?pillar=economic"])
def test_a_facet_says_of_how_many_things_nothing_is_recorded(released, selected):
    text = read(released, f"/browse/instrument{selected}")
    facet = text[text.index('<h2 id="by-nature">') :].partition("</section>")[0]
    values = sum(int(count) for count in re.findall(r"</a> <span>(\d+)</span></li>", facet))
    lacking = re.search(r"none recorded</span> <span>(\d+)<", facet)
    assert lacking
    assert 0 < values == total(text) - int(lacking[1])
    assert "none recorded" not in text[text.index('<h2 id="by-kind">') :].partition("</section>")[0]


def test_facets_combine_and_can_be_left(released):
    both = read(released, "/browse/action?firmness=firm&topic=health")
    assert (
        0
        < total(both)
        < min(total(read(released, f"/browse/action?{one}")) for one in ("firmness=firm", "topic=health"))
    )
    either = read(released, "/browse/action?topic=health&topic=trade")
    assert total(either) > total(read(released, "/browse/action?topic=health"))
    left = {html.unescape(one) for one in re.findall(r'href="([^"]*)" aria-label="Remove', both)}
    assert left == {"/browse/action?firmness=firm", "/browse/action?topic=health"}
    for address, label, count in choices(both):
        # A second value of a facet widens the list, so its count tells how many have that value.
        if len(parse_qs(urlsplit(address).query)) == 3:
            assert total(read(released, address)) == count, label


def test_a_broader_topic_holds_the_actions_of_the_narrower(released):
    def listed(topic):
        return set(re.findall(r'href="(/doc/[^"]*/action/[\d.]+)"', read(released, f"/browse/action?topic={topic}")))

    assert listed("health-security") < listed("health")


def test_the_query_that_is_shown_gives_the_list(released):
    for address in ("/browse/action?verb=promote&firmness=flexible", "/browse/instrument?year=2015&sort=date"):
        text = read(released, address)
        rows = released.get("/sparql", params={"query": query_of(text), "format": "json"}).json()["results"]["bindings"]
        things = list(dict.fromkeys(row["thing"]["value"].replace(ID, "/doc/") for row in rows))
        listed = re.findall(r'<p class="name"><a href="([^"]*)">', text)
        assert listed == things != []
        opened = html.unescape(re.search(r'<a href="(/sparql\?[^"]*)">Open it in the workbench', text)[1])
        assert parse_qs(urlsplit(opened).query) == {"query": [query_of(text)]}


def test_files_hold_all_pages(released):
    text = read(released, "/browse/instrument?pillar=political-security&pillar=economic&sort=date")
    assert total(text) > 50
    assert "page 1 of 2" in text
    second = read(released, "/browse/instrument?pillar=political-security&pillar=economic&sort=date&page=2")
    names = re.findall(r'<p class="name"><a href="([^"]*)">', text + second)
    files = [html.unescape(one) for one in LINK.findall(text) if "format=" in one]
    assert [one.rpartition("=")[2] for one in files] == ["csv", "xlsx", "jsonld"]
    rows = list(csv.reader(StringIO(released.get(files[0]).text)))
    assert rows[0] == ["iri", "label", "date", "Kind", "Legal nature", "Pillar", "Year of adoption", "Party", "Adopter"]
    assert [row[0].replace(ID, "/doc/") for row in rows[1:]] == names
    assert {row[5] for row in rows[1:]} == {"Political-security", "Economic"}
    workbook = openpyxl.load_workbook(BytesIO(released.get(files[1]).content))
    assert workbook["Table"].max_row == len(rows)
    about = dict(workbook["About"].values)
    assert about["SPARQL query"] == query_of(text)
    assert about["Licence"].startswith("https://creativecommons.org/")
    dataset = references(released.app.state.service.store, [DATASET])[DATASET]
    assert about["Suggested citation"] == as_sentence(dataset)
    graph = json.loads(released.get(files[2]).content)["@graph"]
    assert {one["@id"].replace(ID, "/doc/").replace("id:", "/doc/") for one in graph} >= set(names[:1])
    assert len(graph) >= len(names)


def test_actions_stand_in_the_order_of_the_text_with_their_words(released):
    text = read(released, "/browse/action?chapter=1")
    numbers = re.findall(r"<a href=\"[^\"]*action/([\d.]+)\">", text)
    assert numbers[:3] == ["1.1.1", "1.1.2", "1.1.3"]
    assert "Further promote cooperation" in text
    rows = list(csv.reader(StringIO(released.get("/browse/action?chapter=1&format=csv").text)))
    assert rows[0][:4] == ["iri", "label", "number", "text"]
    assert [row[2] for row in rows[1:4]] == numbers[:3]


def test_goals_stand_in_their_order_each_before_its_targets(released):
    rows = list(csv.DictReader(StringIO(released.get("/browse/goal?format=csv").text)))
    numbers = [row["number"] for row in rows]
    assert numbers[:8] == ["1", "1.1", "1.2", "1.3", "1.4", "1.5", "1.a", "1.b"]
    assert [number for number in numbers if number.isdecimal()] == [str(number) for number in range(1, 18)]
    assert numbers[numbers.index("8.9") :][:4] == ["8.9", "8.10", "8.a", "8.b"]
    assert {row["Goal, with its targets"] for row in rows if row["number"] in ("2", "2.1")} == {rows[8]["label"]}
    offered = choices(read(released, "/browse/goal"))
    assert [int(label.removeprefix("Goal ").partition(":")[0]) for _, label, _ in offered] == [*range(1, 18)]
    assert offered[0][2] == numbers.index("2") == 8


def test_topics_are_a_tree_with_the_actions_on_each(released):
    text = read(released, "/browse/topic")
    assert re.search(r"Transnational crime</a>.*?<ul>.*?Trafficking in persons", text, re.DOTALL)
    address, count = re.search(r'<a class="uses" href="([^"]*topic=health)">(\d+) action', text).groups()
    assert total(read(released, address)) == int(count)


def test_the_page_of_a_goal_shows_the_actions_that_are_counted_for_it(released):
    text = read(released, "/?uri=http://metadata.un.org/sdg/7")
    assert "<summary>2 Economic Cooperation <small>3</small></summary>" in text
    assert "SDG target 7.2: inferred, high confidence</a>" in text
    assert "inferred, medium confidence</a>" in text
    (counted,) = [count for _, label, count in choices(read(released, "/browse/action")) if label.startswith("Goal 7:")]
    assert f"<h2>Where it is found <small>{counted}</small></h2>" in text


def test_a_combination_that_nothing_has_offers_a_way_out(released):
    text = read(released, "/browse/instrument?year=1944&pillar=economic&nature=non-binding")
    assert total(text) == 0
    assert "Leave something out" in text
    ways = re.findall(r'<li><a href="([^"]*)">Without [^<]*</a> <small>(\d+)</small>', text)
    assert len(ways) == 3
    for address, count in ways:
        assert total(read(released, html.unescape(address))) == int(count)
    assert "format=csv" not in text


@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        ("/browse/nope", 404, "The kinds are instrument"),
        ("/browse/statement", 404, "/browse lists what there is."),
        ("/browse/instrument?nope=x", 400, "The facets are kind"),
        ("/browse/instrument?kind=plam", 404, "There is for example plan."),
        ("/browse/instrument?sort=nope", 400, "It is one of label, date."),
        ("/browse/instrument?page=9", 404, "The last one is 1."),
        ("/browse/instrument?page=-1", 400, "Pages are counted from 1."),
        ("/browse/instrument?kind=%3C/a%3E", 404, "There is for example"),
        ("/browse/instrument?year=%00", 404, "There is for example"),
        ("/browse/%2e%2e/x", 404, None),
        ("/browse/instrument?format=ttl", 406, "There is"),
    ],
)
def test_what_is_not_there_is_told(client, address, status, said):
    response = client.get(address)
    assert response.status_code == status
    assert said is None or said in response.json()["hint"]


def test_what_is_hostile_in_the_data_stays_text(serve, state_of, tmp_path):
    hostile = '<script>alert(1)</script>" } # \\\\'
    file = tmp_path / "hostile.ttl"
    file.write_text(f"""
      PREFIX ac: <{BASE}ont#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
      <{ID}body/a> a ac:Body ; skos:prefLabel '''{hostile}'''@en ; ac:seatCountry '''{hostile}'''@en .
      <{ID}body/b> a ac:Body ; skos:prefLabel "B" ; ac:seatCountry "Y"@en .
      _:blank a ac:Body ; ac:seatCountry "Z" .
    """)
    with serve(state_of(file)) as client:
        text = read(client, "/browse/body")
        assert total(text) == 2
        (chosen,) = [address for address, label, _ in choices(text) if "script" in label]
        text = read(client, chosen)
        assert total(text) == 1
        assert "<script>" not in text
        rows = client.get("/sparql", params={"query": query_of(text), "format": "json"}).json()["results"]["bindings"]
        assert [row["thing"]["value"] for row in rows] == [f"{ID}body/a"]


def test_a_facet_that_tells_nothing_apart_does_not_show(client, released):
    assert 'id="by-plan"' not in read(released, "/browse/action")
    assert 'id="by-verb"' in read(released, "/browse/action")
    assert 'id="by-verb"' not in read(client, "/browse/action")


def test_other_data_has_nothing_to_browse(serve, state_of, tmp_path):
    file = tmp_path / "other.ttl"
    file.write_text('<http://e/a> a <http://e/C> ; <http://www.w3.org/2000/01/rdf-schema#label> "A" .')
    with serve(state_of(file)) as client:
        assert "no kind of things that is known here" in read(client, "/browse")


def test_answers_are_kept_and_links_stand_below_the_path(serve, state_of):
    with serve(state_of(), root_path="/kg") as client:
        response = client.get("/browse/instrument", headers=HTML)
        assert 'href="/kg/doc/instrument/plan-b"' in response.text
        assert '<a href="/kg/browse">' in response.text
        refused = client.get("/browse/instrument?sort=label", headers={"Accept": "image/png"})
        assert refused.json()["alternates"][0]["href"] == "/kg/browse/instrument?sort=label&format=html"
        again = client.get("/browse/instrument", headers={**HTML, "If-None-Match": response.headers["etag"]})
        assert again.status_code == 304


def test_a_page_needs_few_look_ups(published):
    class Counted(EmbeddedStore):
        asked = 0

        def rows(self, *arguments):
            Counted.asked += 1
            return super().rows(*arguments)

        def quads(self, **arguments):
            Counted.asked += 1
            return super().quads(**arguments)

    store = Counted.from_files([published], union_default_graph=True)
    Counted.asked = 0
    listing = Listing(store, BY_NAME["action"])
    assert Counted.asked <= 3
    selection = listing.selection([("verb", "promote")])
    Counted.asked = 0
    listing.items(listing.query(selection, "text"))
    listing.choices(selection)
    assert Counted.asked == 1
    assert f"{SCHEME}verb/promote" in listing.query(selection, "text")


@pytest.mark.parametrize(
    ("asked", "canonical"),
    [
        ("action", "action"),
        ("action?page=1&sort=text", "action"),
        ("action?page=2", "action?page=2"),
        ("action?sort=label&verb=promote&x=", "action?verb=promote&amp;sort=label"),
    ],
)
def test_a_page_names_the_address_that_gives_its_things(released, asked, canonical):
    text = read(released, f"/browse/{asked}")
    assert f'<link rel="canonical" href="{BASE}browse/{canonical}">' in text
    assert f'<meta property="og:url" content="{BASE}browse/{canonical}">' in text
