"""The query workbench as people use it: in a browser, with the keyboard, on a phone, without scripts."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect, sync_playwright
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from aseancan_kg.web.app import create_app
from aseancan_kg.web.state import HERE

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}

PREFIXES = """PREFIX ac: <https://w3id.org/aseancan/ont#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""
BODIES = PREFIXES + "SELECT ?body (STRLEN(?name) AS ?length) { ?body a ac:Body ; skos:prefLabel ?name }"
AWKWARD = r"""# it's `id` of $HOME
SELECT ?text {
  VALUES ?text { "it's 100%20 \"$HOME\" \\ !x" '''two
lines''' "é" }
}"""


def missing(tool, remedy):
    """Skip where a newcomer lacks a tool; fail in CI, which must have every one."""
    if os.environ.get("CI"):
        pytest.fail(f"{tool} is missing, so this check cannot run: {remedy}")
    pytest.skip(f"NOT CHECKED, {tool} is missing: {remedy}")


def diagnosed(request):
    mended = request.query_params["query"].replace("ac:Bodies", "ac:Body")
    finding = {"kind": "unknown-term", "message": "ac:Bodies is not known; did you mean ac:Body?", "line": 3,
               "column": 1, "excerpt": "ac:Bodies", "suggestion": "ac:Body"}  # fmt: skip
    return JSONResponse({"findings": [finding], "mended": mended, "complete": True})


def deposited(request):
    return Response(status_code=201, headers={"Location": "/q/abc"})


