"""A plan as it is read: every action as the graph has it, every mention a link just where it stands."""

import csv
import io
import re
import zipfile
from html import escape
from html.parser import HTMLParser

import pytest
from rdflib import RDF, SKOS, URIRef
from rdflib.namespace import DCTERMS

from aseancan_kg import settings
from aseancan_kg.build.text import offsets
from aseancan_kg.library.citing.citations import as_sentence
from aseancan_kg.library.citing.references import references
from aseancan_kg.namespaces import ID, ONT, PREFIXES, thing

PLAN = thing("instrument", "asean-canada-poa-2021-2025")
READ = "/read/instrument/asean-canada-poa-2021-2025"


class Words(HTMLParser):
    """Reads of each part of the page its text, and the links in it: target, where they begin, where they end."""

    def __init__(self, page):
        super().__init__()
        self.texts, self.links, self.ids = {}, {}, []
        self._part = self._open = self._href = None
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        told = dict(attributes)
        if "id" in told:
            self.ids.append(told["id"])
        if tag == "div" and told.get("class") == "part":
            self._part = told["id"]
        elif tag == "span" and told.get("class") == "words":
            self._open = self._part
            self.texts[self._open], self.links[self._open] = "", []
        elif tag == "a" and self._open:
            self._href = told["href"], len(self.texts[self._open])

    def handle_endtag(self, tag):
        if tag == "span":
            self._open = None
        elif tag == "a" and self._open and self._href:
            self.links[self._open].append((*self._href, len(self.texts[self._open])))
            self._href = None

    def handle_data(self, data):
        if self._open:
            self.texts[self._open] += data


@pytest.fixture(scope="module")
def words(browsed):
    return Words(browsed.get(READ).text)


def anchor(part):
    return part.removeprefix(f"{PLAN}/").replace("/", "-")


def test_every_action_reads_as_the_graph_has_it(union, words):
    actions = [
        action
        for action in union.subjects(RDF.type, URIRef(f"{ONT}Action"))
        if str(action).startswith(f"{PLAN}/") and union.value(action, DCTERMS.isPartOf)
    ]
    assert len(actions) > 100
    for action in actions:
        assert words.texts[anchor(str(action))] == str(union.value(action, URIRef(f"{ONT}text")))


def test_every_mention_is_a_link_just_where_it_stands(union, words):
    edition = (settings.resources() / "data" / "sources" / "plan-of-action-2021-2025.txt").read_text(encoding="utf-8")
    spans = {}
    for mention in union.subjects(RDF.type, URIRef(f"{ONT}Mention")):
        part = union.value(mention, RDF.subject)
        if anchor(str(part)) not in words.texts:
            continue
        start, end = (int(union.value(part, URIRef(f"{ONT}{end}Offset"))) for end in ("start", "end"))
        position = URIRef(f"{mention}#position")
        first, last = (int(union.value(position, URIRef(f"{PREFIXES['oa']}{end}"))) for end in ("start", "end"))
        places = offsets(edition[start:end])
        span = places.index(first - start), places.index(last - start - 1) + 1
        href = "/doc/" + str(union.value(mention, RDF.object)).removeprefix(ID)
        spans.setdefault(anchor(str(part)), []).append((href, *span))
    assert sum(map(len, spans.values())) > 300
    for part, mentioned in spans.items():
        links = words.links[part]
        for href, first, last in mentioned:
            assert any(link[0] == href and first <= link[1] <= link[2] <= last for link in links), (part, href)
        for href, first, last in links:
            assert any(one[0] == href and one[1] <= first and last <= one[2] for one in mentioned), (part, href)


def test_parts_stand_in_the_order_of_the_text_under_their_headings(union, browsed, words):
    starts = {
        anchor(str(part)): int(union.value(part, URIRef(f"{ONT}startOffset")))
        for kind in ("Section", "Action", "Preamble")
        for part in union.subjects(RDF.type, URIRef(ONT + kind))
    }
    shown = [one for one in words.ids if one in starts]
    assert shown == sorted(starts, key=starts.get)
    assert len(set(words.ids)) == len(words.ids)
    assert '<a class="numeral" href="#action-1.2.6">1.2.6</a>' in browsed.get(READ).text


def test_side_notes_show_codings_disagreement_topics_goals_and_what_takes_it_up(browsed):
    page = browsed.get(READ).text
    action = page[page.index('id="action-1.3.1"') : page.index('id="action-1.3.2"')]
    for told in (
        "lead verb",
        "Theme only",
        "<em>rules:</em>",
        "Named output",
        "Cybercrime",
        "SDG target 16.4",
        "full match",
    ):
        assert told in action
    assert 'href="/scheme/topic/cybercrime"' in action
    assert 'class="notes"' not in browsed.get(f"{READ}?notes=off").text


