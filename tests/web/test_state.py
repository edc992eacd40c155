"""What is made of a dataset once."""

from concurrent.futures import ThreadPoolExecutor
from itertools import count
from types import SimpleNamespace

from aseancan_kg.web.state import Derived


def test_it_is_made_once_for_a_version_however_many_ask():
    store = SimpleNamespace(sighting="1")
    made = count()

    def make(asked):
        assert asked is store
        return next(made)

    derived = Derived(store)
    with ThreadPoolExecutor() as threads:
        assert set(threads.map(lambda _: derived.get(make), range(50))) == {0}
    store.sighting = "2"
    assert [derived.get(make), derived.get(make)] == [1, 1]
