"""Readers see what the journal has changed: on pages, in RDF, at dated addresses, in feeds and to harvesters."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from email.utils import parsedate_to_datetime
from unittest.mock import AsyncMock

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from aseancan_kg.desk.database import Database
from aseancan_kg.desk.journal import Entry, Journal
from aseancan_kg.desk.served import Changed
from aseancan_kg.edits import Edit
from aseancan_kg.settings import Settings
from aseancan_kg.store.embedded import EmbeddedStore
from aseancan_kg.store.workers import Workers
from aseancan_kg.web.downloads import Downloads
from aseancan_kg.web.state import State

BASE, PROV = "https://w3id.org/aseancan/", "http://www.w3.org/ns/prov#"
ATOM = "{http://www.w3.org/2005/Atom}"
ACTIP = "instrument/actip-2015"
PLACE = f'<{BASE}id/{ACTIP}> <{BASE}ont#adoptedPlace> "{{}}"@en <{BASE}graph/instruments> .\n'
BEFORE, AFTER = (PLACE.format(place) for place in ("Kuala Lumpur, Malaysia", "Kuala Lumpur"))
NEW = f'<{BASE}id/body/new> <http://www.w3.org/2004/02/skos/core#prefLabel> "New"@en <{BASE}graph/bodies> .\n'


@pytest.fixture(scope="module")
def entries(published, tmp_path_factory):
    """Entries of a journal: a place is corrected, a body comes, the place is as it was."""
    journal = Journal(Database(f"sqlite:///{tmp_path_factory.mktemp('journal')}/journal.sqlite", new=True))
    base = published.stem.removeprefix("aseancan-")
    edit = Edit("registers/instruments", "actip-2015", {"adopted_place": "x"}, {"adopted_place": "y"})
    first = Entry(base, "Ann <ann>", "As the “title page” has it", (edit,), (AFTER,), (BEFORE,), None, base)
    second = replace(first, author="Bob", reason="It is new", added=(NEW,), removed=(), before=f"{base}+1")
    third = replace(first, author="Bob", reason="No", added=(BEFORE,), removed=(AFTER,), undoes=1, before=f"{base}+2")
    return journal, [journal.append(entry, number) for number, entry in enumerate((first, second, third))]


@pytest.fixture(scope="module")
def state(entries, published, past, tmp_path_factory):
    """The state of a service over the release with these entries."""
    changed = Changed(entries[0], tmp_path_factory.mktemp("desk"))
    patches = changed.follow(published)
    limits = Settings(workers=1, state=str(tmp_path_factory.mktemp("state")))
    store = EmbeddedStore.from_files([published], union_default_graph=True).patched(patches)
    asked = AsyncMock(return_value=patches)
    engine = Workers([published], union_default_graph=True, limits=limits, patches=asked)
    archive = [*past, *changed.versions(published, past)]
    return State(store, engine, limits, Downloads(published.parent), archive, changed.entries())


@pytest.fixture(scope="module")
def client(state, serve):
    with serve(state) as client:
        yield client


def base_of(entries):
    return entries[1][0].base


def page(client, path):
    answer = client.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 200, path
    return answer.text


def triples(client, path):
    return {quad.triple for quad in parse(client.get(f"{path}.nt").content, RdfFormat.N_TRIPLES)}


def test_the_page_of_a_thing_shows_its_changes_the_newest_first(client, entries):
    shown = page(client, f"/doc/{ACTIP}").partition('<h2 id="changes">')[2]
    assert re.findall(r'<td><a href="(/change/\d)">', shown) == ["/change/3", "/change/1"]
    assert "Ann &lt;ann&gt;" in shown
    assert "As the “title page” has it" in shown
    assert f'href="/r/{base_of(entries)}+1/changes/{ACTIP}"' in shown
    assert 'id="changes"' not in page(client, "/doc/instrument/apaec-2016-2025")


def test_the_rdf_of_a_thing_tells_of_its_changes_without_blank_nodes(client, entries):
    text = client.get(f"/doc/{ACTIP}.nt").text
    assert "_:" not in text
    for number, entry in ((1, entries[1][0]), (3, entries[1][2])):
        change = f"<{BASE}change/{number}>"
        assert f"<{BASE}doc/{ACTIP}> <{PROV}wasInfluencedBy> {change} ." in text
        assert f'{change} <{PROV}endedAtTime> "{entry.at[:19]}Z"^^' in text
        assert f"{change} <{PROV}used> <{BASE}r/{entry.before}> ." in text
        assert f"{change} <{PROV}generated> <{BASE}r/{entry.version}> ." in text
        assert f'{change[:-1]}#author> <http://www.w3.org/2004/02/skos/core#prefLabel> "{entry.author}" .' in text
    assert f"<{BASE}change/3> <{PROV}wasInformedBy> <{BASE}change/1> ." in text
    assert f"<{BASE}change/2>" not in text


def test_a_change_has_a_page_rdf_and_a_patch(client, entries):
    shown = page(client, "/change/3")
    assert "<h1>Change 3</h1>" in shown
    assert '<a href="/change/1">Change 1</a>: As the “title page” has it' in shown
    assert f'<a href="/doc/{ACTIP}">' in shown
    assert "/change/3.rdfp" in shown
    told = triples(client, "/change/1")
    assert {triple.predicate for triple in told} > {NamedNode(f"{PROV}generated"), NamedNode(f"{PROV}endedAtTime")}
    told = client.get("/change/1", headers={"Accept": "text/html"}).text.partition("In the tables")[2]
    assert all(
        one in told
        for one in ("instruments, actip-2015", "adopted_place", "<td><del>x</del></td><td><ins>y</ins></td>")
    )
    patch = client.get("/change/1.rdfp")
    assert patch.headers["Content-Type"].startswith("application/rdf-patch")
    base = base_of(entries)
    expected = [f"H id <{BASE}r/{base}+1> .", f"H prev <{BASE}r/{base}> .", "TX .", f"D {BEFORE}", f"A {AFTER}", "TC ."]
    assert patch.text == "".join(f"{line.rstrip()}\n" for line in expected)
    for path in ("/change/4", "/change/0", "/change/x", "/change/4.rdfp", "/change/01.rdfp", "/change/-1.rdfp"):
        assert client.get(path).status_code == 404, path


def test_a_version_answers_as_it_was(client, entries):
    base = base_of(entries)
    document = f"/doc/{ACTIP}.nt"
    places = {
        version: 'adoptedPlace> "Kuala Lumpur, Malaysia"' in client.get(f"/r/{version}{document}").text
        for version in (base, f"{base}+1", f"{base}+2", f"{base}+3")
    }
    assert places == {base: True, f"{base}+1": False, f"{base}+2": False, f"{base}+3": True}
    first = client.get(f"/r/{base}+1{document}")
    assert f"<{BASE}change/1>" in first.text
    assert f"<{BASE}change/3>" not in first.text
    assert "immutable" in first.headers["Cache-Control"]
    moment = entries[1][0].at[:19]
    assert parsedate_to_datetime(first.headers["Memento-Datetime"]).isoformat() == f"{moment}+00:00"
    assert "This is version" in page(client, f"/r/{base}+1/doc/{ACTIP}")
    assert client.get(f"/r/{base}/doc/body/new").status_code == 404
    assert client.get(f"/r/{base}+1/doc/body/new").status_code == 404
    assert client.get(f"/r/{base}+2/doc/body/new").status_code == 200
    assert client.get(f"/r/{base}+4/doc/{ACTIP}").status_code == 404
    shown = page(client, f"/r/{base}+1/changes/{ACTIP}")
    assert "Kuala Lumpur, Malaysia" in shown
    patch = client.get(f"/r/{base}+1/changes/{ACTIP}.rdfp").text
    assert (f"D {BEFORE}" in patch, f"A {AFTER}" in patch) == (True, True)


def test_a_version_itself_is_told_by_its_change(client, entries):
    base = base_of(entries)
    answer = client.get(f"/r/{base}+1", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/change/1")
    told = client.get(f"/r/{base}+1", headers={"Accept": "application/json"}).json()
    assert (told["dataset"], told["issued"]) == (f"{base}+1", f"{entries[1][0].at[:19]}+00:00")
    assert told["version"].endswith(("+1", ".1"))
    named = client.get(f"/r/{told['version']}/doc/{ACTIP}")
    assert (named.status_code, named.headers["Location"]) == (301, f"/r/{base}+1/doc/{ACTIP}")
    assert client.get(f"/r/{base}+1/aseancan-{base}+1.nq.xz").status_code == 404
    assert 'href="/change/3"' in page(client, "/r")
    listed = client.get("/r", headers={"Accept": "application/json"}).json()
    assert [one["dataset"] for one in listed[:4]] == [f"{base}+3", f"{base}+2", f"{base}+1", base]
    assert listed[3]["files"][0]["name"] == f"aseancan-{base}.nq"
    assert listed[0]["files"] == []


def test_a_time_leads_to_what_was_served_then(client, entries):
    base, at = base_of(entries), [entry.at for entry in entries[1]]
    day = at[2][:10]
    for when, version in ((day, f"{base}+3"), (f"{at[2][:19]}.999Z", f"{base}+3"), (f"{day}T23:59:59Z", f"{base}+3")):
        answer = client.get(f"/at/{when}/doc/{ACTIP}?page=1", headers={"Accept": "text/html"})
        assert (answer.status_code, answer.headers["Location"]) == (302, f"/r/{version}/doc/{ACTIP}?page=1"), when
    before = client.get(f"/at/{day[:4]}-11-25T12:00:00+02:00/doc/{ACTIP}")
    assert before.headers["Location"].startswith("/r/")
    assert "+" not in before.headers["Location"]
    assert client.get(f"/at/{day}").headers["Location"] == f"/r/{base}+3"
    assert client.get("/at/1999-12-31/doc/x").status_code == 404
    assert client.get("/at/yesterday/doc/x").status_code == 400


def test_feed_sitemap_and_harvesters_go_by_the_time_of_a_change(client, entries):
    time = f"{entries[1][2].at[:19]}Z"
    feed = ET.fromstring(client.get("/feed.atom").content)
    assert feed.findtext(f"{ATOM}updated") == time
    first = feed.find(f"{ATOM}entry")
    assert first.findtext(f"{ATOM}id") == f"{BASE}change/3"
    assert first.findtext(f"{ATOM}title") == "Change 3: No"
    assert first.findtext(f"{ATOM}updated") == time
    assert first.findtext(f"{ATOM}author/{ATOM}name") == "Bob"
    assert first.find(f"{ATOM}link").get("href") == "http://testserver/change/3"
    sitemap = client.get("/sitemap-1.xml").text
    assert f"<loc>http://testserver/doc/{ACTIP}</loc><lastmod>{time}</lastmod>" in sitemap
    asked = {"verb": "ListIdentifiers", "metadataPrefix": "oai_dc", "set": "kind:body"}
    assert "<header>" in client.get("/oai", params={**asked, "from": time}).text
    stamps = set(re.findall("<datestamp>(.*?)</datestamp>", client.get("/oai", params={**asked, "from": time}).text))
    assert len(stamps) == 1
    assert stamps.pop() > time
    assert "noRecordsMatch" in client.get("/oai", params={**asked, "from": "2999-01-01T00:00:00Z"}).text


def test_who_changes_what_is_no_thing_that_is_sought(client):
    for words in ("Ann", "Bob", "Change 1", "Version"):
        found = client.get("/search", params={"q": words, "format": "json"}).text
        assert "/change/" not in found
        assert "/aseancan/r/" not in found
    assert client.get("/id/person/Bob").status_code == 404


def test_nothing_of_a_change_is_told_where_there_is_no_journal(released):
    assert released.get("/change/1").status_code == 404
    assert "/change/" not in released.get("/r", headers={"Accept": "text/html"}).text
