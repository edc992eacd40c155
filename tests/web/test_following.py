"""From an action to an instrument it names, and on to what that supersedes: as programs and people follow links."""

import json
import subprocess
import urllib.request
from urllib.parse import quote

import pytest
from rdflib import Graph, Namespace, URIRef

BASE = "https://w3id.org/aseancan/"
AC = Namespace(f"{BASE}ont#")
ACTION = f"{BASE}id/instrument/asean-canada-poa-2021-2025/action/2.3.1"
INSTRUMENT = f"{BASE}id/instrument/apaec-2016-2025"
PREDECESSOR = f"{BASE}id/instrument/apaec-2010-2015"


@pytest.fixture(scope="module")
def ours(host):
    """Return what gives the address, on a host of ours, of an identifier that the world finds by w3id.org."""
    return lambda iri: iri.replace(BASE, f"{host}/")


def fetched(address, accept):
    request = urllib.request.Request(address, headers={"Accept": accept})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.read().decode(), answer.headers.get_content_type()


# rdflib's own JSON-LD parser uses a class that rdflib deprecates.
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
@pytest.mark.parametrize(
    "accept", ["text/turtle", "application/ld+json", "application/rdf+xml", "application/n-triples"]
)
def test_rdflib_follows(ours, accept):
    graph = Graph()

    def visit(iri):
        text, media_type = fetched(ours(iri), accept)
        assert media_type == accept
        graph.parse(data=text, format=media_type)

    visit(ACTION)
    assert URIRef(INSTRUMENT) in graph.objects(URIRef(ACTION), AC.mentions)
    visit(INSTRUMENT)
    assert graph.value(URIRef(INSTRUMENT), AC.supersedes) == URIRef(PREDECESSOR)
    visit(PREDECESSOR)
    # The way back is in the document too.
    assert graph.value(URIRef(PREDECESSOR), AC.supersededBy) == URIRef(INSTRUMENT)


def test_curl_follows(ours, tool):
    def visit(iri):
        command = [
            tool("curl"),
            "--silent",
            "--fail",
            "--location",
            "--header",
            "Accept: application/n-triples",
            ours(iri),
        ]
        return subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60, check=True).stdout

    assert f"<{ACTION}> <{AC.mentions}> <{INSTRUMENT}> ." in visit(ACTION)
    assert f"<{INSTRUMENT}> <{AC.supersedes}> <{PREDECESSOR}> ." in visit(INSTRUMENT)
    assert f"<{PREDECESSOR}>" in visit(PREDECESSOR)


@pytest.mark.proof
def test_comunica_follows(ours, comunica):
    def ask(iri, pattern):
        command = [
            comunica,
            ours(iri),
            f"SELECT ?found {{ <{iri}> <{AC}{pattern}> ?found }}",
            "-t",
            "application/sparql-results+json",
        ]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=120, check=True)
        return [row["found"]["value"] for row in json.loads(done.stdout)["results"]["bindings"]]

    assert INSTRUMENT in ask(ACTION, "mentions")
    assert ask(INSTRUMENT, "supersedes") == [PREDECESSOR]
    assert ask(PREDECESSOR, "supersededBy") == [INSTRUMENT]


def test_people_follow_in_a_browser(ours, browser):
    page = browser.new_page()
    try:
        page.goto(ours(ACTION))
        for iri in (INSTRUMENT, PREDECESSOR):
            path = f"/doc/{quote(iri.removeprefix(f'{BASE}id/'))}"
            page.locator(f'main a[href="{path}"]').first.click()
            page.wait_for_url(f"**{path}")
            assert page.locator("p.iri").inner_text() == iri
    finally:
        page.close()
