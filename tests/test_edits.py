"""Edits of rows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aseancan_kg.edits import Edit, difference, differing, settled
from aseancan_kg.errors import Conflict

TABLE, KEY = "registers/bodies", "asean"
ROW = {"slug": "asean", "name": "ASEAN", "url": ""}


def edit(before, after):
    return Edit(TABLE, KEY, before, after)


@given(*[st.text("ab \n", max_size=40)] * 2)
def test_runs_of_words_are_the_cells_and_those_that_stay_are_the_same(before, after):
    gone, come = differing(before, after)
    assert ("".join(words for words, _ in gone), "".join(words for words, _ in come)) == (before, after)
    stayed = ["".join(words for words, differ in runs if not differ).split() for runs in (gone, come)]
    assert stayed[0] == stayed[1]
    assert (before == after) == (not any(differ for _, differ in (*gone, *come)))


def test_the_words_that_differ_are_told_apart():
    assert differing("Kuala Lumpur, Malaysia", "Kuala Lumpur, in Malaysia") == (
        [("Kuala Lumpur, ", False), ("Malaysia", False)],
        [("Kuala Lumpur, ", False), ("in ", True), ("Malaysia", False)],
    )
    assert differing("so it is", "so it is now") == (
        [("so it is", False)],
        [("so it is ", False), ("now", True)],
    )
    assert differing("Ha Noi, Viet Nam", "Ha Noi") == (
        [("Ha Noi", False), (", Viet Nam", True)],
        [("Ha Noi", False)],
    )
    assert differing("a  b", "a b") == ([("a  b", True)], [("a b", True)])
    assert differing("", "new") == ([], [("new", True)])
    long, other = "a " * 2000, "b " * 2000
    assert differing(f"so {long}it is", f"so {other}it is") == (
        [("so ", False), (long, True), ("it is", False)],
        [("so ", False), (other, True), ("it is", False)],
    )


def test_only_the_cells_that_change_are_named():
    assert difference(TABLE, KEY, ROW, {**ROW, "url": "https://asean.org"}) == edit(
        {"url": ""}, {"url": "https://asean.org"}
    )
    assert difference(TABLE, KEY, None, ROW) == edit(None, {"slug": "asean", "name": "ASEAN"})
    assert difference(TABLE, KEY, ROW, None) == edit({"slug": "asean", "name": "ASEAN"}, None)
    assert difference(TABLE, KEY, ROW, {"slug": "asean", "name": "ASEAN"}) is None


@pytest.mark.parametrize("wanted", [None, {**ROW, "url": "https://asean.org"}, {**ROW, "name": "Asean"}])
def test_an_edit_gives_what_was_wanted_and_its_reverse_gives_it_back(wanted):
    one = difference(TABLE, KEY, ROW, wanted)
    after = one.apply(ROW)
    assert after == (None if wanted is None else {name: cell for name, cell in wanted.items() if cell})
    assert one.reversed.apply(after) == {"slug": "asean", "name": "ASEAN"}


def test_edits_of_different_cells_do_not_disturb_each_other():
    mine, yours = edit({"name": "ASEAN"}, {"name": "Asean"}), edit({"url": ""}, {"url": "https://asean.org"})
    both = yours.apply(mine.apply(ROW))
    assert both == mine.apply(yours.apply(ROW)) == {"slug": "asean", "name": "Asean", "url": "https://asean.org"}


@pytest.mark.parametrize(
    ("one", "now", "told"),
    [
        (edit({"name": "ASEAN"}, {"name": "A"}), {**ROW, "name": "B"}, "name was “ASEAN” and is “B”"),
        (edit({"url": ""}, {"url": "A"}), {**ROW, "url": "B"}, "url was “” and is “B”"),
        (edit({"name": "ASEAN"}, {"name": "A"}), None, "has no row asean any more"),
        (edit(None, {"slug": "asean"}), ROW, "name was “” and is “ASEAN”"),
        (edit(ROW, None), {**ROW, "url": "B"}, "url was “” and is “B”"),
        (edit(ROW, None), None, "has no row asean any more"),
    ],
)
def test_an_edit_of_what_was_changed_meanwhile_is_refused_with_both(one, now, told):
    with pytest.raises(Conflict, match=told):
        one.apply(now)


def test_a_table_gets_the_edits_that_it_does_not_contain_yet():
    edits = [edit({"name": name}, {"name": after}) for name, after in (("ASEAN", "A"), ("A", "B"), ("B", "C"))]
    for name in ("ASEAN", "A", "B", "C"):
        assert settled({**ROW, "name": name}, edits) == {"slug": "asean", "name": "C"}
    with pytest.raises(Conflict, match="is “D”"):
        settled({**ROW, "name": "D"}, edits)


def test_a_row_that_came_and_went_is_not_there():
    edits = [edit(None, {"slug": "asean"}), edit({"slug": "asean"}, None)]
    assert settled(None, edits) is None
    assert settled({"slug": "asean"}, edits) is None
