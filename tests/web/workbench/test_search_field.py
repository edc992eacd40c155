"""The search field in the header, in a browser."""

import re

import pytest
from playwright.sync_api import expect


def test_it_suggests_and_goes_there(open_page):
    page = open_page("/queries")
    field = page.get_by_role("combobox", name="Search")
    options = page.get_by_role("listbox", name="Suggestions").get_by_role("option")
    field.press_sequentially("plan b")
    expect(options.first).to_have_text("Plan B, 2021-2025 instrument")
    expect(field).to_have_attribute("aria-expanded", "true")
    field.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", options.first.get_attribute("id"))
    field.press("Enter")
    expect(page).to_have_url(re.compile("/doc/instrument/plan-b$"))


def test_the_arrows_go_round_and_escape_leaves_what_was_written(open_page):
    page = open_page("/queries")
    field = page.get_by_role("combobox", name="Search")
    options = page.get_by_role("option")
    field.press_sequentially("plan")
    expect(options.first).to_be_visible()
    field.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    field.press("ArrowDown")
    expect(page.locator("[aria-selected=true]")).to_have_count(0)
    field.press("Escape")
    expect(options).to_have_count(0)
    expect(field).to_have_value("plan")
    expect(field).to_have_attribute("aria-expanded", "false")


def test_a_suggestion_is_clicked(open_page):
    page = open_page("/queries")
    page.get_by_role("combobox", name="Search").press_sequentially("plan b")
    page.get_by_role("option", name="Plan B, 2021-2025").click()
    expect(page).to_have_url(re.compile("/doc/instrument/plan-b$"))


def test_enter_alone_searches(open_page):
    page = open_page("/")
    field = page.get_by_role("combobox", name="Search")
    field.press_sequentially("womn agenda")
    field.press("Enter")
    expect(page).to_have_url(re.compile(r"/search\?q=womn\+agenda$"))
    expect(page.get_by_role("main").get_by_role("link", name="Action 1.2.6")).to_be_visible()


def test_it_searches_without_scripts(open_page):
    page = open_page("/queries", java_script_enabled=False)
    field = page.get_by_role("searchbox", name="Search")
    field.fill("plan b")
    field.press("Enter")
    page.get_by_role("main").get_by_role("link", name="Plan B, 2021-2025").click()
    expect(page).to_have_url(re.compile("/doc/instrument/plan-b$"))


@pytest.mark.parametrize("width", [1280, 390])
def test_suggestions_stand_right_below_the_field_of_the_home_page(open_page, width):
    page = open_page("/", viewport={"width": width, "height": 800})
    field = page.get_by_role("combobox", name="Search")
    field.press_sequentially("plan")
    expect(page.get_by_role("option").first).to_be_visible()
    above, below = field.bounding_box(), page.get_by_role("listbox", name="Suggestions").bounding_box()
    assert 0 <= below["y"] - (above["y"] + above["height"]) < 12
    assert abs(below["x"] - above["x"]) < 2
    assert below["x"] + below["width"] <= width
