"""An answer: its rows sorted, labelled and drawn, downloaded, shared, cited and, where it is empty, explained."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.proof

PREFIXES = """PREFIX ac: <https://w3id.org/aseancan/ont#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""
BODIES = PREFIXES + "SELECT ?body (STRLEN(?name) AS ?length) { ?body a ac:Body ; skos:prefLabel ?name }"


def test_a_query_is_run_and_its_iris_are_labelled_and_linked(page, ask):
    ask(page, BODIES)
    expect(page.get_by_role("status").first).to_contain_text(re.compile(r"^3 rows in .* s.*; dataset version "))
    link = page.get_by_role("link", name="ASEAN Secretariat")
    expect(link).to_have_attribute("href", "/doc/body/asean-secretariat")
    expect(page.locator("td", has=link)).to_contain_text("id/body/asean-secretariat")


def test_labels_of_what_the_vocabulary_does_not_hold_are_fetched(page, ask):
    ask(page, PREFIXES + "SELECT ?action { ?action a ac:Action }")
    expect(page.get_by_role("link", name="Action 1.2.10")).to_have_attribute(
        "href", "/doc/instrument/plan-b/action/1.2.10"
    )


def test_an_answer_stands_when_its_labels_do_not_come(page, url, ask):
    page.route(
        f"{url}/sparql",
        lambda route: route.abort() if "VALUES ?iri" in str(route.request.post_data) else route.continue_(),
    )
    ask(page, PREFIXES + "SELECT ?action { ?action a ac:Action }")
    expect(page.get_by_role("link", name="id/instrument/plan-b/action/1.2.10")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


def column(page, number):
    return page.locator(f"tbody td:nth-child({number})").all_inner_texts()


def test_columns_are_sorted_by_value_and_back(page, ask):
    ask(page, "SELECT ?n ?s { VALUES (?n ?s) { (10 'a10') (9 'a9') (100 UNDEF) } }")
    heading = page.get_by_role("columnheader", name="n", exact=True)
    page.get_by_role("button", name="n", exact=True).click()
    assert column(page, 1) == ["9", "10", "100"]
    expect(heading).to_have_attribute("aria-sort", "ascending")
    page.get_by_role("button", name="n", exact=True).click()
    assert column(page, 1) == ["100", "10", "9"]
    expect(heading).to_have_attribute("aria-sort", "descending")
    page.get_by_role("button", name="s", exact=True).click()
    assert column(page, 2) == ["a9", "a10", ""]
    assert heading.get_attribute("aria-sort") is None


def test_every_kind_of_term_is_shown(page, ask):
    bind = "BIND(<urn:a> AS ?a) BIND(BNODE() AS ?b) BIND('x'@fr AS ?c) BIND(<<( <urn:a> <urn:p> 'o' )>> AS ?d)"
    ask(page, f"SELECT * {{ {bind} }}")
    expect(page.locator("section tbody td")).to_have_text(
        ["urn:a", re.compile(r"^\w+$"), "x fr", "<<( urn:a urn:p o )>>"]
    )
    expect(page.locator("section tbody a")).to_have_count(0)


def test_a_thousand_rows_are_shown_of_more(page, ask):
    numbers = " ".join(map(str, range(1500, 0, -1)))
    ask(page, f"SELECT ?n {{ VALUES ?n {{ {numbers} }} }}")
    expect(page.get_by_role("status").first).to_contain_text("1,500 rows, of which 1,000 are shown")
    assert len(column(page, 1)) == 1000
    page.get_by_role("button", name="n", exact=True).click()
    assert column(page, 1)[0] == "1"


@pytest.mark.parametrize("kind", ["bar", "line", "scatter"])
def test_numbers_are_drawn(page, kind, ask):
    ask(page, BODIES)
    page.get_by_role("button", name="Chart").click()
    page.get_by_label("Kind").select_option(kind)
    chart = page.get_by_role("img", name=f"{kind} chart of length by body")
    expect(chart.locator("desc")).to_contain_text("3 values from 17 to 40")
    expect(chart.locator("rect" if kind == "bar" else "circle")).to_have_count(3)
    expect(chart.locator("path")).to_have_count(1 if kind == "line" else 0)


def test_dates_stand_in_their_order_on_an_axis(page, ask):
    ask(page, 'SELECT ?d ?n { VALUES (?d ?n) { ("2020-01-01"^^<http://www.w3.org/2001/XMLSchema#date> 1)'
              ' ("1967-08-08"^^<http://www.w3.org/2001/XMLSchema#date> 2) } }')  # fmt: skip
    page.get_by_role("button", name="Chart").click()
    page.get_by_label("Kind").select_option("line")
    left, right = (page.locator("circle").nth(number).bounding_box() for number in (0, 1))
    assert left["x"] < right["x"]
    expect(page.locator("circle title").first).to_have_text("1967-08-08: 2")


def test_no_numbers_no_chart(page, ask):
    ask(page, "SELECT ?s { VALUES ?s { 'a' } }")
    page.get_by_role("button", name="Chart").click()
    expect(page.locator(".panel")).to_contain_text("needs a column of numbers")


def test_what_came_can_be_read_raw(page, ask):
    ask(page, "SELECT ?s { VALUES ?s { '<b>&' } }")
    page.get_by_role("button", name="Raw").click()
    expect(page.get_by_role("region", name="Body")).to_contain_text('"value":"<b>&"')


@pytest.mark.parametrize(
    ("query", "formats"),
    [
        (BODIES, ["csv", "tsv", "json", "xml", "xlsx"]),
        ("DESCRIBE <https://w3id.org/aseancan/id/body/jcc>", ["ttl", "nt", "rdf", "jsonld", "trig", "nq"]),
    ],
)
def test_the_answer_can_be_downloaded_in_every_format(page, query, formats, ask):
    ask(page, query)
    links = page.locator(".files a")
    expect(links).to_have_text(formats)
    for number, name in enumerate(formats):
        with page.expect_download() as download:
            links.nth(number).click()
        assert download.value.suggested_filename == f"answer.{name}"
        body = Path(download.value.path()).read_bytes()
        assert body.startswith(b"PK") if name == "xlsx" else b"jcc" in body


def test_a_yes_or_no_is_no_workbook(page, ask):
    ask(page, "ASK { ?s ?p ?o }")
    expect(page.locator(".files a")).to_have_text(["csv", "tsv", "json", "xml"])


def test_a_graph_is_shown_as_turtle(page, ask):
    ask(page, "DESCRIBE <https://w3id.org/aseancan/id/body/jcc>")
    expect(page.get_by_role("region", name="Body")).to_contain_text("@prefix ac:")


def test_the_link_can_be_copied(open_page, ask):
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    ask(page, BODIES)
    page.get_by_role("button", name="Copy the link").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.url


def test_an_empty_answer_is_explained_and_mended(page, ask):
    ask(page, BODIES.replace("ac:Body", "ac:Bodies"))
    why = page.get_by_role("region", name="Why nothing was found")
    expect(why).to_contain_text("did you mean ac:Body?")
    why.get_by_role("button", name="Mend the query and run it").click()
    expect(page.get_by_role("status").first).to_contain_text("3 rows")
    expect(why).to_have_count(0)


def test_an_answer_can_be_cited(open_page, ask):
    page = open_page(viewport={"width": 390, "height": 800})
    ask(page, BODIES)
    page.get_by_role("button", name="Cite this answer").click()
    expect(page.get_by_role("link", name="https://w3id.org/aseancan/q/")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("link", name="https://w3id.org/aseancan/q/").click()
    expect(page.get_by_text("Same.")).to_be_visible()
    expect(page.get_by_role("link", name="BibTeX")).to_be_visible()
