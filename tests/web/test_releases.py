"""Past releases are served as they were."""

import asyncio
import csv
import hashlib
import html
import io
import json
import lzma
import os
import re
import zipfile
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import date
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import parse_qs, unquote

import pyoxigraph as ox
import pytest
from rdflib import DCAT, DCTERMS, RDFS, Graph, URIRef

from aseancan_kg.archive import Archived
from aseancan_kg.catalogue.documents import document, written
from aseancan_kg.mediatypes import GRAPH_FORMATS
from aseancan_kg.namespaces import BASE
from aseancan_kg.settings import VERSION
from aseancan_kg.store.embedded import EmbeddedStore
from aseancan_kg.store.releases import Releases
from aseancan_kg.web.kept import etag

FIRST, SECOND = "b0c752e3c0a8ec01", "5124f632db8ce40f"
ACTIP = "/doc/instrument/actip-2015"
BROWSER = {"Accept": "text/html"}
FOREVER = "public, max-age=31536000, immutable"


@pytest.fixture(scope="module")
def first(past, tmp_path_factory):
    return EmbeddedStore.from_files(
        [past[0].unpack(tmp_path_factory.mktemp("first") / past[0].quads_name)], union_default_graph=True
    )


def test_the_releases_are_listed(released, published):
    told = released.get("/r", headers={"Accept": "application/json"}).json()
    current = published.stem.removeprefix("aseancan-")
    assert [(one["version"], one["dataset"]) for one in told] == [
        (VERSION, current),
        ("0.2.0", SECOND),
        ("0.1.0", FIRST),
    ]
    assert told[1]["changes"]["removed"] == 21
    assert told[2]["changes"] is None
    page = released.get("/r", headers=BROWSER).text
    assert re.findall(r'<td><a href="(/r/\w+)">([\d.]+)</a>', page) == [
        (f"/r/{one['dataset']}", one["version"]) for one in told
    ]


def test_the_releases_are_described_in_rdf(released):
    quads = {
        (quad.subject.value, quad.predicate.value.rpartition("#")[2], getattr(quad.object, "value", ""))
        for quad in ox.parse(released.get("/r?format=nt").content, ox.RdfFormat.N_TRIPLES)
    }
    assert (f"{BASE}r/{SECOND}", "previousVersion", f"{BASE}r/{FIRST}") in quads
    assert (f"{BASE}dataset", "hasVersion", f"{BASE}r/{FIRST}") in quads
    one = released.get(f"/r/{FIRST}?format=nt").text
    assert FIRST in one
    assert f"<{BASE}r/{SECOND}> <http://www.w3.org/1999" not in one


@pytest.mark.parametrize("rest", ["", ACTIP, "/id/body/asean", "/ont.ttl?page=1", "/scheme/topic/caf%C3%A9"])
def test_a_number_is_sent_to_the_hash_it_stands_for(released, rest):
    response = released.get(f"/r/0.1.0{rest}")
    assert (response.status_code, response.headers["location"]) == (301, f"/r/{FIRST}{rest}")


@pytest.mark.parametrize(
    ("path", "about", "version"),
    [
        (f"/r/{FIRST}{ACTIP}", f"{BASE}id/instrument/actip-2015", FIRST),
        (f"/r/{SECOND}", f"{BASE}r/{SECOND}", SECOND),
        (f"/r/{SECOND}/changes/instrument/actip-2015", f"{BASE}id/instrument/actip-2015", SECOND),
        (f"{ACTIP}.html", f"{BASE}id/instrument/actip-2015", None),
        ("/?uri=http%3A%2F%2Fmetadata.un.org%2Fsdg%2F7", "http://metadata.un.org/sdg/7", None),
        ("/read/instrument/asean-canada-poa-2021-2025", f"{BASE}id/instrument/asean-canada-poa-2021-2025", None),
    ],
)
def test_every_page_says_of_which_version_it_is_and_a_report_carries_it(released, published, path, about, version):
    version = version or published.stem.removeprefix("aseancan-")
    page = released.get(path, headers=BROWSER).text
    assert f"Dataset version <code>{version}</code>" in page
    (link,) = re.findall(r'href="/report\?([^"]*)"', page)
    assert parse_qs(html.unescape(link)) == {"about": [about], "version": [version]}


