"""What is sent to a client that wants headers only, that holds a response already, or that acts on an old one."""

import hashlib
import json
import sys

import httpx2
import pytest

from aseancan_kg.web.conditions import status

LONG = "aseancan-1.nq"
BODY = b"<urn:a> <urn:b> <urn:c> .\n" * 10_000
EARLIER, LATER = "Mon, 01 Jan 2001 00:00:00 GMT", "Fri, 01 Jan 2100 00:00:00 GMT"
PAGE = "/doc/instrument/plan-b.html"
QUERY = "/sparql?query=ASK{}"
TAGGED = [f"/downloads/{LONG}", PAGE, "/doc/instrument/plan-b.ttl", QUERY, "/static/style.css", "/openapi.json", "/r"]


@pytest.fixture(scope="module")
def client(tmp_path_factory, state_of, serve):
    """A client of the service over the tiny dataset, with a file to be had in parts."""
    directory = tmp_path_factory.mktemp("built")
    (directory / LONG).write_bytes(BODY)
    file = {"name": LONG, "bytes": len(BODY), "sha256": hashlib.sha256(BODY).hexdigest()}
    (directory / "manifest.json").write_text(json.dumps({"files": [file], "documents": []}))
    (directory / "changes.json").write_text("[]")
    with serve(state_of(downloads=directory)) as client:
        yield client


@pytest.fixture
def opened():
    """The names of the files that are opened during a test."""
    names, watching = [], True

    def note(event, arguments):
        if watching and event == "open":
            names.append(str(arguments[0]))

    sys.addaudithook(note)  # for ever: there is no way to take it back
    yield names
    watching = False


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
@pytest.mark.parametrize("name", [LONG, "manifest.json"])
def test_head_of_a_file_has_the_headers_of_get_and_does_not_read_it(client, opened, lasting, name, encoding):
    path = f"/downloads/{name}"
    asked = {"Accept-Encoding": encoding, "Range": "bytes=0-9"}
    head = client.head(path, headers=asked)
    assert head.status_code == 200
    assert not any(one.endswith(name) for one in opened)
    got = client.get(path, headers={"Accept-Encoding": encoding})
    assert any(one.endswith(name) for one in opened)
    assert lasting(head) == lasting(got)
    assert (head.content, int(head.headers["content-length"])) == (b"", len(got.content))


@pytest.mark.parametrize("ranges", [{}, {"Range": "bytes=0-9"}, {"Range": "bytes=999999999-"}])
def test_a_file_that_is_held_is_not_read_again_in_whole_or_in_part(client, opened, ranges):
    path = f"/downloads/{LONG}"
    told = client.head(path).headers
    for held in ({"If-None-Match": told["etag"]}, {"If-Modified-Since": told["last-modified"]}):
        response = client.get(path, headers={**held, **ranges})
        assert (response.status_code, response.content) == (304, b"")
        assert response.headers["etag"] == told["etag"]
        assert "content-range" not in response.headers
    assert not any(one.endswith(LONG) for one in opened)


def test_a_part_is_sent_of_what_has_not_changed(client):
    path, part = f"/downloads/{LONG}", {"Range": "bytes=3-9"}
    told = client.head(path).headers
    for held in ({}, *({"If-Range": told[name]} for name in ("etag", "last-modified")), {"If-Match": told["etag"]}):
        response = client.get(path, headers={**part, **held})
        assert (response.status_code, response.content) == (206, BODY[3:10])
        assert response.headers["content-range"] == f"bytes 3-9/{len(BODY)}"
    for held in ('"other"', f"W/{told['etag']}", EARLIER):
        whole = client.get(path, headers={**part, "If-Range": held})
        assert (whole.status_code, whole.content) == (200, BODY)
    assert client.get(path, headers={**part, "If-None-Match": '"other"'}).status_code == 206
    assert client.get(path, headers={"Range": "lines=1-2"}).status_code == 200


@pytest.mark.parametrize(("part", "expected"), [("bytes=999999999-", 416), ("bytes=9-3", 400), ("bytes=x", 400)])
def test_a_part_that_there_is_not_is_a_problem(client, part, expected):
    refused = client.get(f"/downloads/{LONG}", headers={"Range": part})
    assert (refused.status_code, refused.json()["status"]) == (expected, expected)
    assert refused.headers.get("content-range") == (f"bytes */{len(BODY)}" if expected == 416 else None)


