"""What is made before anybody asks."""

import time

import pytest

from aseancan_kg.catalogue.search import Index
from aseancan_kg.store.embedded import EmbeddedStore
from aseancan_kg.web import leisure, search


@pytest.fixture
def made(monkeypatch):
    """The indexes that are made, at once."""
    made = []

    def make(store, queries):
        made.append(Index(store, queries))
        return made[-1]

    monkeypatch.setattr(search, "Index", make)
    monkeypatch.setattr(leisure, "_AFTER", 0.0)
    return made


def test_the_first_page_and_the_first_search_find_all_made(state_of, serve, made, monkeypatch):
    state = state_of()
    leisure.prepare(state)
    deadline = time.monotonic() + 60
    while not made and time.monotonic() < deadline:
        time.sleep(0.02)
    with serve(state) as client:
        assert client.get("/search?q=plan&format=json").json()["total"] > 0
        for asking in ("rows", "quads"):
            monkeypatch.setattr(EmbeddedStore, asking, None)
        assert client.get("/").status_code == 200
    assert len(made) == 1


def test_little_is_made_unasked_of_a_large_dataset(state_of, monkeypatch, made):
    monkeypatch.setattr(leisure, "_MOST", 3)
    leisure.prepare(state_of())
    time.sleep(0.5)
    assert made == []
