"""What every response carries, what is answered again from what is kept, and what is logged."""

import asyncio
import json
import logging
import time

import pytest
from fastapi import FastAPI

from aseancan_kg.namespaces import ONT
from aseancan_kg.store.embedded import EmbeddedStore
from aseancan_kg.web.app import switch
from aseancan_kg.web.front import Front
from aseancan_kg.web.kept import KEEP
from aseancan_kg.web.metrics import Metrics

QUERY = "SELECT ?l { ?s <http://www.w3.org/2004/02/skos/core#altLabel> ?l } ORDER BY ?l"


BODY = "https://w3id.org/aseancan/id/body/asean"


def timing(response):
    return response.headers["server-timing"]


def test_the_same_request_is_answered_from_what_is_kept(client, lasting):
    parameters = {"query": f"{QUERY} # same", "format": "csv"}
    first, second = (client.get("/sparql", params=parameters) for _ in range(2))
    assert timing(first).startswith("queue;dur=")
    assert timing(second) == 'cache;desc="hit"'
    assert second.content == first.content
    assert lasting(second) == lasting(first)
    assert second.headers["x-request-id"] != first.headers["x-request-id"]


def test_the_same_query_in_other_words_is_answered_from_what_is_kept(client):
    asked = client.post("/sparql", data={"query": f"{QUERY} # in other words", "format": "tsv"})
    again = client.get("/sparql", params={"query": QUERY.replace(" ", "\n\t"), "format": "tsv"})
    assert "eval" in timing(asked)
    assert timing(again) == 'cache;desc="hit"'
    assert again.content == asked.content


def test_what_is_kept_for_one_accept_header_is_not_given_to_another(client):
    texts = {
        accept: client.get("/sparql", params={"query": QUERY}, headers={"Accept": accept}).text
        for accept in ("text/csv", "text/tab-separated-values", "text/csv")
    }
    assert len(set(texts.values())) == 2


@pytest.mark.parametrize("call", ["NOW()", "rand()", "UUID()", "StrUUID()", "BNODE()"])
def test_an_answer_that_changes_is_never_kept(client, call):
    query = f"SELECT ({call} AS ?x) {{}}"
    first, second = (client.get("/sparql", params={"query": query, "format": "csv"}) for _ in range(2))
    for response in (first, second):
        assert response.headers["cache-control"] == "no-store"
        assert "etag" not in response.headers
        assert "eval" in timing(response)


def test_a_word_in_a_string_does_not_make_an_answer_change(client):
    query = "SELECT ('NOW() RAND()' AS ?x) {} # UUID()"
    first, second = (client.get("/sparql", params={"query": query}) for _ in range(2))
    assert timing(second) == 'cache;desc="hit"'
    assert first.headers["cache-control"] == "public, no-cache"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_client_that_holds_the_answer_gets_304(client, method):
    parameters = {"query": QUERY}
    got = client.get("/sparql", params=parameters)
    for tags in (got.headers["etag"], f'"x", W/{got.headers["etag"]}', "*"):
        held = client.request(method, "/sparql", params=parameters, headers={"If-None-Match": tags})
        assert held.status_code == 304
        assert held.content == b""
        for name in ("etag", "cache-control", "vary", "ac-dataset-version"):
            assert held.headers[name] == got.headers[name]
    assert client.get("/sparql", params=parameters, headers={"If-None-Match": '"x"'}).status_code == 200


def test_a_switch_serves_the_new_dataset_and_forgets_what_was_kept(serve, state_of, tmp_path):
    file = tmp_path / "new.nt"
    file.write_text('<urn:a> <http://www.w3.org/2004/02/skos/core#altLabel> "new" .\n')
    old, new = state_of(), state_of(file)
    with serve(old) as client:
        parameters = {"query": QUERY, "format": "csv"}
        before = [client.get("/sparql", params=parameters) for _ in range(2)][1]
        client.portal.call(new.engine.start)
        client.portal.call(switch, client.app, new)
        after = client.get("/sparql", params=parameters)
        assert after.text == "l\r\nnew\r\n"
        assert before.headers["ac-dataset-version"] == old.store.version
        assert after.headers["ac-dataset-version"] == new.store.version
        assert not old.engine.turns.running


def test_what_is_kept_is_made_again_before_a_switch_but_no_query_is_asked(serve, state_of, tmp_path, monkeypatch):
    file = tmp_path / "new.ttl"
    file.write_text(f'<{BODY}> a <{ONT}Body> ; <http://www.w3.org/2004/02/skos/core#prefLabel> "New"@en .')
    old, new = state_of(), state_of(file)
    asked = [
        (f"/doc/{BODY.partition('/id/')[2]}", {"Accept": "text/html", "Accept-Language": "de"}),
        (f"/doc/{BODY.partition('/id/')[2]}.ttl", {"Accept-Encoding": "identity"}),
        ("/search?q=new", {"Accept": "application/json"}),
    ]
    with serve(old) as client:
        for path, headers in (*asked, ("/sparql?query=ASK{}", {}), ("/%73parql?query=ASK{}", {})):
            assert client.get(path, headers=headers).status_code == 200
        client.portal.call(new.engine.start)
        client.portal.call(client.app.state.front._make_again, new)
        assert len(new.chosen.latest()) == len(asked)
        client.portal.call(switch, client.app, new)
        for asking in ("rows", "quads"):
            monkeypatch.setattr(EmbeddedStore, asking, None)
        for path, headers in asked:
            answer = client.get(path, headers=headers)
            assert (answer.status_code, answer.headers["ac-dataset-version"]) == (200, new.store.version)
            assert "New" in answer.text


