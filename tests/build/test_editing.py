"""Tables with edits: rows that change, come and go, each found by its key and kept in its place."""

from itertools import chain

import pytest

from aseancan_kg.build import editing
from aseancan_kg.edits import Edit
from aseancan_kg.errors import Conflict, NotFound, Place

BODIES = "registers/bodies"
NEW = {"slug": "new", "name": "New", "kind": "institute", "sources": "https://example.org/", "confidence": "low"}


def test_a_row_changes_in_its_place_and_a_new_one_follows(tables):
    asean = editing.find(tables, BODIES, "asean")
    change = Edit(BODIES, "asean", {"name": asean.typed["name"]}, {"name": "Asean"})
    found = editing.edited(tables, [change, Edit(BODIES, "new", None, NEW)])
    before, after = (editing.rows(one, BODIES) for one in (tables, found.tables))
    assert [one.key for one in after] == [*(one.key for one in before), "new"]
    assert editing.find(found.tables, BODIES, "asean").typed["name"] == "Asean"
    assert found.keys == {asean.place: "asean", Place(f"data/{BODIES}.csv", row=before[-1].place.row + 1): "new"}
    assert not found.faults
    assert editing.find(tables, BODIES, "asean") is asean


def test_what_is_wrong_in_an_edited_row_is_told_and_nothing_else(tables):
    edits = [Edit(BODIES, "newer", None, {**NEW, "kind": "", "colour": "red"})]
    told = [(one.message, one.place.column) for one in editing.edited(tables, edits).faults]
    assert told == [
        ("the cell is empty, and has to be filled", "kind"),
        ("there is no column colour", None),
        ("these cells are those of another row, “new”", None),
    ]


def test_a_row_goes_and_is_gone(tables):
    gone = Edit(BODIES, "asean", editing.find(tables, BODIES, "asean").typed, None)
    found = editing.edited(tables, [gone])
    assert editing.find(found.tables, BODIES, "asean") is None
    with pytest.raises(Conflict, match="has no row asean any more"):
        editing.edited(found.tables, [gone])


def test_it_does_not_matter_how_many_edits_are_made_at_once(tables):
    first, second = (Edit(BODIES, slug, None, NEW | {"slug": slug}) for slug in ("first", "second"))
    gone = Edit(BODIES, "asean", editing.find(tables, BODIES, "asean").typed, None)
    changes = [[gone], [first], [first.reversed], [second], [gone.reversed], [first]]
    made, places = tables, editing.places(tables)
    for edits in changes:
        found = editing.edited(made, edits, places)
        made, places = found.tables, found.places
    keys = [row.key for row in editing.rows(tables, BODIES)]
    assert [row.key for row in editing.rows(made, BODIES)] == [*keys, "first", "second"]
    assert editing.rows(editing.edited(tables, chain.from_iterable(changes)).tables, BODIES) == editing.rows(
        made, BODIES
    )


def test_codings_are_tables_of_their_edition(tables):
    (table,) = {one for one in editing.by_path(tables) if one.startswith("codings/") and one.endswith("/clauses")}
    row = editing.rows(tables, table)[0]
    assert (
        editing.edited(tables, [Edit(table, row.key, row.typed, None)]).tables.codings.keys() == tables.codings.keys()
    )
    with pytest.raises(NotFound, match="there is no table codings/nowhere/clauses"):
        editing.rows(tables, "codings/nowhere/clauses")
