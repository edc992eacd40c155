"""Depositing an answer, citing it, and seeing whether it still holds."""

import hashlib
import html
import json
import lzma
import re
import sqlite3
from datetime import date

import pytest

from aseancan_kg.archive import Archived

NAMES = "SELECT ?l { ?s <http://www.w3.org/2004/02/skos/core#altLabel> ?l }"


def deposit(client, query=NAMES, **fields):
    return client.post("/q", data={"query": query, **fields})


def test_a_deposit_has_a_short_address_and_says_what_it_holds(client, store):
    response = deposit(client)
    record = response.json()
    assert response.status_code == 201
    assert re.fullmatch("/q/[a-z2-7]{16}", response.headers["location"])
    assert record["address"] == f"https://w3id.org/aseancan{response.headers['location']}"
    assert (record["rows"], record["datasetVersion"], record["query"]) == (3, store.version, NAMES)
    shown = client.get(response.headers["location"], headers={"Accept": "application/json"}).json()
    assert {name: shown[name] for name in record} == record
    assert shown["reruns"] == [{"datasetVersion": store.version, "same": True, "added": [], "removed": []}]


def test_the_same_query_has_the_same_address_and_another_has_another(client):
    first = deposit(client)
    again = deposit(client, NAMES.replace(" ", "\n") + " # the same")
    assert again.headers["location"] == first.headers["location"]
    assert again.json() == first.json()
    graph = "https://w3id.org/aseancan/graph/bodies"
    other = deposit(client, **{"default-graph-uri": graph})
    assert other.headers["location"] != first.headers["location"]
    shown = client.get(other.headers["location"], headers={"Accept": "application/json"}).json()
    assert shown["defaultGraphs"] == [graph]
    assert shown["reruns"][0]["same"]
    page = client.get(other.headers["location"], headers={"Accept": "text/html"}).text
    assert "default-graph-uri=https%3A%2F%2Fw3id.org%2Faseancan%2Fgraph%2Fbodies" in page


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("ASK { ?s ?p ?o }", ("json", "xml", "csv", "tsv")),
        ("CONSTRUCT WHERE { ?s a ?c }", ("ttl", "jsonld", "nt", "rdf")),
        ("SELECT ?x { FILTER(false) }", ("json", "xml", "csv", "tsv")),
        ("SELECT ?s ?l { ?s ?p ?l FILTER(isLiteral(?l)) }", ("json", "xml", "csv", "tsv")),
    ],
)
def test_every_form_can_be_deposited_and_its_answer_taken(client, query, names):
    location = deposit(client, query).headers["location"]
    assert client.get(location, headers={"Accept": "application/json"}).json()["reruns"][0]["same"]
    for name in names:
        kept, asked = client.get(f"{location}.{name}"), client.get("/sparql", params={"query": query, "format": name})
        assert kept.headers["content-type"] == asked.headers["content-type"]
        if name != "xml":
            assert sorted(kept.text) == sorted(asked.text)
    assert client.get(location, headers={"Accept": "text/html"}).status_code == 200
    other = "csv" if "ttl" in names else "ttl"
    assert client.get(f"{location}.{other}").status_code == 406


def test_a_browser_is_sent_to_the_page(client):
    sent = client.post("/q", data={"query": NAMES}, headers={"Accept": "text/html,*/*;q=0.8"})
    assert sent.status_code == 303
    page = client.get(sent.headers["location"], headers={"Accept": "text/html"}).text
    assert "<h1>Answer to a query, 3 rows</h1>" in page
    assert "<strong>Same.</strong>" in page
    shown = re.findall("<td[^>]*>(.*?)</td>", page)
    files = re.findall(r'<a href="(/q/[a-z2-7]{16}\.(?:json|xml|csv|tsv))">', page)
    assert len(files) == 4
    assert shown == client.get(files[2]).text.splitlines()[1:]
    assert NAMES in html.unescape(page)


