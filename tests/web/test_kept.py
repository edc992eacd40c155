"""Answers that are kept."""

import pytest

from aseancan_kg.web.kept import Kept


def test_what_was_used_least_recently_is_given_up_first():
    kept = Kept(100_000)
    for number in range(10):
        kept.put((str(number),), str(number), 9_000)
        kept.get(("0",))
    assert kept.get(("0",)) == "0"
    assert kept.get(("1",)) is None
    assert kept.get(("9",)) == "9"


def test_nothing_takes_more_than_its_share():
    kept = Kept(100_000)
    kept.put(("a",), "x", 20_000)
    assert kept.get(("a",)) is None
    assert kept.hits == 0


def test_what_is_kept_stays_as_it_is():
    kept = Kept(100_000)
    kept.put(("a",), "x", 1)
    kept.put(("a",), "y", 1)
    assert kept.get(("a",)) == "x"
    assert kept.hits == 1


def test_nothing_is_kept_when_there_is_no_room():
    kept = Kept(0)
    kept.put(("a",), "x", 1)
    assert kept.get(("a",)) is None


def test_a_long_key_takes_room_too():
    kept = Kept(1_000_000)
    for number in range(100):
        kept.put((str(number), b"x" * 50_000), number, 1)
    assert sum(kept.get((str(number), b"x" * 50_000)) is not None for number in range(100)) < 20


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/doc/instrument/plan-b", "format=ttl"),
        ("/doc/instrument/plan-b", "page=1&format=nt"),
        ("/doc/instrument/plan-b.html", "page=1"),
        ("/linkset/doc/instrument/plan-b", "page=1"),
        ("/search", "q=plan"),
        ("/search", "q=plan&kind=instrument&format=json"),
        ("/search/suggest", "q=pl"),
        ("/browse", ""),
        ("/browse/instrument", "sort=label"),
        ("/pictures", ""),
        ("/docs", ""),
        ("/openapi.json", ""),
    ],
)
def test_only_what_chooses_an_answer_makes_another_one_to_be_kept(client, path, query):
    def is_kept(query):
        return [client.get(f"{path}?{query}").headers.get("server-timing") for _ in range(2)][1] == 'cache;desc="hit"'

    assert client.get(f"{path}?{query}").status_code == 200
    assert is_kept(query)
    for junk in ("&utm_source=a", "&x", "&", "&page=1&page=1", "&format=&format="):
        assert not is_kept(query + junk), junk


@pytest.mark.parametrize("path", ["/sparql?query=ASK{}", "/queries/actions-counted?format=csv", "/graph-store?default"])
def test_no_copies_of_an_answer_take_the_room_of_others(serve, state_of, path):
    with serve(state_of(cache_mb=1)) as client:
        other = "/doc/instrument/plan-b.ttl"
        client.get(other)
        for number in range(300):
            assert client.get(f"{path}&{number}=").status_code == 200
        assert client.get(other).headers["server-timing"] == 'cache;desc="hit"'


@pytest.mark.parametrize(
    "headers",
    [
        {"Accept": "text/html;zz={}", "Accept-Language": "x{}"},
        *(
            pytest.param(one, marks=pytest.mark.proof)
            for one in (
                {"Accept": "text/html, text/turtle;q=0.{}1"},
                {"Accept": "text/html", "Accept-Language": "x{}"},
                {"Accept": "text/html", "Accept-Language": "en, fr;q=0.{}1"},
            )
        ),
    ],
)
def test_no_copies_for_headers_that_choose_the_same_take_the_room_of_others(serve, state_of, headers):
    with serve(state_of(cache_mb=1)) as client:
        other = "/doc/instrument/plan-b.ttl"
        client.get(other)
        for number in range(150):
            given = {name: value.format(number) for name, value in headers.items()}
            for path in ("/doc/instrument/plan-b", "/doc/instrument/plan-a"):
                assert client.get(path, headers=given).headers["content-type"].startswith("text/html")
        assert client.get(other).headers["server-timing"] == 'cache;desc="hit"'
