"""The dataset as tables, at the door of those who take them away."""

import re
import subprocess
import sys
import zipfile
from io import BytesIO

import pytest

from aseancan_kg.library.tables import tables
from aseancan_kg.store.remote import RemoteStore
from aseancan_kg.web.bundle import Files

BROWSER = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def page(client):
    response = client.get("/downloads/tables", headers=BROWSER)
    assert response.status_code == 200
    return response


def test_the_page_lists_the_tables_that_there_are(page, store):
    held = tables.counts(store)
    assert {"actions", "things", "edges"} <= held.keys()
    assert set(re.findall(r"<small><code>(\w+)</code></small>", page.text)) == held.keys()
    assert "party_actions" not in held
    ids = re.findall(r'\bid="([^"]+)"', page.text)
    assert len(ids) == len(set(ids))


def test_every_file_that_the_page_links_to_is_there(page, client):
    links = {link for link in re.findall(r'href="([^"]+)"', page.text) if link.startswith("/downloads/tables/")}
    assert len(links) > 20
    for link in links:
        response = client.get(link, headers={"Accept-Encoding": "identity"})
        assert response.status_code == 200, link
        assert "octet-stream" not in response.headers["content-type"]
        assert int(response.headers["content-length"]) == len(response.content) > 0


def test_what_is_unchanged_is_not_sent_again(client):
    first = client.get("/downloads/tables/csv/actions.csv")
    assert first.headers["content-type"] == "text/csv; charset=utf-8"
    assert first.headers["last-modified"]
    again = client.get("/downloads/tables/csv/actions.csv", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = client.head("/downloads/tables/csv/actions.csv")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == first.headers["content-length"]


def test_a_part_of_a_file_can_be_had(client):
    whole = client.get("/downloads/tables/tables.xlsx").content
    part = client.get("/downloads/tables/tables.xlsx", headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, whole[10:20])


def test_the_archive_is_named_after_the_version(client, page, store):
    (link,) = set(re.findall(r'href="([^"]+\.zip)"', page.text))
    assert store.version in link
    with zipfile.ZipFile(BytesIO(client.get(link).content)) as archive:
        assert {"README.md", "datapackage.json", "csv/actions.csv"} <= set(archive.namelist())
        assert archive.read("csv/actions.csv") == client.get("/downloads/tables/csv/actions.csv").content


def test_the_codebook_is_a_page_with_its_own_style_and_nothing_else(client):
    response = client.get("/downloads/tables/codebook.html", headers=BROWSER)
    assert "default-src 'none'; style-src 'sha256-" in response.headers["content-security-policy"]
    assert "<h1>Codebook of the tables</h1>" in response.text


def test_what_can_be_had_is_found_from_the_beginning_of_the_address(client):
    found = client.get("/downloads", headers=BROWSER)
    assert (found.status_code, found.headers["location"]) == (303, "/dataset")


@pytest.mark.parametrize(
    "name",
    [
        "nothing.csv",
        "csv",
        "csv/",
        "",
        "../manifest.json",
        "%2e%2e/%2e%2e/etc/passwd",
        "csv%2f..%2f..%2fsecret",
        "csv/actions.csv/",
        "csv/actions.csv%00",
        "//etc/passwd",
        "%ff.csv",
    ],
)
def test_what_is_no_file_of_ours_is_not_found(client, name):
    assert client.get(f"/downloads/tables/{name}").status_code == 404


def test_a_dataset_without_tables_has_no_such_page(tmp_path, state_of, serve):
    file = tmp_path / "other.ttl"
    file.write_text("<urn:a> <urn:b> <urn:c> .")
    with serve(state_of(file)) as client:
        for path in ("/downloads/tables", "/downloads/tables/csv/actions.csv"):
            answer = client.get(path)
            assert answer.status_code == 404
            assert "--union-default-graph" in answer.json()["hint"]


def test_links_begin_with_the_path_that_a_proxy_publishes(state_of, serve):
    with serve(state_of(), root_path="/kg") as client:
        page = client.get("/kg/downloads/tables", headers=BROWSER)
        links = [link for link in re.findall(r'href="([^"]+)"', page.text) if "/downloads/tables/" in link]
        assert links
        assert all(link.startswith("/kg/downloads/tables/") for link in links)
        assert client.get(next(link for link in links if link.endswith("actions.csv"))).status_code == 200


def test_tables_of_a_store_elsewhere_are_the_same(state_of, store, running):
    with running(state_of()) as port:
        elsewhere = tables.read(RemoteStore(f"http://127.0.0.1:{port}/sparql"))
    assert elsewhere.filled == tables.read(store).filled


def test_a_service_starts_without_what_only_tables_need():
    code = "import aseancan_kg.web.server, sys; print({'pandas', 'pyarrow'} & sys.modules.keys())"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert ran.stdout == "set()\n"


def test_files_go_with_the_service(state_of, serve):
    state = state_of()
    with serve(state) as client:
        assert client.get("/downloads/tables/csv/actions.csv").status_code == 200
        directory = state.derived.get(Files).directory
        assert (directory / "csv" / "actions.csv").is_file()
    assert not directory.exists()