def test_a_deposit_is_cited_in_three_formats(client, store):
    location = deposit(client).headers["location"]
    key = f"aseancan-{location.removeprefix('/q/')}"
    bibtex, ris, csl = (client.get(f"{location}.{name}") for name in ("bib", "ris", "csl"))
    assert bibtex.headers["content-type"].startswith("application/x-bibtex")
    assert bibtex.text.startswith(f"@misc{{{key},")
    assert f"url = {{https://w3id.org/aseancan{location}}}" in bibtex.text
    assert "TY  - DATA\r\n" in ris.text
    assert ris.text.endswith("ER  - \r\n")
    (item,) = json.loads(csl.text)
    assert (item["type"], item["version"], item["id"]) == ("dataset", store.version, key)
    assert client.get(f"{location}.doc").status_code == 406


def test_a_changed_dataset_shows_what_has_changed_and_what_held_then(serve, state_of, tmp_path):
    line = '<urn:{}> <http://www.w3.org/2004/02/skos/core#altLabel> "{}" <urn:g> .\n'
    old, new = tmp_path / "aseancan-00000001.nq", tmp_path / "aseancan-00000002.nq"
    old.write_text(line.format("a", "A") + line.format("b", "B"))
    new.write_text(line.format("a", "A") + line.format("c", "C") + line.format("d", "<script>D"))
    kept = str(tmp_path / "state")
    with serve(state_of(old, state=kept)) as client:
        location = deposit(client).headers["location"]
    compressed = tmp_path / "aseancan-00000001.nq.xz"
    compressed.write_bytes(lzma.compress(old.read_bytes()))
    sha256 = hashlib.sha256(compressed.read_bytes()).hexdigest()
    past = [Archived("0.1.0", "00000001", date(2026, 11, 23), compressed, sha256)]
    with serve(state_of(new, state=kept, archived=past)) as client:
        shown = client.get(location, headers={"Accept": "application/json"}).json()
        page = client.get(location, headers={"Accept": "text/html"}).text
    now, then = shown["reruns"]
    assert (now["datasetVersion"], now["same"]) == ("00000002", False)
    assert "<td>B</td>" in page
    assert (now["added"], now["removed"]) == (['"<script>D"', '"C"'], ['"B"'])
    assert then == {"datasetVersion": "00000001", "same": True, "added": [], "removed": []}
    assert "<strong>Changed: +2 −1.</strong>" in page
    assert "<strong>Same.</strong>" in page
    assert "<script>D" not in page


def test_rows_that_stand_several_times_are_counted(serve, state_of, tmp_path):
    kept = str(tmp_path / "state")
    first, second = tmp_path / "a.nt", tmp_path / "b.nt"
    first.write_text("".join(f'<urn:{n}> <urn:p> "x" .\n' for n in range(2)))
    second.write_text("".join(f'<urn:{n}> <urn:p> "x" .\n' for n in range(5)))
    with serve(state_of(first, state=kept)) as client:
        location = deposit(client, "SELECT ?o { ?s <urn:p> ?o }").headers["location"]
    with serve(state_of(second, state=kept)) as client:
        shown = client.get(location, headers={"Accept": "application/json"}).json()
    assert shown["reruns"][0]["added"] == ['"x"'] * 3


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("SELECT (NOW() AS ?x) {}", 400, "answers differently each time"),
        ("SELECT {", 400, "does not parse"),
        ("CLEAR ALL", 403, "read-only"),
    ],
)
def test_what_has_no_lasting_answer_is_refused(client, query, status, words):
    response = deposit(client, query)
    assert response.status_code == status
    assert words in response.json()["detail"]


def test_an_answer_too_long_to_keep_is_refused(serve, state_of):
    with serve(state_of(buffer_kb=1)) as client:
        response = deposit(client, "SELECT * { ?s ?p ?o }")
        assert response.status_code == 413
        assert "more than 1 KB" in response.json()["detail"]


