"""Pictures: what can be drawn of a dataset, as pages, SVG and tables."""

import csv
import html
import re
from io import BytesIO, StringIO
from urllib.parse import quote
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest

from aseancan_kg.catalogue import lineages, matrices, meetings, networks
from aseancan_kg.namespaces import thing, with_prefixes
from aseancan_kg.store.embedded import EmbeddedStore
from aseancan_kg.store.remote import RemoteStore

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
SVG = "{http://www.w3.org/2000/svg}"
PLAN, ASEAN = thing("instrument", "asean-canada-poa-2021-2025"), thing("body", "asean")
WHOLE = ("chapters-verbs", "topics-pillars", "actions-goals", "lineages", "meetings", "network", "network-with-actions")
OF_THING = (f"lineage?of={PLAN}", f"neighbours?of={ASEAN}")
SCRIPT = "<script>alert('planted')</script>"


SMALL = """
@prefix ac: <https://w3id.org/aseancan/ont#> . @prefix dcterms: <http://purl.org/dc/terms/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix id: <https://w3id.org/aseancan/id/> .
id:instrument\\/plan a ac:Plan , ac:Instrument ; ac:supersedes id:instrument\\/old ;
  ac:adoptedOn "2020-09-10"^^xsd:date .
id:instrument\\/old a ac:Instrument ; ac:periodStartsOn "2016"^^xsd:gYear ; ac:periodEndsOn "2020"^^xsd:gYear .
id:section\\/1 a ac:Section ; dcterms:isPartOf id:instrument\\/plan ; skos:notation "1" ; ac:text "Security" .
id:action\\/1.1 a ac:Action ; dcterms:isPartOf id:section\\/1 ; skos:notation "1.1" ; ac:text "Support it." ;
  ac:mentions id:body\\/asean , id:instrument\\/old .
id:clause\\/1 dcterms:isPartOf id:action\\/1.1 ; ac:leadVerb id:support . id:support skos:prefLabel "Support" .
id:body\\/asean a ac:Body ; ac:acronym "ASEAN" .
id:meeting\\/1 a ac:Meeting ; ac:startedOn "2021-02"^^xsd:gYearMonth ; ac:inSeries id:body\\/asean .
id:statement\\/1 ac:saidAt id:meeting\\/1 ; ac:reaffirms id:action\\/1.1 , id:instrument\\/old .
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A dataset that has something to draw for most pictures."""
    file = tmp_path_factory.mktemp("small") / "small.ttl"
    file.write_text(SMALL)
    return file


def address(name, suffix=""):
    name, mark, query = name.partition("?")
    return f"/pictures/{name}{suffix}{mark}{query}"


def rows_of(page):
    """Return the cells of each row of a page's table, as text."""
    rows = re.findall("<tr>(.*?)</tr>", page.partition("<tbody>")[2], re.DOTALL)
    return [
        [html.unescape(re.sub("<[^>]*>", "", cell)) for cell in re.findall("<t[dh].*?</t[dh]>", row)] for row in rows
    ]


def test_all_that_can_be_drawn_is_shown_and_leads_to_its_page(browsed):
    page = browsed.get("/pictures").text
    assert re.findall(r'<li><a href="/pictures/([\w-]+)">', page) == list(WHOLE)
    for name in WHOLE:
        assert f'<img src="/pictures/{name}.svg" alt=""' in page


@pytest.mark.parametrize("name", [*WHOLE, *OF_THING])
def test_a_picture_says_what_it_shows_to_who_does_not_see_it(browsed, name):
    page = browsed.get(address(name)).text
    drawn = ElementTree.fromstring(re.search("<svg.*</svg>", page, re.DOTALL)[0])
    assert drawn.get("role") == "group"  # it has links, which an image cannot have
    for attribute, tag in (("aria-labelledby", "title"), ("aria-describedby", "desc")):
        told = drawn.find(SVG + tag)
        assert told.get("id") == drawn.get(attribute)
        assert told.text.strip()
    assert all(link.find(f"{SVG}title").text for link in drawn.iter(f"{SVG}a"))
    identifiers = re.findall(r' id="([^"]*)"', page)
    assert len(identifiers) == len(set(identifiers))
    assert " style=" not in page


def test_a_network_tells_how_often_that_is_named_which_it_leaves_out(browsed):
    text = browsed.get("/pictures/network", headers={"Accept": "text/html"}).text
    count = f"""SELECT (COUNT(DISTINCT ?action) AS ?count) {{ ?action a ac:Action ; ac:mentions <{ASEAN}>
      FILTER(NOT EXISTS {{ ?action ac:namedWithin <{ASEAN}> }}
        || EXISTS {{ ?action ?by <{ASEAN}> FILTER(?by NOT IN (ac:mentions, ac:namedWithin)) }}) }}"""
    (row,) = browsed.app.state.service.store.rows(with_prefixes(count))
    told = (
        f"{row['count'].value} actions name it, those not counted that have it only within the name of another thing."
    )
    assert told in re.sub(r"\s+", " ", text)