def test_a_page_leads_to_what_the_last_release_changed_there_if_it_did(released, published):
    step = json.loads((published.parent / "changes.json").read_text(encoding="utf-8"))[-1]
    assert f"{BASE}scheme/body-kind" in step["changed"]
    words = "What changed here in the last release"
    assert words in released.get("/scheme/body-kind.html").text
    assert f"{BASE}id/instrument/actip-2015" not in step["changed"]
    assert words not in released.get(f"{ACTIP}.html").text


def test_every_link_to_a_part_of_a_page_finds_it(released):
    plan = "/doc/instrument/asean-canada-poa-2021-2025"
    texts = {}

    def text(path):
        if path not in texts:
            texts[path] = html.unescape(released.get(path, headers=BROWSER, follow_redirects=True).text)
        return texts[path]

    sampled = (
        *("/", "/browse", "/pictures", "/queries", "/dataset", "/shapes", "/ont", "/docs", "/r"),
        *(plan, f"{plan}/action/1.2.6", f"{plan}/action/1.2.6/clause/1", plan.replace("doc", "read", 1), ACTIP),
        *("/doc/ont/Action", "/doc/ont/leadVerb", "/doc/ont/mentions", "/graph/shapes", "/graph/description"),
        *("/doc/mention/plan-of-action-2021-2025/5673-5714", "/doc/assertion/body/accc/acronym"),
        *(f"/r/{SECOND}", f"/r/{SECOND}/dataset", f"/r/{SECOND}/shapes", f"/r/{SECOND}{ACTIP}"),
    )
    for path in sampled:
        links = re.findall(r'<a\b[^>]*href="(|/[^"]*#[^"]*|#[^"]*)"', text(path))
        assert "" not in links, path
        for link in links:
            target, _, part = link.partition("#")
            assert f'id="{unquote(part)}"' in text(target or path), (path, link)
    assert '<tr id="LeadVerb">' in text("/shapes")
    assert 'href="/shapes#LeadVerb"' in text("/doc/ont/leadVerb")
    assert "class partition" not in text("/doc/ont/Action")


@pytest.mark.parametrize("one", GRAPH_FORMATS)
def test_a_document_is_as_it_was(released, first, one):
    response = released.get(f"/r/{FIRST}{ACTIP}", headers={"Accept": one.media_type, "Accept-Encoding": "identity"})
    iri = f"{BASE}id/instrument/actip-2015"
    assert response.content == written(first, document(first, iri), one)
    assert response.headers["content-type"] == one.content_type
    assert response.headers["cache-control"] == FOREVER
    assert parsedate_to_datetime(response.headers["memento-datetime"]).isoformat() == "2026-11-23T00:00:00+00:00"
    assert response.headers["ac-dataset-version"] == FIRST
    assert response.headers["etag"] == etag(response.content)
    assert f'<{ACTIP}>; rel="original"' in response.headers["link"]
    located = released.get(response.headers["content-location"])
    assert located.content == response.content


@pytest.mark.parametrize(
    "path",
    [
        ACTIP, "/ont", "/doc/ont/Body", "/scheme/pillar/economic", "/graph/bodies", "/dataset", "/shapes",
        "/doc/report/20th-asean-canada-dialogue-01",
    ],
)  # fmt: skip
@pytest.mark.parametrize("suffix", [".ttl", ".html"])
def test_every_kind_of_document_is_there(released, path, suffix):
    response = released.get(f"/r/{FIRST}{path}{suffix}")
    assert response.status_code == 200
    assert ("memento-datetime" in response.headers) == (suffix == ".ttl")  # what a page says of today may change
    assert 'rel="canonical"' not in response.headers["link"]
    assert f'<{path}>; rel="original"' in response.headers["link"]


