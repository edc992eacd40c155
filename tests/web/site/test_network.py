"""The network on its page in a browser: moved, searched, filtered; and the same without its script."""

import pytest
from playwright.sync_api import expect

DATA = """
@prefix ac: <https://w3id.org/aseancan/ont#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix id: <https://w3id.org/aseancan/id/> .
ac:Body skos:prefLabel "body"@en . ac:Instrument skos:prefLabel "instrument"@en .
id:action\\/1 a ac:Action ; skos:notation "1" ; ac:mentions id:body\\/un , id:instrument\\/charter .
id:action\\/2 a ac:Action ; skos:notation "2" ; ac:mentions id:body\\/un , id:instrument\\/agenda .
id:body\\/un a ac:Body ; skos:prefLabel "United Nations <script>alert(1)</script>"@en ; ac:acronym "UN" .
id:instrument\\/charter a ac:Instrument ; skos:prefLabel "Charter"@en .
id:instrument\\/agenda a ac:Instrument ; skos:prefLabel "Agenda"@en .
"""


@pytest.fixture(scope="module")
def url(running, state_of, tmp_path_factory):
    file = tmp_path_factory.mktemp("network") / "network.ttl"
    file.write_text(DATA)
    with running(state_of(file)) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def open_page(browser, url):
    contexts, complaints = [], []

    def open_page(**options):
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(f"{url}/pictures/network")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def node(page, name):
    return page.locator(".node", has=page.locator("text", has_text=name))


def box(page):
    return [float(part) for part in page.locator("#figure svg").get_attribute("viewBox").split()]


def test_a_node_shows_what_it_is_joined_to(open_page):
    page = open_page()
    node(page, "Agenda").focus()
    expect(page.locator(".node.lit text")).to_have_text(["UN", "Agenda"], use_inner_text=False)
    expect(page.locator(".edge.lit")).to_have_count(1)
    expect(node(page, "Charter")).to_have_css("opacity", "0.15")
    node(page, "UN").hover()
    expect(page.locator(".edge.lit")).to_have_count(2)


def test_kinds_can_be_left_out(open_page):
    page = open_page()
    page.get_by_role("checkbox", name="instrument").uncheck()
    expect(node(page, "Charter")).to_be_hidden()
    expect(node(page, "UN")).to_be_visible()
    expect(page.locator(".edge:visible")).to_have_count(0)
    page.get_by_role("checkbox", name="instrument").check()
    expect(page.locator(".edge[hidden]")).to_have_count(0)


def test_a_node_is_found_by_its_name_and_leads_to_its_page(open_page, url):
    page = open_page()
    page.get_by_label("Find").fill("united")
    expect(page.get_by_role("status")).to_contain_text("1 found: United Nations <script>alert(1)</script> (body")
    page.keyboard.press("Enter")
    expect(node(page, "UN")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(f"{url}/doc/body/un")


def test_it_is_zoomed_and_moved_with_buttons_keys_and_pointer(open_page):
    page = open_page()
    whole = box(page)
    page.get_by_role("button", name="Zoom in").click()
    nearer = box(page)
    assert nearer[2] < whole[2]
    node(page, "UN").focus()
    page.keyboard.press("ArrowRight")
    assert box(page)[0] > nearer[0]
    page.get_by_role("button", name="Show all of it").click()
    assert box(page) == pytest.approx(whole)
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Zoom in").click()
    page.get_by_role("button", name="Zoom in").click()
    before, place = box(page), page.locator("#figure svg").bounding_box()
    page.mouse.move(place["x"] + 20, place["y"] + 60)
    page.mouse.down()
    page.mouse.move(place["x"] + 10, place["y"] + 40)
    page.mouse.up()
    assert box(page)[1] > before[1]


def test_without_its_script_it_is_the_same_picture_with_links_and_a_table(open_page):
    page = open_page(java_script_enabled=False)
    expect(page.locator(".node")).to_have_count(3)
    expect(page.get_by_label("Find")).to_have_count(0)
    assert node(page, "UN").get_attribute("href") == "/doc/body/un"
    expect(page.locator("tbody tr")).to_have_count(2)