def test_a_full_or_missing_place_is_told(serve, state_of, tmp_path):
    (tmp_path / "file").write_text("")
    with serve(state_of(state=str(tmp_path / "file" / "x"))) as client:
        response = deposit(client)
        assert response.status_code == 503
        assert "AC_STATE" in response.json()["hint"]
        assert str(tmp_path) not in response.text
    with serve(state_of(deposits_mb=0)) as client:
        assert deposit(client).status_code == 507
    with serve(state_of(deposit_mb_per_client=0)) as client:
        refused = deposit(client)
        assert refused.status_code == 429
        assert 0 < int(refused.headers["retry-after"]) <= 24 * 60 * 60
        assert client.get(f"/q/{'a' * 16}").status_code == 404


def test_a_restart_gives_a_client_no_new_allowance(serve, state_of, tmp_path):
    limits = {"state": str(tmp_path), "query_kb": 1024, "deposit_mb_per_client": 1}
    long = "ASK {{ ?s ?p {} }} #" + "x" * 700_000
    with serve(state_of(**limits)) as client:
        assert deposit(client, long.format(1)).status_code == 201
    with serve(state_of(**limits)) as client:
        assert deposit(client, long.format(2)).status_code == 429
        assert deposit(client, "ASK {}").status_code == 201
        assert deposit(client, long.format(1)).status_code == 201


@pytest.mark.parametrize("name", ["aaaaaaaaaa", "'; DROP TABLE deposit", "%00"])
def test_an_unknown_deposit_is_404(client, name):
    assert client.get(f"/q/{name}").status_code == 404


@pytest.mark.parametrize(("column", "value"), [("answer", b"x"), ("default_graphs", "["), ("deposited", None)])
def test_a_damaged_deposit_is_told_and_no_other_suffers(serve, state_of, tmp_path, column, value):
    with serve(state_of(state=str(tmp_path))) as client:
        damaged, whole = (deposit(client, query).headers["location"] for query in (NAMES, "ASK {}"))
        with sqlite3.connect(tmp_path / "deposits.sqlite") as connection:
            schema = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'deposit'").fetchone()[0]
            connection.execute("ALTER TABLE deposit RENAME TO old")
            connection.execute(schema.replace(" NOT NULL", ""))
            connection.execute("INSERT INTO deposit SELECT * FROM old")
            connection.execute(f"UPDATE deposit SET {column} = ? WHERE id = ?", (value, damaged.removeprefix("/q/")))
        connection.close()
        response = client.get(damaged)
        assert response.status_code == 503
        assert response.json()["detail"].endswith("is damaged")
        assert client.get(whole).status_code == 200


def test_the_order_of_the_rows_counts_where_the_query_gives_it(serve, state_of, tmp_path):
    ordered = "SELECT ?o { ?s <urn:p> ?o ; <urn:n> ?n } ORDER BY ?n"
    kept = str(tmp_path / "state")
    first, second = tmp_path / "a.ttl", tmp_path / "b.ttl"
    for file, words in ((first, "xy"), (second, "yx")):
        rows = (f'<urn:{word}> <urn:p> "{word}" ; <urn:n> {number} .\n' for number, word in enumerate(words))
        file.write_text("".join(rows))
    with serve(state_of(first, state=kept)) as client:
        queries = ordered, ordered.removesuffix(" ORDER BY ?n")
        locations = [deposit(client, query).headers["location"] for query in queries]
    with serve(state_of(second, state=kept)) as client:
        shown = [client.get(one, headers={"Accept": "application/json"}).json() for one in locations]
        page = client.get(locations[0], headers={"Accept": "text/html"}).text
    runs = [one["reruns"][0] for one in shown]
    assert [(run["same"], run["added"], run["removed"]) for run in runs] == [(False, [], []), (True, [], [])]
    assert "Same rows in another order." in page


def test_the_address_for_depositing_takes_posts_only(client):
    response = client.get("/q")
    assert response.status_code == 405
    assert response.headers["allow"] == "OPTIONS, POST"
