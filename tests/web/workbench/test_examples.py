"""The query catalogue as examples."""

from playwright.sync_api import expect


def test_an_example_with_parameters_is_found_filled_in_and_run(page, text_of):
    page.get_by_role("button", name="Examples").click()
    page.get_by_role("searchbox", name="Find a question").fill("members date joined organisation")
    page.get_by_role("button", name="Members at a date").click()
    assert page.get_by_label("organisation").input_value() == "body/asean"
    page.get_by_label("date").fill("2000-01-01")
    page.get_by_role("dialog").get_by_role("button", name="Run").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("link", name="Thailand")).to_be_visible()
    assert '"2000-01-01"^^<http://www.w3.org/2001/XMLSchema#date>' in text_of(page)
    expect(page.get_by_role("textbox", name="Query")).to_be_focused()


def test_a_wrong_parameter_is_told_in_the_dialog(page):
    page.get_by_role("button", name="Examples").click()
    page.get_by_role("searchbox", name="Find a question").fill("members at a date")
    page.get_by_role("button", name="Members at a date").click()
    page.get_by_label("organisation").fill("no iri")
    page.get_by_role("dialog").get_by_role("button", name="Run").click()
    expect(page.get_by_role("alert")).to_contain_text("Give a full IRI")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