@pytest.mark.parametrize("path", TAGGED)
def test_who_acts_on_another_version_is_refused(client, path):
    for _ in range(2):  # the second time from what is kept
        tag = client.get(path).headers["etag"]
        for tags in (tag, f'"x", {tag}', "*"):
            assert client.get(path, headers={"If-Match": tags}).status_code == 200
        for tags in ('"x"', f"W/{tag}"):
            refused = client.get(path, headers={"If-Match": tags, "If-None-Match": tag, "Range": "bytes=0-1"})
            assert refused.status_code == 412
            assert refused.headers["content-type"] == "application/problem+json"
            assert refused.json()["status"] == 412
            assert refused.json()["instance"] == path.partition("?")[0]
            assert "etag" not in refused.headers
        head = client.head(path, headers={"If-Match": '"x"'})
        assert (head.status_code, head.content) == (412, b"")
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", [f"/downloads/{LONG}", PAGE])
def test_who_acts_on_what_has_changed_since_is_refused(client, path):
    assert client.get(path, headers={"If-Unmodified-Since": EARLIER}).status_code == 412
    for date in (LATER, client.get(path).headers["last-modified"], "yesterday"):
        assert client.get(path, headers={"If-Unmodified-Since": date}).status_code == 200


def test_a_reader_is_refused_with_a_page(client):
    refused = client.get(PAGE, headers={"Accept": "text/html", "If-Match": '"x"'})
    assert refused.status_code == 412
    assert refused.headers["content-type"].startswith("text/html")
    assert "<h1>Precondition Failed</h1>" in refused.text


def test_conditions_of_what_is_not_sent_are_ignored(client):
    for path in ("/nowhere", "/id/instrument/plan-b"):
        assert client.get(path, headers={"If-Match": '"x"'}).status_code == client.get(path).status_code


def test_an_answer_that_is_streamed_has_no_tag_to_match(serve, state_of):
    numbers = " ".join(map(str, range(2000)))
    with serve(state_of(buffer_kb=1)) as client:
        path = f"/sparql?query=SELECT * {{ VALUES ?x {{ {numbers} }} }}&format=csv"
        refused = client.get(path, headers={"If-Match": '"x"'})
    assert (refused.status_code, refused.json()["status"]) == (412, 412)


def test_a_connection_answers_as_the_app_does(running, state_of):
    with running(state_of(log="errors")) as port, httpx2.Client(base_url=f"http://127.0.0.1:{port}") as client:
        tag = [client.get(PAGE) for _ in range(2)][1].headers["etag"]
        refused = client.get(PAGE, headers={"If-Match": '"x"'})
        assert (refused.status_code, refused.json()["status"]) == (412, 412)
        assert client.get(PAGE, headers={"If-Match": tag}).status_code == 200
        assert client.get(PAGE, headers={"If-None-Match": tag, "If-Modified-Since": EARLIER}).status_code == 304


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, 200),
        ({"if-match": '"a"', "if-unmodified-since": EARLIER}, 200),
        ({"if-match": '"b"', "if-none-match": '"a"'}, 412),
        ({"if-match": '"a"', "if-none-match": '"a"'}, 304),
        ({"if-unmodified-since": EARLIER, "if-none-match": '"a"'}, 412),
        ({"if-none-match": 'W/"a"'}, 304),
        ({"if-none-match": '"b"', "if-modified-since": LATER}, 200),
        ({"if-none-match": ", ,"}, 200),
        ({"if-modified-since": LATER}, 304),
        ({"if-modified-since": EARLIER}, 200),
        ({"if-modified-since": "1" * 10_000}, 200),
    ],
)
def test_conditions_have_their_order(asked, expected):
    headers = [(b"etag", b'"a"'), (b"last-modified", b"Thu, 01 Jan 2015 00:00:00 GMT")]
    told = {name.encode(): value.encode() for name, value in asked.items()}
    assert status(told, headers) == expected


def test_what_has_neither_tag_nor_date_is_nobodys(client):
    assert status({b"if-none-match": b'""', b"if-modified-since": LATER.encode()}, []) == 200
    assert status({b"if-match": b'"a"'}, []) == 412
