"""What edits of the desk come to: the quads that the next build will make, and what is wrong with them."""

import shutil

import pytest

from aseancan_kg import settings
from aseancan_kg.build import dataset as datasets
from aseancan_kg.build import registers
from aseancan_kg.composer import Composer
from aseancan_kg.edits import Edit, difference
from aseancan_kg.errors import Conflict, InputError
from aseancan_kg.namespaces import DESCRIPTION_GRAPH, HISTORY_GRAPH

INSTRUMENTS, ACTIP = "registers/instruments", "actip-2015"
NEW = {
    "slug": "new-declaration-2024",
    "title": "Declaration on a New Thing",
    "kind": "declaration",
    "adopted": "2024-10-09",
    "sources": "https://asean.org/new-declaration",
    "confidence": "medium",
}


@pytest.fixture(scope="module")
def composer(built) -> Composer:
    return Composer(settings.resources(), built)


def edited(composer, table, key, **cells):
    row = composer.row(table, key)
    return difference(table, key, row, {**row, **cells})


def new(table, **cells):
    return Edit(table, cells["slug"], None, {name: cell for name, cell in cells.items() if cell})


def test_a_cell_becomes_the_quads_that_it_changes_and_no_others(composer, union):
    before = len(union)
    composition = composer.compose([edited(composer, INSTRUMENTS, ACTIP, adopted_place="Kuala Lumpur")])
    assert not composition.report.results
    for lines, place in (
        (composition.added, '"Kuala Lumpur"@en'),
        (composition.removed, '"Kuala Lumpur, Malaysia"@en'),
    ):
        assert [line.split(" ", 2)[1].rpartition("#")[2] for line in lines] == ["object>", "adoptedPlace>"]
        assert all(f"{place} <https://w3id.org/aseancan/graph/instruments> .\n" in line for line in lines)
    assert len(union) == before


@pytest.mark.proof
def test_a_new_thing_comes_with_its_sources(composer):
    composition = composer.compose([new(INSTRUMENTS, **NEW)])
    assert not composition.report.results
    assert not composition.removed
    text = "".join(composition.added)
    assert "instrument/new-declaration-2024> <https://w3id.org/aseancan/ont#adoptedLatest>" in text
    assert "<https://asean.org/new-declaration> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type>" in text


@pytest.mark.proof
def test_what_was_followed_is_what_is_edited_next(composer):
    addition = new(INSTRUMENTS, **NEW)
    composer.follow([addition])
    try:
        assert composer.row(INSTRUMENTS, NEW["slug"])["title"] == NEW["title"]
        renamed = composer.compose([edited(composer, INSTRUMENTS, NEW["slug"], title="Declaration on an Old Thing")])
        assert any('#prefLabel> "Declaration on an Old Thing"@en' in line for line in renamed.added)
        with pytest.raises(Conflict, match="was changed meanwhile"):
            composer.compose([addition])
    finally:
        composer.follow([addition.reversed])
    assert composer.row(INSTRUMENTS, NEW["slug"]) is None


@pytest.mark.parametrize(
    ("cells", "column", "told"),
    [
        ({"kind": "nonsense"}, "kind", "is not a known code"),
        ({"sources": ""}, "sources", "the cell is empty"),
        ({"adopted": "9 October 2024"}, "adopted", "is not a date"),
        ({"adopting_body": "body/nobody"}, "adopting_body", "is in no register"),
        pytest.param({"entered_into_force": "2020-01-01"}, None, "The first possible day", marks=pytest.mark.proof),
    ],
)
def test_what_breaks_a_rule_is_told_by_its_cell(composer, cells, column, told):
    report = composer.compose([new(INSTRUMENTS, **{**NEW, **cells})]).report
    assert any(told in one.message and (column is None or one.column == column) for one in report.violations)


@pytest.mark.proof
def test_a_thing_that_others_name_cannot_go_nor_one_that_was_published_without_a_word(composer):
    gone = difference(INSTRUMENTS, ACTIP, composer.row(INSTRUMENTS, ACTIP), None)
    assert any("is in no register" in one.message for one in composer.compose([gone]).report.violations)
    table, key = "registers/reports", "20th-asean-canada-dialogue-22"
    gone = difference(table, key, composer.row(table, key), None)
    assert any("was published in release" in one.message for one in composer.compose([gone]).report.violations)


@pytest.mark.proof
def test_a_shape_of_the_whole_graph_is_asked_of_what_its_query_reads(composer):
    key = "asean-2025-forging-ahead-together"
    report = composer.compose([edited(composer, INSTRUMENTS, key, adopted="2008-01-01")]).report
    assert any("supersedes" in one.message and "adopted before" in one.message for one in report.violations)


@pytest.mark.parametrize(
    "table", ["instruments", "registers/nonsense", "codings/nowhere/mentions", "../registers/bodies"]
)
def test_a_table_that_is_none_is_told(composer, table):
    with pytest.raises(InputError, match=f"there is no table {table}"):
        composer.row(table, "x")


def test_a_column_that_is_none_is_told(composer):
    report = composer.compose([new(INSTRUMENTS, **NEW, colour="red")]).report
    assert report.violations[0].message.startswith("there is no column colour")


@pytest.mark.proof
def test_the_next_build_makes_what_was_composed(composer, built, tmp_path):
    edits = [
        new(INSTRUMENTS, **NEW),
        edited(composer, INSTRUMENTS, ACTIP, adopted_place="Kuala Lumpur", note=""),
        edited(composer, "registers/bodies", "aha-centre", name="AHA Centre of ASEAN"),
    ]
    composition = composer.compose(edits)
    assert not composition.report.violations
    for name in ("data", "ontology", "shapes"):
        shutil.copytree(settings.resources() / name, tmp_path / name)
    for table in {one.table for one in edits}:
        file = tmp_path / "data" / f"{table}.csv"
        of_table = {one.key: [one] for one in edits if one.table == table}
        file.write_bytes(registers.edited(file.read_bytes(), file, of_table))

    def lines(dataset):
        told = (f"<{DESCRIPTION_GRAPH}> .\n", f"<{HISTORY_GRAPH}> .\n")
        return {line for line in datasets.lines(dataset) if not line.endswith(told)}

    before, after = lines(built.dataset), lines(datasets.build(tmp_path, lambda _: None).dataset)
    assert sorted(after - before) == list(composition.added)
    assert sorted(before - after) == list(composition.removed)
