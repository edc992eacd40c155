"""How things and answers are cited at `/cite`, and the block "Cite" of their pages."""

import html
import re

import pytest

from aseancan_kg.library.citing.citations import as_sentence, metadata
from aseancan_kg.library.citing.references import references
from aseancan_kg.library.citing.styles import STYLES
from aseancan_kg.namespaces import BASE, thing

PLAN = thing("instrument", "asean-canada-poa-2021-2025")
PAGE = {"Accept": "text/html"}
QUERY = f"{BASE}queries/instruments-by-state-on-a-day?date=2023-06-01"


def test_a_browser_gets_a_page_with_every_style_and_format(released):
    iri = f"{PLAN}/action/2.7.4"
    answer = released.get("/cite", params={"iri": iri}, headers=PAGE)
    page = html.unescape(answer.text)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    for words in (
        "In 2021-2025 Plan of Action to Implement",
        "ASEAN Member States, & Canada. (2020). Action 2.7.4.",
        " (adopted 10 September 2020), action 2.7.4; ASEAN-Canada commitments knowledge graph, version ",
        *(style.label for style in STYLES.values()),
    ):
        assert words in page
    for name in ("bib", "ris", "csl"):
        address = re.search(rf'href="([^"]*format={name})"', page)[1]
        assert released.get(address).status_code == 200
    assert f'<abbr class="unapi-id" title="{iri}"></abbr>' in page


def test_a_program_gets_bibtex_unless_it_asks_for_another_format(released):
    iri = thing("instrument", "actip-2015")
    assert released.get("/cite", params={"iri": iri}).text.startswith("@misc{aseancan-instrument-actip-2015,")
    ris = released.get("/cite", params={"iri": iri}, headers={"Accept": "application/x-research-info-systems"})
    assert ris.text.startswith("TY  - STAT\r\n")
    assert ris.headers["vary"] == "Accept"


def test_a_style_is_had_as_text_and_kept_by_its_tag(released):
    asked = {"iri": thing("instrument", "actip-2015"), "style": "apa"}
    answer = released.get("/cite", params=asked)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.text.startswith("ASEAN Convention Against Trafficking in Persons, Especially Women and Children, ")
    held = {"If-None-Match": answer.headers["etag"]}
    assert released.get("/cite", params=asked, headers=held).status_code == 304


def test_a_work_without_an_author_is_cited_in_every_style(released):
    iri = thing("instrument", "unclos-1982")
    shown = html.unescape(released.get("/cite", params={"iri": iri}, headers=PAGE).text)
    for style in STYLES:
        told = released.get("/cite", params={"iri": iri, "style": style}).text.rstrip()
        assert told.startswith("United Nations Convention on the Law of the Sea")
        assert f"<dd>{told}</dd>" in shown


def test_a_past_release_is_cited_as_what_it_was(released):
    iri = f"{BASE}r/b0c752e3c0a8ec01"
    for given in (iri, f"{BASE}r/0.1.0", "r/0.1.0"):
        told = released.get("/cite", params={"iri": given, "format": "bib"}).text
        assert "version = {0.1.0 (b0c752e3c0a8ec01)}" in told
        assert "date = {2026-11-23}" in told
        assert f"url = {{{iri}}}" in told
    apa = released.get("/cite", params={"iri": iri, "style": "apa"}).text
    assert "commitments knowledge graph (Version 0.1.0)" in apa


@pytest.mark.parametrize(
    "given",
    [
        *("instrument/actip-2015", "id/instrument/actip-2015", "/doc/instrument/actip-2015.ttl"),
        *(f"{BASE}doc/instrument/actip-2015", "http://testserver/doc/instrument/actip-2015"),
        "http://testserver/id/instrument/actip-2015 ",
    ],
)
def test_a_thing_is_cited_by_its_name_and_by_the_address_of_its_page(released, given):
    iri = thing("instrument", "actip-2015")
    told = released.get("/cite", params={"iri": given, "format": "csl"})
    assert told.text == released.get("/cite", params={"iri": iri, "format": "csl"}).text
    assert 'filename="aseancan-instrument-actip-2015.csl.json"' in told.headers["content-disposition"]


def test_an_address_of_this_host_is_found_below_a_path_too(serve, state_of):
    with serve(state_of(), root_path="/kg") as client:
        told = client.get("/kg/cite", params={"iri": "http://testserver/kg/doc/body/asean", "format": "csl"})
        assert told.json()[0]["URL"] == thing("body", "asean")


def test_a_query_is_cited_with_its_parameters(released):
    told = released.get("/cite", params={"iri": QUERY, "format": "csl"}).json()[0]
    assert told["title"] == "State of every instrument on a day (date 2023-06-01)"
    assert (told["type"], told["URL"]) == ("dataset", QUERY)
    assert released.app.state.service.store.version in told["version"]


