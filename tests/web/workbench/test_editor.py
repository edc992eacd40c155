"""The editor: what it completes, which errors it marks, how it is left."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.proof

PREFIXES = """PREFIX ac: <https://w3id.org/aseancan/ont#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""


def offered(page, typed, name):
    """Type something; return the suggestion whose name begins like this, once the editor takes Enter for it."""
    page.keyboard.type(typed)
    option = page.get_by_role("option", name=re.compile("^" + re.escape(name))).first
    expect(option).to_be_visible()
    page.wait_for_timeout(100)  # for the first 75 ms of a list it takes none
    return option


def test_an_error_is_told_and_marked(page, ask):
    ask(page, "SELECT *\n{ ?s ac:name ?o } }")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("the prefix ac: is not declared")
    expect(alert.locator("pre")).to_have_text("{ ?s ac:name ?o } }\n     ^")
    expect(page.locator(".fault")).to_have_text("ac:name")
    page.keyboard.press("Control+End")
    page.keyboard.type(" ")
    expect(page.locator(".fault")).to_have_count(0)


def test_an_error_is_marked_behind_wide_characters_too(page, ask):
    ask(page, 'SELECT * { ?s ?p "😀" ; nope:x 1 }')
    expect(page.locator(".fault")).to_have_text("nope:x")


def test_missing_prefixes_are_declared_by_a_button_and_by_a_key(page, write, text_of):
    for mend in (
        lambda: page.get_by_role("button", name="Declare ac: skos:").click(),
        lambda: page.keyboard.press("Alt+p"),
    ):
        write(page, "# bodies\nSELECT ?l { ?s a ac:Body ; skos:prefLabel ?l }")
        expect(page.get_by_role("button", name="Declare ac: skos:")).to_be_visible()
        mend()
        assert text_of(page) == f"# bodies\n{PREFIXES}SELECT ?l {{ ?s a ac:Body ; skos:prefLabel ?l }}"
        expect(page.get_by_role("button", name="Declare")).to_have_count(0)


def test_a_completed_term_brings_its_prefix(page, write, text_of):
    write(page, "SELECT * { ?s a ")
    offered(page, "ac:Instr", "ac:Instrument")
    expect(page.locator(".cm-completionInfo")).to_contain_text("A text that states commitments.")
    expect(page.locator(".cm-completionInfo")).to_contain_text("2 instances")
    page.keyboard.press("Enter")
    assert text_of(page) == "PREFIX ac: <https://w3id.org/aseancan/ont#>\nSELECT * { ?s a ac:Instrument"
    offered(page, " ; ac:adop", "ac:adoptedOn").click()
    assert text_of(page).endswith("?s a ac:Instrument ; ac:adoptedOn")
    assert text_of(page).count("PREFIX") == 1


def test_a_prefix_is_declared_as_it_is_typed(page, write, text_of):
    write(page, "PREFIX ")
    offered(page, "dcte", "dcterms:")
    page.keyboard.press("Enter")
    assert text_of(page) == "PREFIX dcterms: <http://purl.org/dc/terms/>"


def test_a_declared_name_for_a_namespace_is_used(page, write, text_of):
    write(page, "PREFIX my: <https://w3id.org/aseancan/ont#>\nSELECT * { ?s a ")
    offered(page, "my:Bod", "my:Body")
    page.keyboard.press("Enter")
    assert text_of(page).endswith("?s a my:Body")
    assert text_of(page).count("PREFIX") == 1


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("?bo", "?body"),
        ("OPT", "OPTIONAL"),
        ("JC", "JCC"),
        ("Thai", "Thailand"),
    ],
)
def test_variables_keywords_and_things_are_offered(page, typed, name, write):
    write(page, "SELECT ?body { ?body ?p ")
    offered(page, typed, name)


def test_a_thing_is_written_as_its_iri(page, write, text_of):
    write(page, "DESCRIBE ")
    offered(page, "JCC", "JCC")
    page.keyboard.press("Enter")
    assert text_of(page) == "DESCRIBE <https://w3id.org/aseancan/id/body/jcc>"


def test_nothing_is_offered_inside_a_string(page, write):
    write(page, 'SELECT * { ?s ?p "" }')
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    page.keyboard.type("JCC OPT")
    page.wait_for_timeout(300)
    expect(page.get_by_role("option")).to_have_count(0)


def test_the_editor_is_left_with_the_keyboard(page):
    page.get_by_role("textbox", name="Query").click()
    expect(page.get_by_role("textbox", name="Query")).to_have_accessible_description(
        re.compile("Escape, then Tab leaves the editor")
    )
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Run")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("textbox", name="Query")).to_be_focused()