def test_links_stay_in_the_release(released):
    response = released.get(f"/r/{FIRST}{ACTIP}", headers=BROWSER)
    main = response.text.partition("<main")[2].partition("</main>")[0]
    hrefs = set(re.findall(r'href="(/[^"]*)"', main))
    assert {href for href in hrefs if not href.startswith(f"/r/{FIRST}")} == {ACTIP}  # what is said today
    assert f"/r/{FIRST}/doc/mechanism/asean-summit" in hrefs
    assert "0.1.0" in main
    targets = re.findall(r"<(/[^>]*)>", response.headers["link"])
    for address in {*targets, *(href.partition("#")[0] for href in hrefs if "/doc/ont/" in href)}:
        assert released.get(address).status_code == 200, address


def test_a_thing_is_sent_to_its_document_in_the_release(released):
    response = released.get(f"/r/{FIRST}/id/report/20th-asean-canada-dialogue-01")
    location = f"/r/{FIRST}/doc/report/20th-asean-canada-dialogue-01"
    assert (response.status_code, response.headers["location"]) == (303, location)
    assert released.get(f"/r/{SECOND}/id/report/20th-asean-canada-dialogue-01").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/r/nope", "/r/0.0.1", f"/r/{FIRST}/doc/body/nobody", f"/r/{FIRST}/changes/instrument/actip-2015",
        f"/r/{FIRST}/changes.csv", f"/r/{FIRST}/manifest.json", f"/r/{FIRST}/..%2f..%2fsettings.py",
        f"/r/{SECOND}/changes/body/nobody", f"/r/{SECOND}/changes/body/a%20b",
    ],
)  # fmt: skip
def test_what_is_not_there_is_not_found(released, path):
    response = released.get(path, headers={"Accept": "application/json"})
    assert response.status_code == 404
    assert response.json()["detail"]


def test_a_past_release_is_a_file(released, past):
    told = released.get(f"/r/{FIRST}", headers={"Accept": "application/json"}).json()["files"]
    ((name, href, size),) = ((each["name"], each["href"], each["bytes"]) for each in told)
    response = released.get(href)
    assert (name, len(response.content)) == (past[0].file.name, size)
    assert lzma.decompress(response.content).decode().splitlines(keepends=True) == past[0].lines()
    assert response.headers["cache-control"] == FOREVER
    assert f'filename="{name}"' in response.headers["content-disposition"]


def test_the_table_of_what_changed(released):
    rows = list(csv.DictReader(io.StringIO(released.get(f"/r/{SECOND}/changes.csv").text)))
    step = next(one for one in released.get("/downloads/changes.json").json() if one["to"]["dataset"] == SECOND)
    assert len(rows) == sum(len(step[name]) for name in ("added", "removed", "changed"))
    (chairs,) = (row for row in rows if row["identifier"].endswith("report/20th-asean-canada-dialogue-18"))
    assert chairs["change"] == "replaced"
    assert chairs["label"].startswith("20th ASEAN-Canada Dialogue was co-chaired by")
    assert chairs["replaced by"].split(" | ") == [
        f"{BASE}id/statement/d20-s29-co-chaired-amran", f"{BASE}id/statement/d20-s30-co-chaired-epp"
    ]  # fmt: skip
    workbook = zipfile.ZipFile(io.BytesIO(released.get(f"/r/{SECOND}/changes.xlsx").content))
    assert f"{BASE}r/{SECOND}" in workbook.read("xl/sharedStrings.xml").decode()
    told = released.get(f"/r/{SECOND}/changes.json").json()
    assert [one["identifier"] for one in told] == [row["identifier"] for row in rows]
    page = released.get(f"/r/{SECOND}", headers=BROWSER).text
    assert f'<a href="/r/{SECOND}/changes/instrument/unscr-1325"' in page
    assert released.get(f"/r/{SECOND}/changes.pdf").status_code == 406


