"""Every page is valid HTML, says what it is, and names its one address."""

import json
import re
import shutil
import subprocess
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import httpx2
import pytest

CHECKER = Path(__file__).parents[1] / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"


@pytest.fixture(scope="module")
def faults(texts, site, missing, tmp_path_factory):
    """What the Nu Html Checker says, by the name of the page; all are checked by one run of it."""
    java = shutil.which("java")
    if java is None:
        missing("Java", "install a development kit, such as Debian's default-jdk-headless")
    if not CHECKER.exists():
        missing("the npm package of the HTML checker", "run `npm install --prefix tests/web`")
    url, _ = site
    directory = tmp_path_factory.mktemp("pages")
    pictures = {
        one: httpx2.get(url + one, timeout=60).text
        for one in ("/static/icon.svg", "/downloads/model.svg", "/pictures/lineages.svg", "/pictures/network.svg")
    }
    files = {}
    for number, (name, text) in enumerate((texts | pictures).items()):
        file = directory / f"{number}{'.svg' if name in pictures else '.html'}"
        file.write_text(text, encoding="utf-8")
        files[file.name] = name
    command = [java, "-jar", CHECKER, "--format", "json", "--also-check-svg", "--stdout", directory]
    told = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=600, check=False)
    messages = json.loads(told.stdout)["messages"]
    return [(files[Path(one["url"]).name], one["message"], one.get("extract")) for one in messages]


@pytest.mark.proof
def test_pages_and_pictures_are_valid(faults):
    assert faults == []


class Page(HTMLParser):
    """What a page says of itself."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.headings, self.meta, self.language, self.address = [], [], {}, None, None
        self.feed(text)
        self.title = text.partition("<title>")[2].partition("</title>")[0]

    def handle_starttag(self, tag, attributes):
        told = dict(attributes)
        if "id" in told:
            self.ids.append(told["id"])
        if tag == "html":
            self.language = told["lang"]
        elif tag == "meta":
            self.meta[told.get("name", told.get("property"))] = told.get("content")
        elif tag == "link" and told["rel"] == "canonical":
            self.address = told["href"]
        elif re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))


@pytest.fixture(scope="module")
def pages(texts):
    return {name: Page(text) for name, text in texts.items()}


def test_a_page_says_what_it_is(pages, name):
    page = pages[name]
    assert page.language == "en"
    assert page.headings.count(1) == 1
    assert page.headings[0] == 1
    assert all(deeper - above <= 1 for above, deeper in zip(page.headings, page.headings[1:], strict=False))
    assert len(set(page.ids)) == len(page.ids)
    assert 10 <= len(page.meta["description"]) <= 320
    assert "width=device-width" in page.meta["viewport"]


def test_no_two_pages_have_the_same_title(pages):
    titles = {page.address: page.title for page in pages.values() if page.address}
    assert [title for title, number in Counter(titles.values()).items() if number > 1 or len(title) < 10] == []


def test_a_page_names_its_one_address(pages, site, name):
    _, paths = site
    page = pages[name]
    if name.startswith("not "):
        assert (page.address, page.meta["robots"]) == (None, "noindex")
    elif not paths[name].startswith("/downloads/"):
        # Only the parameters that choose what stands on it make another page.
        chooses = name == "goal" or "?of=" in paths[name] or paths[name].startswith(("/search?", "/cite?"))
        path = paths[name] if chooses else paths[name].partition("?")[0]
        assert page.address == page.meta["og:url"] == f"https://w3id.org/aseancan{path}"


def test_a_page_can_be_shown_where_it_is_linked_from(pages, site, name):
    _, paths = site
    page = pages[name]
    if not paths[name].startswith("/downloads/"):
        assert page.title.startswith(page.meta["og:title"])
        assert page.meta["og:description"] == page.meta["description"]
        assert page.meta["og:type"] in ("website", "article")
        assert page.meta["og:site_name"]


def test_the_keyboard_can_scroll_what_scrolls_sideways_and_hears_what_it_is(texts, name):
    for tag in re.findall(r'<\w+ [^>]*class="wide[ "][^>]*>', texts[name]):
        assert 'tabindex="0"' in tag
        assert re.search(r' aria-label(ledby)?="[^"]+"', tag), tag
