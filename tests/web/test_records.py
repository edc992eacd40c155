"""Catalogue records over HTTP."""

import io
import json
import re

import bibtexparser
import pymarc
import pytest
import rispy
from lxml import etree

from aseancan_kg.library.records.crosswalk import carried, crosswalk, lost
from aseancan_kg.library.records.exchange import FORMATS, of_kind

PLAN = "/records/instrument/plan-b"
FIREFOX = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.mark.parametrize("one", FORMATS, ids=lambda one: one.format.name)
def test_a_suffix_names_a_format(client, one):
    response = client.get(f"{PLAN}.{one.format.name}")
    assert response.status_code == 200
    assert response.headers["content-type"] == one.format.content_type
    assert "Accept" not in response.headers.get("vary", "").split(", ")
    assert response.headers["content-location"] == f"{PLAN}.{one.format.name}"
    assert f'filename="instrument-plan-b.{one.suffix}"' in response.headers["content-disposition"]
    assert b"Plan B, 2021-2025" in response.content
    head = client.head(f"{PLAN}.{one.format.name}")
    assert (head.content, head.headers["etag"]) == (b"", response.headers["etag"])
    again = client.get(f"{PLAN}.{one.format.name}", headers={"If-None-Match": response.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("accept", "name"),
    [
        ("*/*", "marcxml"),
        ("application/marc", "marc21"),
        ("application/mods+xml", "mods"),
        ("application/xml", "marcxml"),
        ("application/ld+json", "legislation"),
        ("text/plain", "isbd"),
    ],
)
def test_without_a_suffix_the_accept_header_chooses(client, accept, name):
    response = client.get(PLAN, headers={"Accept": accept})
    assert response.headers["content-location"] == f"{PLAN}.{name}"
    assert "Accept" in response.headers["vary"].split(", ")
    assert response.content == client.get(f"{PLAN}.{name}").content == client.get(f"{PLAN}?format={name}").content


def test_a_record_links_to_its_thing_its_other_formats_and_the_catalogue(client):
    link = client.get(f"{PLAN}.mods").headers["link"]
    assert '<https://w3id.org/aseancan/id/instrument/plan-b>; rel="cite-as"' in link
    assert '<https://w3id.org/aseancan/id/instrument/plan-b>; rel="describes"' in link
    assert f'<{PLAN}.marc21>; rel="alternate"; type="application/marc"' in link
    assert '</records>; rel="collection"' in link


def test_a_browser_gets_a_page_that_shows_the_record_and_what_is_lost(client):
    response = client.get(PLAN, headers=FIREFOX)
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "Adopted: 2020-09-10." in response.text
    for one in of_kind("instrument"):
        assert f'href="{PLAN}.{one.format.name}"' in response.text
    assert "What each format loses of it" in response.text


def test_the_overview_offers_all_of_a_kind_in_each_format(client):
    page = client.get("/records").text
    assert 'href="/records/instrument.marc21"' in page
    assert "/records/body.mods" not in page
    for address in re.findall(r'href="(/records/\w+\.[\w-]+)"', page):
        assert client.get(address).status_code == 200


def test_all_instruments_and_all_bodies_are_read_back(client):
    whole = client.get("/records/instrument.marcxml")
    assert 'filename="instruments.marcxml.xml"' in whole.headers["content-disposition"]
    titles = [marc["245"]["a"] for marc in pymarc.parse_xml_to_array(io.BytesIO(whole.content))]
    assert "Plan B, 2021-2025." in titles
    assert all(marc.leader[6] == "z" for marc in pymarc.MARCReader(client.get("/records/body.marc21").content))


@pytest.mark.parametrize("name", ["bib", "ris", "csl"])
@pytest.mark.parametrize(
    "path",
    [
        "instrument/actip-2015",
        "instrument/mpac-2025",
        "body/aha-centre",
        "meeting/20th-asean-canada-dialogue",
        "instrument/asean-canada-poa-2021-2025/action/2.7.4",
    ],
)
def test_a_thing_is_referred_to_as_it_is_cited(released, path, name):
    record = released.get(f"/records/{path}.{name}")
    cited = released.get("/cite", params={"iri": f"https://w3id.org/aseancan/id/{path}", "format": name})
    assert (record.content, record.headers["content-type"]) == (cited.content, cited.headers["content-type"])


def test_actions_and_meetings_are_had_as_a_whole_where_a_format_has_them(released):
    page = released.get("/records").text
    for kind, name, number in (("action", "ris", 106), ("action", "mods", 106), ("meeting", "oai_dc", 73)):
        whole = released.get(f"/records/{kind}.{name}")
        assert f'filename="{kind}s.' in whole.headers["content-disposition"]
        assert whole.text.count({"ris": "ER  -", "mods": "<mods ", "oai_dc": "<oai_dc:dc "}[name]) == number
        assert f'href="/records/{kind}.{name}"' in page
    assert (
        released.get("/records/action.marcxml").status_code == released.get("/records/meeting.mods").status_code == 404
    )


def test_the_page_of_a_body_says_of_marc_21_what_its_authority_record_loses(released):
    page = released.get("/records/body/aha-centre", headers=FIREFOX).text
    assert "see the authority record" not in page


def test_all_of_a_kind_are_read_by_reference_managers(released):
    whole = {name: released.get(f"/records/instrument.{name}").text for name in ("ris", "bib", "csl")}
    keys = [one["id"] for one in json.loads(whole["csl"])]
    assert len(set(keys)) == 120
    assert [one["id"] for one in rispy.loads(whole["ris"])] == keys
    assert [one.key for one in bibtexparser.parse_string(whole["bib"]).entries] == keys


def test_an_action_has_a_record_whose_text_is_escaped(client):
    response = client.get(f"{PLAN}/action/1.2.6.oai_dc")
    root = etree.fromstring(response.content)
    texts = [one.text for one in root.iter("{http://purl.org/dc/elements/1.1/}description")]
    assert texts == ['Support the "agenda" & <script>alert(1)</script> women;']
    page = client.get(f"{PLAN}/action/1.2.6", headers=FIREFOX).text
    assert "<script>alert" not in page


def test_marc_enters_a_plan_under_a_body_for_those_who_want_it(released):
    address = "/records/instrument/mpac-2025.marc21"
    (by_title,) = pymarc.MARCReader(released.get(address).content)
    (by_body,) = pymarc.MARCReader(released.get(f"{address}?main_entry=corporate").content)
    assert "111" not in by_title
    assert by_body["111"]["a"] == "ASEAN Summit,"
    refused = released.get(f"{address}?main_entry=x")
    assert (refused.status_code, "corporate" in refused.json()["hint"]) == (400, True)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/records/instrument/nowhere", 404),
        ("/records/instrument/nowhere.mods", 404),
        (f"{PLAN}.pdf", 404),
        ("/records/body/a.mods", 404),
        ("/records/body.mods", 404),
        ("/records/nothing.marc21", 404),
        ("/records/section.isbd", 404),
        ("/records/a%00b", 404),
        ("/records/%3Cscript%3E.mods", 404),
        (f"{PLAN}/section/1.2.mods", 404),
        (f"{PLAN}?format=docx", 406),
        ("/records/", 404),
    ],
)
def test_what_there_is_not_is_a_problem_document(client, path, status):
    response = client.get(path)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"