def test_what_changed_about_one_thing(released):
    path = f"/r/{SECOND}/changes/instrument/unscr-1325"
    page = released.get(path, headers=BROWSER).text
    assert re.findall(r"<h2>(\w+) <small>(\d+)</small></h2>", page) == [("Added", "1"), ("Removed", "1")]
    iri, nations = f"<{BASE}id/instrument/unscr-1325>", f"<{BASE}id/body/united-nations> <{BASE}graph/instruments> ."
    assert released.get(f"{path}.rdfp").text.splitlines() == [
        f"H id <{BASE}r/{SECOND}> .",
        f"H prev <{BASE}r/{FIRST}> .",
        "TX .",
        f"D {iri} <{BASE}ont#party> {nations}",
        f"A {iri} <{BASE}ont#adoptedBy> {nations}",
        "TC .",
    ]
    told = released.get(path, headers={"Accept": "application/json"}).json()
    assert (len(told["added"]), len(told["removed"])) == (1, 1)
    assert released.get(f"/r/{SECOND}/changes/state/canada.json").json()["added"] == []
    assert released.get(f"/r/{SECOND}/changes/ont/standing.json").status_code == 200


def test_the_current_release_is_served_by_its_hash_too_and_may_be_described_anew(released, published):
    current = published.stem.removeprefix("aseancan-")
    response = released.get(f"/r/{current}{ACTIP}.ttl")
    assert response.content == released.get(f"{ACTIP}.ttl").content
    assert response.headers["cache-control"] == "no-cache"
    assert "memento-datetime" not in response.headers


def test_other_peoples_data_has_no_releases(client):
    assert client.get("/r", headers={"Accept": "application/json"}).json() == []
    assert client.get("/r/0.1.0").status_code == 404
    assert client.get("/r", headers=BROWSER).status_code == 200


def test_two_releases_are_held(past, state_of):
    releases = Releases(past, state_of().settings)
    one, other = (releases.store(each.dataset) for each in past)
    assert (releases.store(FIRST), releases.store(SECOND)) == (one, other)
    asyncio.run(releases.close())


def test_a_release_that_loads_slowly_holds_no_other_up(published, past, state_of, serve, tmp_path):
    slow = tmp_path / "slow"
    os.mkfifo(slow)
    archived = (past[0], replace(past[1], file=slow))
    with serve(state_of(published, archived=archived)) as client, ThreadPoolExecutor(2) as threads:
        assert client.get(f"/r/{FIRST}{ACTIP}.ttl").status_code == 200
        waiting = threads.submit(client.get, f"/r/{SECOND}{ACTIP}.ttl")
        with slow.open("wb") as end:  # it is being read by now
            assert threads.submit(client.get, f"/r/{FIRST}{ACTIP}.nt").result(timeout=60).status_code == 200
            assert not waiting.done()
            end.write(past[1].file.read_bytes())
        assert waiting.result().status_code == 200


def small(tmp_path, version, *, slow=False):
    """Return a release of one quad; a slow one is read, once, when somebody writes it."""
    content = lzma.compress(b'<http://e/a> <http://e/p> "x" <http://e/g> .\n')
    file = tmp_path / version
    if slow:
        os.mkfifo(file)
    else:
        file.write_bytes(content)
    return Archived(version, version, date(2026, 1, 1), file, hashlib.sha256(content).hexdigest()), content


def test_a_release_that_is_being_loaded_is_loaded_once_though_others_are_asked_for(tmp_path, state_of):
    slow, content = small(tmp_path, "slow", slow=True)
    others = [small(tmp_path, name)[0] for name in "abc"]
    releases = Releases([slow, *others], state_of().settings)
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(releases.store, "slow")
        with slow.file.open("wb") as end:  # it is being read by now
            for one in others:
                releases.store(one.dataset)
            second = threads.submit(releases.store, "slow")
            end.write(content)
        assert first.result(timeout=60) is second.result(timeout=60)
    asyncio.run(releases.close())


