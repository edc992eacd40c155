"""Answers that are kept."""

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