def test_what_is_not_acceptable_comes_with_the_list(client):
    response = client.get(PLAN, headers={"Accept": "image/png"})
    assert response.status_code == 406
    assert f"{PLAN}.marc21" in [one["href"] for one in response.json()["alternates"]]


def test_the_crosswalk_is_a_page_and_a_file(client):
    page = client.get("/records/crosswalk", headers=FIREFOX).text
    file = client.get("/records/crosswalk.csv")
    assert file.headers["content-type"] == "text/csv; charset=utf-8"
    assert len(file.text.splitlines()) == len(crosswalk()) + 1
    columns = {one.column for one in FORMATS}
    assert page.count('<th scope="row">') == sum(len(carried(column)) for column in columns)
    for field, column in ((field, column) for field in crosswalk() for column in columns):
        assert (field in carried(column)) != any(field in fields for fields in lost(column).values())
    assert "No element means this" in page


def test_pages_of_instruments_and_bodies_link_to_their_records(client):
    for thing, has in (("instrument/plan-b", True), ("body/asean", True), ("instrument/plan-b/action/1.2.6", False)):
        page = client.get(f"/doc/{thing}.html").text
        assert (f'href="/records/{thing}.marcxml"' in page) == has
        assert (f'<a href="/records/{thing}">Catalogue record</a>' in page) == has


def test_under_a_path_every_link_keeps_it(serve, state_of):
    with serve(state_of(), root_path="/kg") as client:
        page = client.get("/kg/records").text
        assert 'href="/kg/records/instrument.marcxml"' in page
        response = client.get("/kg/records/instrument/plan-b.mods")
        assert "</kg/records/instrument/plan-b.marc21>" in response.headers["link"]
        assert response.headers["content-location"] == "/kg/records/instrument/plan-b.mods"


def test_other_peoples_data_has_no_records_and_says_so(serve, state_of, tmp_path):
    file = tmp_path / "other.nq"
    file.write_text('<http://e/a> <http://e/p> "x" <urn:g> .\n')
    with serve(state_of(file)) as client:
        assert "There are no instruments and no bodies" in client.get("/records").text
        assert client.get("/records/instrument.marc21").status_code == 404
        assert client.get("/records/instrument/a.marc21").status_code == 404


def test_json_ld_is_json(client):
    assert json.loads(client.get(f"{PLAN}.legislation").content)["@context"] == "https://schema.org"


def test_a_name_that_was_given_up_leads_to_the_record_of_its_successor(serve, state_of, tmp_path):
    file = tmp_path / "renamed.trig"
    given_up = """@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix dcterms: <http://purl.org/dc/terms/> .
        <https://w3id.org/aseancan/graph/identifiers> { <https://w3id.org/aseancan/id/body/old>
          owl:deprecated true ; dcterms:isReplacedBy <https://w3id.org/aseancan/id/body/new> . }"""
    file.write_text(given_up)
    with serve(state_of(file)) as client:
        moved = client.get("/records/body/old.mods")
    assert (moved.status_code, moved.headers["location"]) == (301, "/records/body/new.mods")