def test_the_files_of_however_many_versions_do_not_fill_the_disk(tmp_path, state_of):
    versions = [small(tmp_path, f"v{number}")[0] for number in range(12)]
    releases = Releases(versions, state_of(workers=1).settings)

    async def ask():
        await releases.engine("v0")
        for one in versions:
            assert len(await asyncio.to_thread(releases.store, one.dataset)) == 1
        kept = {file.stem.removeprefix("aseancan-") for file in Path(releases._directory.name).iterdir()}
        await releases.close()
        return kept

    assert asyncio.run(ask()) == {f"v{number}" for number in (0, *range(4, 12))}


def test_a_few_wait_for_a_release_and_the_others_are_told_to_come_back(published, past, state_of, serve, tmp_path):
    slow = tmp_path / "slow"
    os.mkfifo(slow)
    archived = (past[0], replace(past[1], file=slow))
    with serve(state_of(published, archived=archived)) as client, ThreadPoolExecutor(12) as threads:
        waiting = [threads.submit(client.get, f"/r/{SECOND}{ACTIP}.ttl") for _ in range(12)]
        with slow.open("wb") as end:
            done, _ = wait(waiting, timeout=60, return_when=FIRST_COMPLETED)
            refused = done.pop().result()
            assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
            end.write(past[1].file.read_bytes())
        assert {one.result(timeout=60).status_code for one in waiting} == {200, 503}
        assert client.get(f"/r/{SECOND}{ACTIP}.ttl").status_code == 200


def test_the_version_of_the_ontology_is_that_of_its_release(released):
    moved = released.get("/ont/0.2.0")
    assert (moved.status_code, moved.headers["location"]) == (303, "/r/0.2.0/ont")
    found = released.get("/ont/0.2.0", headers={"Accept": "text/turtle"}, follow_redirects=True)
    assert "owl:versionIRI <https://w3id.org/aseancan/ont/0.2.0>" in found.text
    assert released.get("/ont/9.9.9").status_code == 404


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("/id/instrument/ACTIP", "/id/instrument/actip-2015"),
        ("/doc/Instrument/ACTIP-2015/", ACTIP),
        ("/dataset.TTL", "/dataset.ttl"),
        ("/doc/instrument/ACTIP.ttl?page=1", f"{ACTIP}.ttl?page=1"),
        ("/", ""),
    ],
)
def test_other_spellings_lead_on_within_the_release(released, asked, found):
    response = released.get(f"/r/{FIRST}{asked}")
    assert (response.status_code, response.headers["location"]) == (301, f"/r/{FIRST}{found}")
    assert released.get(f"/r/0.1.0{asked}", follow_redirects=True).status_code == 200


def test_a_number_with_a_slash_is_sent_on_once(released):
    response = released.get("/r/0.1.0/")
    assert (response.status_code, response.headers["location"]) == (301, f"/r/{FIRST}")


@pytest.mark.parametrize("within", ["", f"/r/{FIRST}"])
@pytest.mark.parametrize("path", ["/id/instrument/ACECA", "/doc/instrument/ACECA.ttl"])
def test_an_ambiguous_name_is_a_choice_in_every_release(released, within, path):
    response = released.get(f"{within}{path}?page=7&x=1", headers={"Accept": "application/json"})
    assert response.status_code == 300
    choices = [one["href"] for one in response.json()["choices"]]
    meant = [within + path.replace("ACECA", f"aceca-{year}") for year in (1981, 1993)]
    assert choices == [f"{one}?x=1" for one in meant]  # the page was one of something else
    assert all(f'<{each}>; rel="alternate"' in response.headers["link"] for each in choices)
    for each in choices:
        found = released.get(each, follow_redirects=True)
        assert (found.status_code, found.url.path.startswith(f"{within}/doc/")) == (200, True)
    assert all(f'href="{each}"' in released.get(f"{within}{path}", headers=BROWSER).text for each in meant)