@pytest.mark.parametrize("name", [*WHOLE, *OF_THING])
def test_a_picture_can_be_taken_away_as_svg_and_its_table_as_csv_and_workbook(browsed, name):
    page = browsed.get(address(name)).text
    drawing, table, workbook = (browsed.get(address(name, f".{suffix}")) for suffix in ("svg", "csv", "xlsx"))
    assert drawing.headers["content-type"] == "image/svg+xml"
    alone = ElementTree.fromstring(drawing.content)
    assert (alone.get("role"), [*alone.iter(f"{SVG}a")]) == ("img", [])
    assert not [one for one in alone.iter() if one.get("style") or one.tag == f"{SVG}style"]
    rows = list(csv.DictReader(StringIO(table.text)))
    shown = [row for row in rows_of(page) if row]
    assert len(rows) == len(shown)
    assert all(page_row[0].startswith(next(iter(row.values()))) for page_row, row in zip(shown, rows, strict=True))
    assert ZipFile(BytesIO(workbook.content)).testzip() is None


def test_a_cell_leads_to_the_list_that_it_counts(browsed):
    page = browsed.get(address("chapters-verbs")).text
    link, count = re.search(r'<td class="level-5"><a href="(\?[^"]*)">(\d+)</a>', page).groups()
    sent = browsed.get(address("chapters-verbs") + html.unescape(link))
    assert sent.status_code == 303
    listed = browsed.get(f"{sent.headers['location']}&format=csv").text.splitlines()
    assert listed[0].startswith("action,number,text")
    assert len(listed) - 1 == int(count) == 11
    nowhere = browsed.get(address("chapters-verbs"), params={"row": PLAN, "column": ASEAN})
    assert nowhere.status_code == 404


def test_the_long_matrix_keeps_its_headings_in_view_and_is_grouped_by_chapter(browsed):
    page = browsed.get(address("actions-goals")).text
    assert len(re.findall('<tr class="group"><th colspan="18" scope="rowgroup">', page)) == 8
    assert len(re.findall('<th scope="row">', page)) == 106
    assert len(re.findall('<th scope="col"', page)) == 18
    assert "0.9 for high, 0.6 for medium, 0.3 for low" in page
    assert "position: sticky" in browsed.get("/static/style.css").text


def test_a_timeline_draws_a_day_as_a_point_and_a_year_as_wide_as_it_is(serve, state_of, tmp_path):
    file = tmp_path / "instruments.ttl"
    file.write_text(
        "@prefix ac: <https://w3id.org/aseancan/ont#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> ."
        "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix i: <https://w3id.org/aseancan/id/instrument/> ."
        'i:day a ac:Instrument ; ac:adoptedOn "2001-05-06"^^xsd:date ; ac:enteredIntoForceOn "2002-01-02"^^xsd:date .'
        f'i:year a ac:Instrument ; skos:prefLabel "{SCRIPT}"@en ; ac:adoptedOn "2005"^^xsd:gYear .'
        "i:year ac:supersedes i:day . i:none a ac:Instrument ; ac:supersedes i:year ."
    )
    with serve(state_of(file), headers=BROWSER) as client:
        page = client.get(address("lineages")).text
        drawn = ElementTree.fromstring(re.search("<svg.*</svg>", page, re.DOTALL)[0])
        assert re.findall(r'href="/pictures/([\w-]+)"', client.get("/pictures").text) == ["lineages"]
        assert client.get(address("network")).status_code == 404
    rows = {link.get("href").rpartition("/")[2]: link for link in drawn.iter(f"{SVG}a")}
    looks = {name: [mark.get("class") for mark in row if mark.tag != f"{SVG}title"][1:] for name, row in rows.items()}
    assert looks == {"day": ["adopted", "force"], "year": ["adopted-about"], "none": ["faint"]}
    assert rows["none"][-1].text == "no date known"
    assert float(rows["year"].find(f"{SVG}rect").get("width")) > 50
    assert len([*drawn.iter(f"{SVG}path")]) - 1 - 2 == 1  # one tie, beside the mark of entry into force and the key
    assert SCRIPT not in page
    assert "&lt;script&gt;" in page