def test_sources_are_shown_when_asked_for(browsed, union):
    assert "code points 5673" not in browsed.get(READ).text
    page = browsed.get(f"{READ}?source=on").text
    action = page[page.index('id="action-1.2.6"') : page.index('id="action-1.2.7"')]
    edition = URIRef(thing("source", "plan-of-action-2021-2025"))
    checksum = str(union.value(edition, URIRef(f"{ONT}sha256")))
    for told in (
        "5673–5714",
        checksum,
        "Full name",
        "Confirmed",
        "Code points 5501–5715",
        "through exploring cooperation",
    ):
        assert told in action
    assert 'href="/doc/mention/plan-of-action-2021-2025/5673-5714"' in action


def test_every_action_is_cited_with_its_number_the_day_and_the_version(browsed, union):
    page = browsed.get(READ).text
    action = page[page.index('id="action-1.2.6"') : page.index('id="action-1.2.7"')]
    store = browsed.app.state.service.store
    sentence = as_sentence(references(store, [f"{PLAN}/action/1.2.6"])[f"{PLAN}/action/1.2.6"])
    assert ", action 1.2.6; " in sentence
    assert store.version in sentence
    assert escape(sentence) in action
    address = f"/cite?iri={PLAN}/action/1.2.6&format=bib".replace(":", "%3A")
    assert address.replace("&", "&amp;") in action
    cited = browsed.get(address)
    assert cited.headers["content-type"] == "application/x-bibtex; charset=utf-8"
    assert "date = {2020-09-10}" in cited.text


def test_a_plan_is_taken_away_as_table_text_and_triples(browsed, union):
    rows = list(csv.DictReader(io.StringIO(browsed.get(f"{READ}.csv").text)))
    assert len(rows) == 106
    row = next(one for one in rows if one["number"] == "1.2.6")
    assert (row["chapter"], row["section"], row["lead_verbs"]) == ("1", "1.2", "Promote")
    assert "ASEAN Regional Mine Action Center" in row["names"]
    with zipfile.ZipFile(io.BytesIO(browsed.get(f"{READ}.xlsx").content)) as workbook:
        assert "1.2.6" in workbook.read("xl/sharedStrings.xml").decode()
    text = browsed.get(f"{READ}.txt").text
    assert f"1.2.6 {row['text']}\n" in text
    turtle = browsed.get(f"{READ}.ttl")
    assert turtle.headers["content-type"] == "text/turtle; charset=utf-8"
    assert str(union.value(URIRef(PLAN), SKOS.prefLabel)) in turtle.text
    assert '"1.2.6/1"' in turtle.text
    assert browsed.get(f"{READ}.jsonld").json()["@context"]


def test_a_things_page_says_how_to_cite_it_and_links_it_not_to_itself(browsed):
    page = browsed.get(f"/doc/{PLAN.removeprefix(ID)}").text
    assert f'<a href="{READ}">Read it, action by action</a>' in page
    assert "/cite?iri=https%3A//w3id.org/aseancan/id/instrument/asean-canada-poa-2021-2025&amp;format=ris" in page
    assert f'href="/doc/{PLAN.removeprefix(ID)}"' not in page[page.index("<h2>Facts</h2>") :]
    action = browsed.get(f"/doc/{PLAN.removeprefix(ID)}/action/1.2.6").text
    assert f'<a href="{READ}#action-1.2.6">Read it in its place</a>' in action
    assert ">Regional Mine Action Centre (ARMAC)</a>" in action
    assert "an order of four that this project proposes" in action
    facts = action[action.index("<h2>Facts</h2>") : action.index('<h2 id="incoming">')]
    assert ">part of</a>" in facts
    assert ">lead verb</a>" not in facts  # it stands under "How it is coded"
    checksum = re.search("SHA-256 ([0-9a-f]+)…", action)
    assert checksum
    assert len(checksum[1]) == 12
    assert "Sources and confidence are those of the row" not in action  # which has none from a register


def test_a_statement_nodes_page_is_a_sentence_and_no_slug(browsed):
    page = browsed.get("/doc/coding/plan-of-action-2021-2025/rules/action/1.2.6/clause/1/firmness").text
    assert "<h1>What is said of ASEAN-Canada Plan of Action (2021-2025), action 1.2.6, clause 1</h1>" in page
    assert "Coding: plan-of-action" not in page
    for told in (">Rules</a> says of", ">firmness</a>", ">Firm</a></strong>", "<q>Further promote</q>"):
        assert told in page