def test_a_term_of_the_ontology_is_no_thing(released):
    assert released.get(f"/r/{FIRST}/id/instrument").status_code == 404


def test_a_name_that_is_nearly_right_is_told_within_the_release(released):
    response = released.get(f"/r/{FIRST}/id/instrument/actip-2051", headers={"Accept": "application/json"})
    assert response.status_code == 404
    assert response.json()["detail"].endswith("in release 0.1.0")
    assert f"/r/{FIRST}{ACTIP}" in response.json()["hint"]


@pytest.mark.parametrize(
    "path",
    [
        "/r", "/r?format=json", "/r?format=ttl", f"/r/{SECOND}", f"/r/{SECOND}?format=json", f"/r/{SECOND}?format=nq",
        *(f"/r/{SECOND}/changes.{suffix}" for suffix in ("csv", "xlsx", "json")),
        *(f"/r/{SECOND}/changes/instrument/unscr-1325{suffix}" for suffix in ("", "?format=json", ".json", ".rdfp")),
    ],
)  # fmt: skip
def test_a_client_can_ask_whether_it_has_changed(released, path):
    asked = {**BROWSER, "Accept-Encoding": "identity"}
    response = released.get(path, headers=asked)
    assert response.headers["etag"] == etag(response.content)
    assert response.headers["cache-control"] in ("no-cache", FOREVER)
    again = released.get(path, headers={**asked, "If-None-Match": response.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("suffix", ["json", "rdfp"])
def test_only_what_differs_between_archived_releases_is_fixed(released, published, suffix):
    path = f"changes/instrument/actip-2015.{suffix}"
    current = published.stem.removeprefix("aseancan-")
    assert released.get(f"/r/{SECOND}/{path}").headers["cache-control"] == FOREVER
    assert released.get(f"/r/{current}/{path}").headers["cache-control"] == "no-cache"


def test_catalogues_are_led_to_the_file_of_a_release(released, past):
    graph = Graph().parse(data=released.get(f"/r/{FIRST}?format=ttl").text, format="turtle")
    release = URIRef(f"{BASE}r/{FIRST}")
    assert graph.value(release, URIRef(f"{DCAT}isVersionOf")) == URIRef(f"{BASE}dataset")
    (node,) = graph.objects(release, DCAT.distribution)
    address = str(graph.value(node, DCAT.downloadURL)).removeprefix(BASE)
    assert len(released.get(f"/{address}").content) == graph.value(node, DCAT.byteSize).value
    checksum = graph.value(node, URIRef("http://spdx.org/rdf/terms#checksum"))
    assert str(graph.value(checksum, URIRef("http://spdx.org/rdf/terms#checksumValue"))) == past[0].sha256
    assert graph.value(node, DCTERMS.license) == URIRef("https://creativecommons.org/licenses/by/4.0/")
    assert "not of the words quoted" in graph.value(graph.value(node, DCTERMS.rights), RDFS.label)
    listed = Graph().parse(data=released.get("/r?format=ttl").text, format="turtle")
    assert set(graph) <= set(listed)
    assert len(set(listed.subjects(DCAT.distribution))) == 3


def test_a_page_kept_for_one_language_is_not_given_to_another(released):
    path = f"/r/{SECOND}/graph/un-sdg-kos.html"
    french, english = (released.get(path, headers={"Accept-Language": one}) for one in ("fr", "en"))
    assert "Éliminer la pauvreté" in french.text
    assert "Éliminer la pauvreté" not in english.text
    assert "End poverty" in english.text
    assert "Accept-Language" in french.headers["vary"].split(", ")