@pytest.fixture(scope="module")
def url(store):
    """The service over the tiny dataset, on a port of its own."""
    app = create_app(store)
    app.router.routes += [
        Route("/sparql/doctor", diagnosed),
        Route("/q", deposited, methods=["POST"]),
    ]
    server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def browser():
    chromium = shutil.which("chromium")
    if chromium is None:
        missing("Chromium", "install a browser, such as Debian's chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser, url: str):
    """Open a page of the service; at the end nothing may have been complained of in its console."""
    if not (HERE / "static" / "workbench.js").exists():
        missing("the workbench's bundle", "install the package with `pip install --editable .`")
    contexts, complaints = [], []

    def open(path="/sparql", **options) -> Page:
        context = browser.new_context(**{"viewport": DESKTOP, **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(5000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(url + path)
        return page

    yield open
    for context in contexts:
        context.close()
    # The browser notes every answer that is no success, and the tests ask for some.
    refused = re.compile(r"Failed to load resource: (the server responded with a status of (400|503)|net::ERR_)")
    assert [one for one in complaints if not refused.match(one)] == []


@pytest.fixture
def page(open_page) -> Page:
    return open_page()


def write(page: Page, query: str) -> None:
    page.get_by_role("textbox", name="Query").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(query)


def ask(page: Page, query: str) -> None:
    write(page, query)
    page.keyboard.press("Control+Enter")


def text_of(page: Page) -> str:
    return page.locator("#query").input_value()


def column(page: Page, number: int) -> list[str]:
    return page.locator(f"tbody td:nth-child({number})").all_inner_texts()


def test_a_query_is_run_and_its_iris_are_labelled_and_linked(page):
    ask(page, BODIES)
    expect(page.get_by_role("status").first).to_contain_text(re.compile(r"^3 rows in .* s.*; dataset version "))
    link = page.get_by_role("link", name="ASEAN Secretariat")
    expect(link).to_have_attribute("href", "/doc/body/asean-secretariat")
    expect(page.locator("td", has=link)).to_contain_text("id/body/asean-secretariat")


def test_labels_of_what_the_vocabulary_does_not_hold_are_fetched(page):
    ask(page, PREFIXES + "SELECT ?action { ?action a ac:Action }")
    expect(page.get_by_role("link", name="Action 1.2.10")).to_have_attribute(
        "href", "/doc/instrument/plan-b/action/1.2.10"
    )


def test_the_run_button_does_the_same_as_the_keys(page):
    write(page, "ASK {}")
    page.get_by_role("button", name="Run").click()
    expect(page.locator(".truth")).to_have_text("Yes")


def test_columns_are_sorted_by_value_and_back(page):
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


def test_a_thousand_rows_are_shown_of_more(page):
    numbers = " ".join(map(str, range(1500, 0, -1)))
    ask(page, f"SELECT ?n {{ VALUES ?n {{ {numbers} }} }}")
    expect(page.get_by_role("status").first).to_contain_text("1,500 rows, of which 1,000 are shown")
    assert len(column(page, 1)) == 1000
    page.get_by_role("button", name="n", exact=True).click()
    assert column(page, 1)[0] == "1"


@pytest.mark.parametrize("kind", ["bar", "line", "scatter"])
def test_numbers_are_drawn(page, kind):
    ask(page, BODIES)
    page.get_by_role("button", name="Chart").click()
    page.get_by_label("Kind").select_option(kind)
    chart = page.get_by_role("img", name=f"{kind} chart of length by body")
    expect(chart.locator("desc")).to_contain_text("3 values from 17 to 40")
    expect(chart.locator("rect" if kind == "bar" else "circle")).to_have_count(3)
    expect(chart.locator("path")).to_have_count(1 if kind == "line" else 0)


def test_dates_stand_in_their_order_on_an_axis(page):
    ask(page, 'SELECT ?d ?n { VALUES (?d ?n) { ("2020-01-01"^^<http://www.w3.org/2001/XMLSchema#date> 1)'
              ' ("1967-08-08"^^<http://www.w3.org/2001/XMLSchema#date> 2) } }')  # fmt: skip
    page.get_by_role("button", name="Chart").click()
    page.get_by_label("Kind").select_option("line")
    left, right = (page.locator("circle").nth(number).bounding_box() for number in (0, 1))
    assert left["x"] < right["x"]
    expect(page.locator("circle title").first).to_have_text("1967-08-08: 2")


def test_no_numbers_no_chart(page):
    ask(page, "SELECT ?s { VALUES ?s { 'a' } }")
    page.get_by_role("button", name="Chart").click()
    expect(page.locator(".panel")).to_contain_text("needs a column of numbers")


def test_what_came_can_be_read_raw(page):
    ask(page, "SELECT ?s { VALUES ?s { '<b>&' } }")
    page.get_by_role("button", name="Raw").click()
    expect(page.get_by_role("region", name="Body")).to_contain_text('"value":"<b>&"')


@pytest.mark.parametrize(
    ("query", "formats"),
    [
        (BODIES, ["csv", "tsv", "json", "xml"]),
        ("DESCRIBE <https://w3id.org/aseancan/id/body/jcc>", ["ttl", "nt", "rdf", "jsonld", "trig", "nq"]),
    ],
)
def test_the_answer_can_be_downloaded_in_every_format(page, query, formats):
    ask(page, query)
    links = page.locator(".files a")
    expect(links).to_have_text(formats)
    for number, name in enumerate(formats):
        with page.expect_download() as download:
            links.nth(number).click()
        assert download.value.suggested_filename == f"answer.{name}"
        assert "jcc" in Path(download.value.path()).read_text(encoding="utf-8")


def test_a_graph_is_shown_as_turtle(page):
    ask(page, "DESCRIBE <https://w3id.org/aseancan/id/body/jcc>")
    expect(page.get_by_role("region", name="Body")).to_contain_text("@prefix ac:")


def test_the_address_bar_holds_the_query(page, open_page, url):
    ask(page, AWKWARD)
    expect(page.locator("tbody tr")).to_have_count(3)
    other = open_page(page.url.removeprefix(url))
    assert text_of(other) == AWKWARD
    expect(other.locator("section tbody tr")).to_have_count(3)


def test_the_link_can_be_copied(open_page):
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    ask(page, BODIES)
    page.get_by_role("button", name="Copy the link").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.url


def test_an_error_is_told_and_marked(page):
    ask(page, "SELECT *\n{ ?s ac:name ?o } }")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("the prefix ac: is not declared")
    expect(alert.locator("pre")).to_have_text("{ ?s ac:name ?o } }\n     ^")
    expect(page.locator(".fault")).to_have_text("ac:name")
    page.keyboard.press("Control+End")
    page.keyboard.type(" ")
    expect(page.locator(".fault")).to_have_count(0)


def test_an_error_is_marked_behind_wide_characters_too(page):
    ask(page, 'SELECT * { ?s ?p "😀" ; nope:x 1 }')
    expect(page.locator(".fault")).to_have_text("nope:x")


def test_a_shared_query_with_an_error_can_be_mended(open_page):
    page = open_page("/sparql?" + urllib.parse.urlencode({"query": "SELECT * { ?s nope:x ?o }"}))
    expect(page.get_by_role("alert")).to_contain_text("nope: is not declared")
    expect(page.locator(".fault")).to_have_text("nope:x")
    ask(page, "ASK {}")
    expect(page.locator(".truth")).to_have_text("Yes")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_busy_service_says_when_to_come_back(page, url):
    # Nothing makes a real service busy for just as long as a test needs it.
    problem = json.dumps({"title": "The query took too long", "detail": "It was ended.", "limitSeconds": 5})
    headers = {"Retry-After": "30", "Content-Type": "application/problem+json"}
    page.route(f"{url}/sparql", lambda route: route.fulfill(status=503, headers=headers, body=problem))
    ask(page, "ASK {}")
    expect(page.get_by_role("alert")).to_contain_text("It was ended.")
    expect(page.get_by_role("alert")).to_contain_text("the limit is 5")
    expect(page.get_by_role("alert")).to_contain_text("Run it again in 30 seconds.")


def test_a_service_out_of_reach_is_told(page):
    page.context.set_offline(True)
    ask(page, "ASK {}")
    expect(page.get_by_role("alert")).to_contain_text("The service cannot be reached")
    page.context.set_offline(False)
    page.get_by_role("button", name="Run").click()
    expect(page.locator(".truth")).to_have_text("Yes")


def test_an_answer_stands_when_its_labels_do_not_come(page, url):
    page.route(
        f"{url}/sparql",
        lambda route: route.abort() if "VALUES ?iri" in str(route.request.post_data) else route.continue_(),
    )
    ask(page, PREFIXES + "SELECT ?action { ?action a ac:Action }")
    expect(page.get_by_role("link", name="id/instrument/plan-b/action/1.2.10")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_missing_prefixes_are_declared_by_a_button_and_by_a_key(page):
    for mend in (
        lambda: page.get_by_role("button", name="Declare ac: skos:").click(),
        lambda: page.keyboard.press("Alt+p"),
    ):
        write(page, "# bodies\nSELECT ?l { ?s a ac:Body ; skos:prefLabel ?l }")
        expect(page.get_by_role("button", name="Declare ac: skos:")).to_be_visible()
        mend()
        assert text_of(page) == f"# bodies\n{PREFIXES}SELECT ?l {{ ?s a ac:Body ; skos:prefLabel ?l }}"
        expect(page.get_by_role("button", name="Declare")).to_have_count(0)


def test_a_completed_term_brings_its_prefix(page):
    write(page, "SELECT * { ?s a ")
    page.keyboard.type("ac:Instr")
    option = page.get_by_role("option", name=re.compile("^ac:Instrument"))
    expect(option).to_be_visible()
    expect(page.locator(".cm-completionInfo")).to_contain_text("A text that states commitments.")
    expect(page.locator(".cm-completionInfo")).to_contain_text("2 instances")
    page.wait_for_timeout(100)  # the editor takes no Enter for the first 75 ms of a list
    page.keyboard.press("Enter")
    assert text_of(page) == "PREFIX ac: <https://w3id.org/aseancan/ont#>\nSELECT * { ?s a ac:Instrument"
    page.keyboard.type(" ; ac:adop")
    expect(page.get_by_role("option", name=re.compile("^ac:adoptedOn"))).to_be_visible()


def test_a_prefix_is_declared_as_it_is_typed(page):
    write(page, "PREFIX ")
    page.keyboard.type("dcte")
    expect(page.get_by_role("option", name=re.compile("^dcterms:"))).to_be_visible()
    page.wait_for_timeout(100)
    page.keyboard.press("Enter")
    assert text_of(page) == "PREFIX dcterms: <http://purl.org/dc/terms/>"


def test_a_declared_name_for_a_namespace_is_used(page):
    write(page, "PREFIX my: <https://w3id.org/aseancan/ont#>\nSELECT * { ?s a ")
    page.keyboard.type("my:Bod")
    expect(page.get_by_role("option", name=re.compile("^my:Body"))).to_be_visible()
    page.wait_for_timeout(100)
    page.keyboard.press("Enter")
    assert text_of(page).endswith("?s a my:Body")
    assert text_of(page).count("PREFIX") == 1


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("?bo", "?body"),
        ("OPT", "OPTIONAL"),
        ("JC", "JCC"),
        ("Thai", "Thailand"),
    ],
)
def test_variables_keywords_and_things_are_offered(page, typed, offered):
    write(page, "SELECT ?body { ?body ?p ")
    page.keyboard.type(typed)
    expect(page.get_by_role("option", name=re.compile("^" + re.escape(offered))).first).to_be_visible()


def test_a_thing_is_written_as_its_iri(page):
    write(page, "DESCRIBE ")
    page.keyboard.type("JCC")
    expect(page.get_by_role("option", name=re.compile("^JCC"))).to_be_visible()
    page.wait_for_timeout(100)
    page.keyboard.press("Enter")
    assert text_of(page) == "DESCRIBE <https://w3id.org/aseancan/id/body/jcc>"


def test_nothing_is_offered_inside_a_string(page):
    write(page, 'SELECT * { ?s ?p "" }')
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    page.keyboard.type("JCC OPT")
    page.wait_for_timeout(300)
    expect(page.get_by_role("option")).to_have_count(0)


def test_an_example_with_parameters_is_found_filled_in_and_run(page):
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


def test_an_empty_answer_is_explained_and_mended(page):
    ask(page, BODIES.replace("ac:Body", "ac:Bodies"))
    why = page.get_by_role("region", name="Why nothing was found")
    expect(why).to_contain_text("did you mean ac:Body?")
    why.get_by_role("button", name="Mend the query and run it").click()
    expect(page.get_by_role("status").first).to_contain_text("3 rows")
    expect(why).to_have_count(0)


def test_an_answer_can_be_cited(open_page, url):
    page = open_page("/")
    # The service says where answers are deposited by this attribute.
    page.add_init_script(
        "addEventListener('readystatechange', () =>"
        " document.querySelector('#workbench')?.setAttribute('data-deposit', '/q'), {capture: true})"
    )
    page.goto(f"{url}/sparql")
    ask(page, BODIES)
    page.get_by_role("button", name="Cite this answer").click()
    expect(page.get_by_role("link", name=f"{url}/q/abc")).to_have_attribute("href", f"{url}/q/abc")


def test_where_nothing_is_deposited_there_is_no_such_button(page):
    ask(page, BODIES)
    expect(page.get_by_role("button", name="Copy the link")).to_be_visible()
    expect(page.get_by_role("button", name="Cite")).to_have_count(0)


def test_a_running_query_is_stopped(open_page, url):
    page = open_page()
    values = " ".join(f"VALUES ?{name} {{ {' '.join(map(str, range(200)))} }}" for name in "abc")
    ask(page, f"SELECT (COUNT(*) AS ?n) {{ {values} }}")
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("status").first).to_have_text("Stopped.")
    expect(page.locator("#answer")).to_be_empty()
    ask(page, "ASK {}")
    expect(page.locator(".truth")).to_have_text("Yes")


def code(page: Page, tool: str, query: str) -> str:
    ask(page, query)
    page.get_by_text("The same in curl, Python and R").click()
    return page.get_by_role("region", name=f"{tool} code").inner_text()


def output(*command: str | Path) -> str:
    return subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60, check=True).stdout


RUNNERS = {"curl": ["bash", "-c"], "Python": [sys.executable, "-c"], "R": ["Rscript", "-e"]}
PRINTED = {
    "curl": 'text\n"it\'s 100%20 ""$HOME"" \\ !x"\n"two\nlines"\né\n',
    "Python": "".join(f"{ {'text': text} }\n" for text in ('it\'s 100%20 "$HOME" \\ !x', "two\nlines", "é")),
    "R": 'text 1 it\'s 100%20 "$HOME" \\\\ !x 2 two\\nlines 3 é',
}


@pytest.mark.parametrize("tool", RUNNERS)
def test_the_same_query_in_other_tools(page, tool):
    if shutil.which(RUNNERS[tool][0]) is None:
        missing(tool, "install it, such as Debian's curl and r-base-core")
    printed = output(*RUNNERS[tool], code(page, tool, AWKWARD))
    assert (" ".join(printed.split()) if tool == "R" else printed) == PRINTED[tool]


@pytest.mark.parametrize("tool", RUNNERS)
@pytest.mark.parametrize(
    ("query", "told"),
    [("ASK {}", '"boolean":true'), ("DESCRIBE <https://w3id.org/aseancan/id/body/jcc>", 'ac:acronym "JCC"')],
)
def test_the_same_question_and_graph_in_other_tools(page, tool, query, told):
    if shutil.which(RUNNERS[tool][0]) is None:
        missing(tool, "install it, such as Debian's curl and r-base-core")
    assert told in output(*RUNNERS[tool], code(page, tool, query))


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


def test_every_control_is_reached_with_the_keyboard(page):
    ask(page, BODIES)
    expect(page.locator("section tbody tr")).to_have_count(3)
    page.locator("body").press("Home")
    page.evaluate("document.activeElement.blur()")
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.textContent.trim().slice(0, 40)"))
    assert {"Examples", "Run", "Table", "Chart", "Raw", "body", "length", "csv", "xml"} <= reached


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_it_is_accessible_and_fits(open_page, viewport, scheme):
    if not AXE.exists():
        missing("the npm package of accessibility rules", "run `npm install --prefix tests/web`")
    page = open_page(viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
    page.evaluate(AXE.read_text(encoding="utf-8"))

    def check(state):
        found = page.evaluate(
            "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],"
            " rules: {'target-size': {enabled: true}}})"
        )
        faults = [(one["id"], node["html"]) for one in found["violations"] for node in one["nodes"]]
        assert faults == [], state
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), state

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


def test_without_scripts_the_form_works(open_page):
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