def test_a_deposited_answer_is_cited_at_cite_as_at_its_own_address(released):
    location = released.post("/q", data={"query": "ASK {}"}).headers["location"]
    told = released.get("/cite", params={"iri": BASE + location[1:], "format": "bib"}).text
    assert told == released.get(f"{location}.bib").text
    assert "SHA-256 of the answer" in told


@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        ({}, 400),
        ({"iri": ""}, 400),
        ({"iri": f"{BASE}id/body/nowhere"}, 404),
        ({"iri": "body/nowhere"}, 404),
        ({"iri": "https://example.org/doc/instrument/actip-2015"}, 404),
        ({"iri": f"{BASE}r/9.9.9"}, 404),
        ({"iri": f"{BASE}queries/nothing"}, 404),
        ({"iri": f"{BASE}q/aaaaaaaaaaaaaaaa"}, 404),
        ({"iri": f"{QUERY}&nothing=1"}, 400),
        ({"iri": f"{BASE}queries/instruments-by-state-on-a-day?date=soon"}, 400),
        ({"iri": "javascript:alert(1)"}, 404),
        ({"iri": "<script>"}, 404),
        ({"iri": PLAN, "style": "vancouver"}, 400),
        ({"iri": PLAN, "format": "doc"}, 406),
    ],
    ids=str,
)
def test_what_cannot_be_cited_is_told(released, parameters, status):
    assert released.get("/cite", params=parameters).status_code == status


@pytest.mark.parametrize(
    "path",
    [
        f"/doc/{PLAN.removeprefix(f'{BASE}id/')}/action/2.7.4",
        "/doc/instrument/actip-2015",
        "/doc/body/aha-centre",
        "/scheme/topic/mine-action",
        "/doc/meeting/20th-asean-canada-dialogue",
        "/dataset",
        "/r/b0c752e3c0a8ec01",
        "/queries/instruments-by-state-on-a-day",
        f"/read/{PLAN.removeprefix(f'{BASE}id/')}",
    ],
)
def test_every_page_has_the_same_block_for_the_same_thing(released, path):
    page = released.get(path, headers=PAGE).text
    assert "In APA, Chicago, MLA and Bluebook</a>" in page
    address = html.unescape(re.search(r'href="(/cite\?iri=[^"]*format=html)">In APA', page)[1])
    cited = released.get(address)
    assert cited.status_code == 200
    (recommended,) = re.findall(r"<dt>Recommended</dt><dd>(.*?)</dd>", cited.text)
    assert f"<p>{recommended}</p>" in page
    (identity,) = re.findall(r'<abbr class="unapi-id" title="([^"]*)"></abbr>', page)
    assert f"<code>{identity}</code>" in cited.text
    assert re.search('<meta name="citation_title" content="[^"]+">', page)
    assert page.count(">BibTeX</a>") == 1 or path.startswith("/read/")


def test_pages_tell_search_engines_what_they_are_about(released):
    page = released.get("/doc/instrument/actip-2015", headers=PAGE).text
    iri = thing("instrument", "actip-2015")
    found = references(released.app.state.service.store, [iri])[iri]
    told = re.findall(r'<meta name="((?:citation_|bibo)[^"]*)" content="([^"]*)">', page)
    assert [(name, html.unescape(text)) for name, text in told] == metadata(found)
    assert ("bibo.type", "Legislation") in told
    assert "Z3988" not in page


def test_a_thing_in_a_past_release_is_not_cited_as_the_current_one(released):
    page = released.get("/r/0.1.0/doc/body/asean", headers=PAGE).text
    assert "unapi-id" not in page
    assert "citation_title" not in page


def test_hostile_words_stay_words_on_the_page_and_in_every_format(tmp_path, state_of, serve):
    iri = thing("body", "x")
    label = '{x} 50% \\\\ & <script>alert(1)</script>\\nER  - \\r\\nTY  - BOOK \\"'
    file = tmp_path / "hostile.nq"
    file.write_text(f'<{iri}> <http://www.w3.org/2004/02/skos/core#prefLabel> "{label}"@en .\n')
    with serve(state_of(file)) as client:
        for address in ("/doc/body/x", f"/cite?iri={iri}"):
            page = client.get(address, headers=PAGE).text
            assert "<script>alert" not in page
            assert "50% \\ &amp; &lt;script&gt;alert(1)" in page
        ris = client.get("/cite", params={"iri": iri, "format": "ris"}).text
        assert [ris.count(f"\r\n{tag}  - ") for tag in ("ER", "TY")] == [1, 0]
        for style in STYLES:
            assert client.get("/cite", params={"iri": iri, "style": style}).status_code == 200


def test_the_recommended_words_are_those_of_the_library(released):
    found = references(released.app.state.service.store, [PLAN])[PLAN]
    assert html.escape(as_sentence(found)) in released.get("/cite", params={"iri": PLAN}, headers=PAGE).text