def test_home_shows_an_action_and_six_ways_in_that_are_there(browsed):
    page = browsed.get("/").text
    ways = page[page.index("Six ways in") : page.index("One action")]
    targets = re.findall('href="([^"]+)"', ways)
    assert len(re.findall("<li>", ways)) == 6
    assert {"/records", "/oai?verb=Identify", "/reconcile", "/downloads/tables"} <= {*targets}
    for target in targets:
        assert browsed.get(target, follow_redirects=True).status_code == 200, target
    assert '<a class="m-instrument" href="/doc/instrument/apaec-2016-2025"' in page
    assert re.search("<strong>106</strong> actions", page)


def test_one_plan_is_where_read_leads(browsed):
    response = browsed.get("/read")
    assert (response.status_code, response.headers["location"]) == (303, READ)


def test_a_plan_without_offsets_is_read_too_and_nothing_in_it_is_markup(client):
    page = client.get("/read/instrument/plan-b").text
    assert "Rights &lt;b&gt;of&lt;/b&gt; women" in page
    assert "<script>alert" not in page
    assert page.index('id="action-1.2.6"') < page.index('id="action-1.2.10"') < page.index('id="action-5.1.1"')
    assert client.get("/read/instrument/plan-b?source=on").status_code == 200
    assert client.get("/read/instrument/plan-b.csv").text.splitlines()[1].startswith("1.2.6,1,1.2,")


@pytest.mark.parametrize(
    "path", ["instrument/plan-a", "instrument/nowhere", "body/asean", "instrument/plan-b/section/1", ""]
)
def test_what_is_no_plan_is_not_read(client, path):
    assert client.get(f"/read/{path}").status_code in (301, 404)
    assert client.get(f"/read/{path}.csv").status_code == 404


def test_a_switch_is_on_or_off(client):
    response = client.get("/read/instrument/plan-b?source=maybe")
    assert response.status_code == 400
    assert "on or off" in response.json()["hint"]


def test_data_without_a_plan_says_so(serve, state_of, tmp_path):
    file = tmp_path / "other.nq"
    file.write_text('<http://e/a> <http://e/p> "x" <urn:g> .\n')
    with serve(state_of(file, union_default_graph=False)) as client:
        assert "the text of no plan" in client.get("/read").text


def test_a_page_is_kept_by_its_tag(client):
    tag = client.get("/read/instrument/plan-b").headers["etag"]
    assert client.get("/read/instrument/plan-b", headers={"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize(
    ("query", "status"),
    [("", 400), ("?iri=http://e/unknown", 404), ("?iri=not+an+iri", 404), ("?iri={}&format=doc", 406)],
)
def test_what_cannot_be_cited_is_told(client, query, status):
    assert client.get("/cite" + query.format(thing("body", "asean"))).status_code == status


def test_a_citation_links_to_what_it_describes_and_to_its_other_styles(serve, state_of):
    iri = thing("instrument", "plan-b")
    with serve(state_of(), root_path="/kg") as client:
        cited = client.get("/kg/cite", params={"iri": iri, "format": "ris"})
        links = cited.links
        assert links["describes"]["url"] == iri
        found = re.findall(r'<([^>]+)>; rel="alternate"; type="([^"]+)"', cited.headers["link"])
        assert len(found) == 3
        for address, media_type in found:
            answer = client.get(address)
            assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, media_type)


@pytest.mark.parametrize("iri", ["http://metadata.un.org/sdg/7", thing("source", "plan-of-action-2021-2025")])
def test_the_work_of_others_is_not_cited_as_ours(browsed, iri):
    page = browsed.get("/", params={"uri": iri}, headers={"Accept": "text/html"}, follow_redirects=True)
    assert page.status_code == 200
    assert "<summary>Cite</summary>" not in page.text
    refused = browsed.get("/cite", params={"iri": iri})
    assert refused.status_code == 404
    assert "its own publisher" in refused.text
    assert "<summary>Cite</summary>" in browsed.get("/doc/body/asean", headers={"Accept": "text/html"}).text


def test_home_and_the_reading_view_say_whose_codings_and_which_meeting(browsed):
    home = browsed.get("/", headers={"Accept": "text/html"}).text
    assert "codings by 3 coders</a>" in home
    assert "what was said at the 20th ASEAN-Canada Dialogue that takes it up" in home
    text = browsed.get("/read/instrument/asean-canada-poa-2021-2025", headers={"Accept": "text/html"}).text
    assert re.search(r'was said at the <a href="[^"]*">20th ASEAN-Canada Dialogue</a>; of no other', text)


def test_links_hold_below_a_path(serve, state_of):
    with serve(state_of(), root_path="/kg") as client:
        page = client.get("/kg/read/instrument/plan-b").text
    assert 'href="/kg/doc/instrument/plan-b/action/1.2.6"' in page
    assert "/kg/cite?iri=" in page
    assert 'href="/read/' not in page