def test_a_period_of_which_one_end_is_told_is_a_line_to_or_from_it(serve, state_of, tmp_path):
    file = tmp_path / "periods.ttl"
    file.write_text(
        "@prefix ac: <https://w3id.org/aseancan/ont#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> ."
        "@prefix i: <https://w3id.org/aseancan/id/instrument/> ."
        'i:whole a ac:Instrument ; ac:periodStartsOn "2001"^^xsd:gYear ; ac:periodEndsOn "2005"^^xsd:gYear .'
        'i:ends a ac:Instrument ; ac:adoptedOn "2006-01-01"^^xsd:date ; ac:periodEndsOn "2020"^^xsd:gYear .'
        'i:only a ac:Instrument ; ac:periodEndsOn "2020"^^xsd:gYear . i:ends ac:supersedes i:whole . '
        'i:only ac:supersedes i:ends . i:starts a ac:Instrument ; ac:periodStartsOn "2010"^^xsd:gYear ;'
        "ac:supersedes i:only ."
    )
    with serve(state_of(file), headers=BROWSER) as client:
        drawn = ElementTree.fromstring(client.get(address("lineages", ".svg")).text)
    rows = {
        link.find(f"{SVG}text").text: link for link in drawn.iter(f"{SVG}g") if link.find(f"{SVG}title") is not None
    }

    def line(name):
        (found,) = rows[name].findall(f"{SVG}line") or [None]
        return found is not None and float(found.get("x2")) - float(found.get("x1"))

    assert line("whole") is False
    assert line("ends") > 200  # from the day of its adoption
    assert line("only") == line("starts") == 40
    assert "start or end not told" in [text.text for text in drawn.iter(f"{SVG}text")]


def test_planted_markup_stays_text_in_every_form(serve, state_of, tmp_path):
    file = tmp_path / "planted.nt"
    ont, text = "https://w3id.org/aseancan/ont#", f'"{SCRIPT}&\\""'
    label = "<http://www.w3.org/2004/02/skos/core#prefLabel>"
    kind = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
    file.write_text(
        f"<urn:a> {kind} <{ont}Action> .\n<urn:a> <{ont}mentions> <javascript:alert(1)> .\n<urn:a> {label} {text} .\n"
        f"<javascript:alert(1)> {kind} <{ont}Body> .\n<javascript:alert(1)> {label} {text} .\n"
    )
    with serve(state_of(file, union_default_graph=False), headers=BROWSER) as client:
        for path in ("network", "network.svg", "network-with-actions", "neighbours?of=javascript:alert(1)"):
            response = client.get(f"/pictures/{path}")
            assert response.status_code == 200
            assert "<script>" not in response.text
            assert 'href="javascript' not in response.text
            assert "planted" in response.text


def test_the_page_of_a_thing_has_its_pictures(browsed):
    page = browsed.get(f"/doc/{PLAN.partition('/id/')[2]}").text
    assert re.findall('<svg[^>]* aria-labelledby="([^"]*)"', page) == ["lineage-title", "neighbours-title"]
    assert f'<a href="/pictures/lineage?of={quote(PLAN, safe="")}">' in page
    assert "<svg" not in browsed.get("/scheme/basis").text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("nothing", 404),
        ("lineage", 404),
        ("lineage?of=urn:nobody", 404),
        ("neighbours?of=no%20IRI", 404),
        ("chapters-verbs?plan=urn:nobody", 404),
        ("network.docx", 406),
        ("network.svg.svg", 406),
        ("%00", 404),
    ],
)
def test_what_cannot_be_drawn_is_told(browsed, path, status):
    assert browsed.get(f"/pictures/{path}").status_code == status


def test_a_dataset_without_anything_to_draw_says_so(serve, state_of, tmp_path):
    file = tmp_path / "other.nt"
    file.write_text("<urn:a> <urn:b> <urn:c> .\n")
    with serve(state_of(file), headers=BROWSER) as client:
        assert "nothing in this dataset that could be drawn" in client.get("/pictures").text


def test_links_respect_the_base_path(serve, state_of, small):
    with serve(state_of(small), root_path="/kg", headers=BROWSER) as client:
        for name in WHOLE:
            if (page := client.get(f"/kg/pictures/{name}")).status_code == 200:
                assert 'href="/kg/doc/' in page.text
                assert not re.findall(r'(?:href|src)="/(?!kg/)[^"]*"', page.text)
        page = client.get("/kg/pictures/chapters-verbs").text
        link = html.unescape(re.search(r'<td class="level-5"><a href="(\?[^"]*)">', page)[1])
        assert client.get(f"/kg/pictures/chapters-verbs{link}").headers["location"].startswith("/kg/sparql?query=")


def test_a_picture_is_kept_by_who_holds_it(browsed):
    first = browsed.get(address("network", ".svg"))
    assert browsed.get(address("network", ".svg"), headers={"If-None-Match": first.headers["etag"]}).status_code == 304


def test_another_server_is_asked_for_the_same(running, state_of, small):
    here = EmbeddedStore.from_files([small], union_default_graph=True)
    with running(state_of(small)) as port:
        there = RemoteStore(f"http://127.0.0.1:{port}/sparql")
        (plan,) = matrices.plans(there)
        assert [matrices.matrix(there, kind, plan) for kind in matrices.KINDS] == [
            matrices.matrix(here, kind, plan) for kind in matrices.KINDS
        ]
        for make in (networks.of_things, networks.with_actions, meetings.meetings):
            assert make(there) == make(here)
        assert lineages.lineages(there).overview() == lineages.lineages(here).overview()
        assert networks.around(there, ASEAN) == networks.around(here, ASEAN)
    assert networks.around(here, ASEAN)