@pytest.mark.parametrize("kept", [True, False])
def test_what_several_ask_for_at_once_is_made_once_and_nobody_waits_for_what_is_not_kept(state_of, kept):
    app = FastAPI()
    app.state.service = state_of()
    made, sent, asking = [], [], []

    async def door(scope, receive, send):
        made.append(scope)
        scope[KEEP] = kept
        await asyncio.sleep(0.05)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"etag", b'"1"')]})
        await send({"type": "http.response.body", "body": b"it"})

    async def main():
        front = Front(app, door, Metrics())
        base = {"type": "http", "method": "GET", "path": "/a", "raw_path": b"/a", "query_string": b"", "root_path": ""}

        async def ask():
            own = len(asking)
            asking.append(own)

            async def send(message):
                while own == 0 and len(sent) < 4:  # who asks first reads slowly
                    await asyncio.sleep(0.01)
                if message["type"] == "http.response.body":
                    sent.append(message["body"])

            await front({**base, "headers": [], "client": None, "app": app}, None, send)

        async with asyncio.timeout(20):
            await asyncio.gather(*(ask() for _ in range(5)))

    asyncio.run(main())
    assert sent == [b"it"] * 5
    assert len(made) == (1 if kept else 5)


def test_metrics_count_requests_and_queries(client, store):
    client.get("/sparql", params={"query": QUERY})
    client.get("/nowhere")
    text = client.get("/metrics").text
    assert 'aseancan_requests_total{door="sparql",status="200"}' in text
    assert 'aseancan_requests_total{door="other",status="404"}' in text
    assert f'aseancan_dataset{{version="{store.version}"}} 1.0' in text
    assert f"aseancan_triples {float(len(store))}" in text
    assert "aseancan_queries_running 0.0" in text


@pytest.mark.parametrize(("level", "requests", "texts"), [("errors", 0, 0), ("requests", 2, 0), ("queries", 2, 2)])
def test_the_log_holds_what_the_operator_wants(serve, state_of, caplog, level, requests, texts):
    with serve(state_of(log=level)) as client, caplog.at_level(logging.INFO, "aseancan_kg.requests"):
        for query in (QUERY, "SELECT nonsense"):
            response = client.get("/sparql", params={"query": query})
    entries = [record.entry for record in caplog.records]
    assert len(entries) == requests
    assert sum("query" in entry for entry in entries) == texts
    if entries:
        assert entries[-1]["request"] == response.headers["x-request-id"]
        assert (entries[-1]["status"], entries[-1]["problem"]) == (400, "syntax-problem")
        assert "nonsense" not in json.dumps({**entries[-1], "query": ""})


def test_queries_that_differ_in_an_escaped_name_are_not_mixed_up(client):
    query = "PREFIX e: <urn:e:> SELECT ?x {{ VALUES ?x {{ e:a\u20a0\\#{} }} }}"
    answers = [client.get("/sparql", params={"query": query.format(name), "format": "csv"}).text for name in "bc"]
    assert answers[0] != answers[1]


@pytest.mark.parametrize("expression", ["STR(0.5<RAND()&&2>1)", "STR(NOW())", "0.5<?x&&RAND()>?x"])
def test_no_comparison_hides_what_changes(client, expression):
    response = client.get("/sparql", params={"query": f"SELECT ({expression} AS ?y) {{ VALUES ?x {{ 1 }} }}"})
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "accept", ["text/turtle;q=" + "1" * 20_000 + "x", '\\"' * 15_000, '"' * 30_000, "a/b;" * 7_000, "text/*," * 5_000]
)
def test_no_accept_header_holds_the_service_up(client, accept):
    since = time.process_time()
    client.get("/nowhere", headers={"Accept": accept})
    assert time.process_time() - since < 2


def test_a_post_with_the_tag_of_what_it_holds_is_answered_in_full(client):
    tag = client.get("/sparql", params={"query": QUERY}).headers["etag"]
    assert client.post("/sparql", data={"query": QUERY}, headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize(
    ("path", "allow"),
    [
        ("/sparql", "GET, HEAD, OPTIONS, POST"),
        ("/graph-store", "GET, HEAD, OPTIONS"),
        ("/q", "OPTIONS, POST"),
        ("/doc/instrument/plan-b", "GET, HEAD, OPTIONS"),
        ("/static/style.css", "GET, HEAD, OPTIONS"),
        ("/health", "GET, HEAD, OPTIONS"),
    ],
)
def test_options_tells_the_methods_of_the_address(client, path, allow):
    response = client.options(path)
    assert response.status_code == 204
    assert response.headers["allow"] == response.headers["access-control-allow-methods"] == allow
    assert "access-control-allow-credentials" not in response.headers


def test_options_of_what_is_not_there_is_404(client):
    assert client.options("/nowhere").status_code == 404
