"""The query workbench in a browser, over the tiny dataset; at the end of a test its console must be empty."""

import re

import pytest
from playwright.sync_api import Browser, Page

from aseancan_kg.web.state import HERE

DESKTOP = {"width": 1280, "height": 900}


@pytest.fixture(scope="session")
def url(running, state_of):
    """The service over the tiny dataset, on a port of its own."""
    with running(state_of()) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def open_page(browser: Browser, url: str, missing):
    """Open a page of the service; at the end nothing may have been complained of in its console."""
    if not (HERE / "static" / "workbench.js").exists():
        missing("the workbench's bundle", "install the package with `pip install --editable .`")
    contexts, complaints = [], []

    def open(path="/sparql", **options) -> Page:
        context = browser.new_context(**{"viewport": DESKTOP, **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)  # a busy machine is slow
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


@pytest.fixture
def write():
    """Write a query into the editor, in place of what stands there."""

    def do(page: Page, query: str) -> None:
        page.get_by_role("textbox", name="Query").click()
        page.keyboard.press("Control+a")
        page.keyboard.insert_text(query)

    return do


@pytest.fixture
def ask(write):
    """Write a query and run it."""

    def run(page: Page, query: str) -> None:
        write(page, query)
        page.keyboard.press("Control+Enter")

    return run


@pytest.fixture
def text_of():
    """Read the editor."""

    def read(page: Page) -> str:
        return page.locator("#query").input_value()

    return read
