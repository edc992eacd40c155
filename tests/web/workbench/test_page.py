"""The page as a whole: its buttons, the keyboard, a phone, a service that fails, no scripts."""

import json
import urllib.parse
from pathlib import Path

import pytest
from playwright.sync_api import expect

PREFIXES = """PREFIX ac: <https://w3id.org/aseancan/ont#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""
BODIES = PREFIXES + "SELECT ?body (STRLEN(?name) AS ?length) { ?body a ac:Body ; skos:prefLabel ?name }"
AWKWARD = r"""# it's `id` of $HOME
SELECT ?text {
  VALUES ?text { "it's 100%20 \"$HOME\" \\ !x" '''two
lines''' "é" }
}"""
AXE = Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js"
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


def test_the_run_button_does_the_same_as_the_keys(page, write):
    write(page, "ASK {}")
    page.get_by_role("button", name="Run").click()
    expect(page.locator(".truth")).to_have_text("Yes")


def test_a_running_query_is_stopped(open_page, url, ask):
    page = open_page()
    values = " ".join(f"VALUES ?{name} {{ {' '.join(map(str, range(200)))} }}" for name in "abc")
    ask(page, f"SELECT (COUNT(*) AS ?n) {{ {values} }}")
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("status").first).to_have_text("Stopped.")
    expect(page.locator("#answer")).to_be_empty()
    ask(page, "ASK {}")
    expect(page.locator(".truth")).to_have_text("Yes")


def test_a_busy_service_says_when_to_come_back(page, url, ask):
    # Nothing makes a real service busy for just as long as a test needs it.
    problem = json.dumps({"title": "The query took too long", "detail": "It was ended.", "limitSeconds": 5})
    headers = {"Retry-After": "30", "Content-Type": "application/problem+json"}
    page.route(f"{url}/sparql", lambda route: route.fulfill(status=503, headers=headers, body=problem))
    ask(page, "ASK {}")
    expect(page.get_by_role("alert")).to_contain_text("It was ended.")
    expect(page.get_by_role("alert")).to_contain_text("the limit is 5")
    expect(page.get_by_role("alert")).to_contain_text("Run it again in 30 seconds.")


def test_a_service_out_of_reach_is_told(page, ask):
    page.context.set_offline(True)
    ask(page, "ASK {}")
    expect(page.get_by_role("alert")).to_contain_text("The service cannot be reached")
    page.context.set_offline(False)
    page.get_by_role("button", name="Run").click()
    expect(page.locator(".truth")).to_have_text("Yes")


def test_the_address_bar_holds_the_query(page, open_page, url, ask, text_of):
    ask(page, AWKWARD)
    expect(page.locator("tbody tr")).to_have_count(3)
    other = open_page(page.url.removeprefix(url))
    assert text_of(other) == AWKWARD
    expect(other.locator("section tbody tr")).to_have_count(3)


def test_a_shared_query_with_an_error_can_be_mended(open_page, ask):
    page = open_page("/sparql?" + urllib.parse.urlencode({"query": "SELECT * { ?s nope:x ?o }"}))
    expect(page.get_by_role("alert")).to_contain_text("nope: is not declared")
    expect(page.locator(".fault")).to_have_text("nope:x")
    ask(page, "ASK {}")
    expect(page.locator(".truth")).to_have_text("Yes")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_every_control_is_reached_with_the_keyboard(page, ask):
    ask(page, BODIES)
    expect(page.locator("section tbody tr")).to_have_count(3)
    page.locator("body").press("Home")
    page.evaluate("document.activeElement.blur()")
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.textContent.trim().slice(0, 40)"))
    assert {"Examples", "Run", "Table", "Chart", "Raw", "body", "length", "csv", "xml"} <= reached


@pytest.fixture(
    params=[
        pytest.param((DESKTOP, "light"), id="desktop-light"),
        pytest.param((PHONE, "dark"), id="phone-dark", marks=pytest.mark.proof),
        pytest.param((DESKTOP, "dark"), id="desktop-dark", marks=pytest.mark.proof),
        pytest.param((PHONE, "light"), id="phone-light", marks=pytest.mark.proof),
    ]
)
def checked(request, open_page, missing):
    """Open a page and return it with what checks that it is accessible and fits in the state it is in."""
    if not AXE.exists():
        missing("the npm package of accessibility rules", "run `npm install --prefix tests/web`")

    viewport, scheme = request.param

    def open_checked(path):
        page = open_page(path, viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
        page.evaluate(AXE.read_text(encoding="utf-8"))

        def check(state):
            found = page.evaluate(
                "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],"
                " rules: {'target-size': {enabled: true}}})"
            )
            faults = [(one["id"], node["html"]) for one in found["violations"] for node in one["nodes"]]
            assert faults == [], state
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), state

        return page, check

    return open_checked


@pytest.mark.proof
def test_the_page_of_the_interface_is_accessible_and_fits(checked):
    page, check = checked("/docs")
    check("closed")
    page.get_by_text("Members at a date").click()
    check("with a query open")
    page.get_by_text("Members at a date").locator("..").get_by_role("link", name="Try it").click()
    expect(page.get_by_role("heading", name="Members at a date")).to_be_visible()


@pytest.mark.proof
def test_it_is_accessible_and_fits(checked, ask, write):
    page, check = checked("/sparql")
    check("bare")
    ask(page, BODIES)
    expect(page.locator("section tbody tr")).to_have_count(3)
    page.get_by_text("The same in curl, Python and R").click()
    check("table and code")
    page.get_by_role("button", name="Chart").click()
    check("bars")
    page.get_by_label("Kind").select_option("scatter")
    check("scatter")
    ask(page, "SELECT ?s { ?s nope:x ?o }")
    expect(page.get_by_role("alert")).to_be_visible()
    check("error")
    write(page, "SELECT * { ?s a ac:Instr")
    expect(page.get_by_role("button", name="Declare ac:")).to_be_visible()
    page.keyboard.type("u")
    expect(page.get_by_role("option").first).to_be_visible()
    check("completion")
    page.keyboard.press("Escape")
    ask(page, BODIES.replace("ac:Body", "ac:Bodies"))
    expect(page.get_by_role("region", name="Why nothing was found")).to_be_visible()
    check("diagnosis")
    page.get_by_role("button", name="Examples").click()
    expect(page.get_by_role("button", name="Members at a date")).to_be_visible()
    check("examples")
    page.get_by_role("button", name="Members at a date").click()
    check("parameters")


def test_without_scripts_the_form_works(open_page, text_of):
    page = open_page(java_script_enabled=False)
    page.get_by_role("textbox", name="Query").fill(BODIES)
    page.get_by_role("button", name="Run").click()
    expect(page.locator("tbody tr")).to_have_count(3)
    expect(page.get_by_text("3 rows")).to_be_visible()
    assert text_of(page) == BODIES
    page.get_by_role("textbox", name="Query").fill("SELECT * { ?s nope:x ?o }")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("alert")).to_contain_text("nope: is not declared")
    assert text_of(page) == "SELECT * { ?s nope:x ?o }"


GRAPH = "https://w3id.org/aseancan/graph/bodies"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
OF_A_GRAPH = urllib.parse.urlencode([("query", COUNT), ("default-graph-uri", GRAPH)])


def test_the_graphs_of_a_request_are_those_of_all_that_is_asked_from_its_page(open_page, url, ask):
    page = open_page(f"/sparql?{OF_A_GRAPH}")
    expect(page.get_by_text(GRAPH)).to_be_visible()
    expect(page.locator("section tbody td")).to_have_text(["14"])
    page.get_by_text("The same in curl, Python and R").click()
    for tool in ("curl", "Python", "R"):
        expect(page.get_by_role("region", name=f"{tool} code")).to_contain_text("default-graph-uri=https")
    with page.expect_download() as download:
        page.locator(".files a").first.click()
    assert Path(download.value.path()).read_text(encoding="utf-8").split() == ["n", "14"]
    assert "default-graph-uri=" in page.url
    page.get_by_role("button", name="Cite this answer").click()
    page.get_by_role("link", name="https://w3id.org/aseancan/q/").click()
    expect(page.get_by_text(GRAPH)).to_be_visible()
    page.get_by_role("link", name="Ask it now").click()
    expect(page.locator("section tbody td")).to_have_text(["14"])
    page.get_by_role("link", name="Ask the whole dataset").click()
    ask(page, COUNT)
    expect(page.locator("section tbody td")).not_to_have_text(["14"])


def test_without_scripts_the_form_keeps_the_graphs(open_page):
    page = open_page(f"/sparql?{OF_A_GRAPH}", java_script_enabled=False)
    assert "default-graph-uri=" in page.get_by_role("link", name="csv").get_attribute("href")
    page.get_by_role("button", name="Run").click()
    expect(page.locator("tbody td")).to_have_text(["14"])


def test_a_shared_link_is_evaluated_once(open_page):
    with_answer = urllib.parse.urlencode({"query": "SELECT * { ?once ?p ?o } LIMIT 3"})
    page = open_page("/sparql")
    with page.expect_response(lambda response: response.request.method == "POST") as second:
        page.goto(page.url + f"?{with_answer}")
    assert second.value.header_value("server-timing") == 'cache;desc="hit"'
