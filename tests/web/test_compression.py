"""Who takes gzip, what is compressed, and that the two kinds of client are never mixed up."""

import gzip

import pytest

from aseancan_kg.web.compression import takes_gzip

PAGE = "/doc/instrument/plan-b.html"
WITH, WITHOUT = {"Accept-Encoding": "gzip"}, {"Accept-Encoding": "identity"}


def raw(client, path, headers):
    """Return a response and its body as it was sent."""
    with client.stream("GET", path, headers=headers) as response:
        return response, b"".join(response.iter_raw())


@pytest.mark.parametrize(
    ("header", "takes"),
    [
        ("gzip", True),
        ("gzip, deflate, br, zstd", True),
        ("br;q=1.0, GZIP ; q=0.5", True),
        ("*", True),
        ("", False),
        ("identity", False),
        ("br", False),
        ("gzip;q=0", False),
        ("gzip;q=0.000, *", False),
        ("*;q=0", False),
        ("\xff;;;,=,q=gzip", False),
    ],
)
def test_who_takes_gzip(header, takes):
    assert takes_gzip(header.encode("latin-1")) is takes


@pytest.mark.parametrize("path", [PAGE, "/static/style.css", "/openapi.json", "/queries"])
def test_a_text_is_compressed_for_those_who_take_it(client, path):
    plain, body = raw(client, path, WITHOUT)
    packed, sent = raw(client, path, WITH)
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(sent) == body
    assert int(packed.headers["content-length"]) == len(sent) < len(body) == int(plain.headers["content-length"])
    for response in (plain, packed):
        assert "Accept-Encoding" in response.headers["vary"].split(", ")


def test_each_encoding_has_a_strong_tag_of_its_own(client):
    tags = {
        encoding: client.get(PAGE, headers={"Accept-Encoding": encoding}).headers["etag"] for encoding in ("gzip", "x")
    }
    assert len(set(tags.values())) == 2
    assert all(tag.startswith('"') and tag.endswith('"') for tag in tags.values())
    for encoding, tag in tags.items():
        for asked in tags:
            headers = {"Accept-Encoding": asked, "If-None-Match": tag}
            response = client.get(PAGE, headers=headers)
            assert response.status_code == (304 if asked == encoding else 200)
            if response.status_code == 304:
                assert "content-encoding" not in response.headers
                assert "Accept-Encoding" in response.headers["vary"]


def test_what_is_kept_is_told_apart_by_encoding(client):
    for headers in (WITH, WITHOUT, WITH, WITHOUT):
        response, body = raw(client, f"{PAGE}?page=1", headers)
        assert body.startswith(b"\x1f\x8b" if headers is WITH else b"<!doctype html>")
    assert response.headers["server-timing"] == 'cache;desc="hit"'


def test_the_same_text_is_the_same_bytes_again(serve, state_of):
    with serve(state_of(cache_mb=0)) as client:
        first, second = (raw(client, PAGE, WITH) for _ in range(2))
    assert first[1] == second[1]
    assert first[0].headers["etag"] == second[0].headers["etag"]


def test_what_is_short_or_streamed_goes_out_as_it_is(serve, state_of):
    with serve(state_of(buffer_kb=1)) as client:
        short, _ = raw(client, "/sparql?query=ASK{}", WITH)
        numbers = " ".join(map(str, range(2000)))
        long, body = raw(client, f"/sparql?query=SELECT * {{ VALUES ?x {{ {numbers} }} }}&format=csv", WITH)
    assert "content-encoding" not in short.headers
    assert "content-encoding" not in long.headers
    assert body.endswith(b"1999\r\n")
