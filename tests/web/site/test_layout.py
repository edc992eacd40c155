"""Where things stand on a page, as a browser lays it out."""

import pytest

from .conftest import READ

ROW = """[...document.querySelectorAll('header > *, header nav a')]
  .map(one => one.getBoundingClientRect()).map(box => (box.top + box.bottom) / 2)"""
WHOLLY_SEEN = """one => {
  const box = one.getBoundingClientRect();
  return box.top >= 0 && box.bottom <= innerHeight && box.left >= 0 && box.right <= innerWidth;
}"""


@pytest.fixture(scope="module")
def page(browser):
    context = browser.new_context()
    context.set_default_timeout(120_000)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("width", [1100, 1280])
def test_on_a_desk_the_header_is_one_row(site, page, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{site[0]}/browse")
    middles = page.evaluate(ROW)
    assert max(middles) - min(middles) < 8


def test_from_anywhere_in_a_plan_one_link_leads_back_to_its_contents(site, page):
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{site[0]}{READ}#action-5.1.1")
    back = page.get_by_role("link", name="Contents", exact=True)
    assert back.evaluate(WHOLLY_SEEN)
    back.click()
    assert page.locator("#contents summary").evaluate(WHOLLY_SEEN)


def test_on_paper_a_plan_says_how_it_is_cited_and_where_it_is_read(site, page):
    page.goto(f"{site[0]}{READ}")
    assert not page.locator(".printed").is_visible()
    page.emulate_media(media="print")
    printed = page.locator(".printed").inner_text()
    page.emulate_media(media="screen")
    assert "https://w3id.org/aseancan/id/instrument/asean-canada-poa-2021-2025" in printed
    assert f"https://w3id.org/aseancan{READ}" in printed
    assert "version" in printed


def test_a_phone_shows_a_network_near_enough_to_be_read_and_all_of_it_when_asked(site, page):
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{site[0]}/pictures/network")
    assert page.locator("#figure").evaluate("one => one.scrollWidth <= one.clientWidth")
    assert page.locator("#figure .nodes text").first.evaluate("one => one.getBoundingClientRect().height") > 10
    page.get_by_role("button", name="Show all of it").click()
    assert page.locator("#figure text", has_text="Not connected to the rest").is_visible()


def test_a_phone_shows_what_a_thing_is_joined_to_without_moving_it(site, page):
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{site[0]}/pictures/neighbours?of=https://w3id.org/aseancan/id/instrument/actip-2015")
    assert page.locator("#figure").evaluate("one => one.scrollWidth <= one.clientWidth")
    texts = page.locator("#figure .node text").all()
    assert len(texts) == 11  # its name; five it is joined to, each with why
    assert min(one.bounding_box()["height"] for one in texts) > 9
    assert page.locator("#figure text", has_text="instrument: implements instrument this").count() == 3


def test_a_phone_shows_beside_each_table_what_it_can_be_taken_as(site, page):
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{site[0]}/downloads/tables")
    assert page.locator("main .wide").evaluate("one => one.scrollWidth <= one.clientWidth")
