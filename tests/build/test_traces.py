"""From what the dataset says back to the row and the cell that say so."""

from pathlib import Path

import pytest
from rdflib import SKOS, URIRef

from aseancan_kg.build.traces import node_of
from aseancan_kg.build.triples import AC
from aseancan_kg.namespaces import ID, SCHEME

ACTIP = URIRef(f"{ID}instrument/actip-2015")


def placed(built, focus, path=None, value=None):
    place = built.tracer.locate(focus, path, value)
    return place and (Path(place.file).stem, place.column)


@pytest.mark.parametrize(
    ("focus", "path", "file", "column"),
    [
        (ACTIP, AC.adoptedPlace, "instruments", "adopted_place"),
        (ACTIP, AC.adoptedLatest, "instruments", "adopted"),
        (ACTIP, SKOS.prefLabel, "instruments", "title"),
        (ACTIP, AC.nonsense, "instruments", None),
        (ACTIP, None, "instruments", None),
        (URIRef(f"{ID}assertion/instrument/actip-2015/adopted"), None, "instruments", "adopted"),
        (URIRef(f"{ID}state-of-instrument/actip-2015/1"), AC.stateBeginsEarliest, "instruments", None),
        (URIRef(f"{SCHEME}verb/promote"), SKOS.definition, "concepts", "definition"),
    ],
)
def test_a_statement_is_led_back_to_its_cell(built, focus, path, file, column):
    assert placed(built, focus, path) == (file, column)


def test_what_no_row_says_is_nowhere(built):
    assert placed(built, URIRef("urn:nothing"), AC.adoptedPlace) is None


def test_rows_know_the_nodes_that_they_describe(built):
    rows = built.tables.rows
    nodes = {node_of(row, built.union) for row in rows["instruments"]}
    assert ACTIP in nodes
    assert len(nodes) == len(rows["instruments"])
    assert {node_of(row, built.union) for row in rows["rivals"]} == {None}
    assert all(str(node_of(row, built.union)).startswith("http") for row in rows["documents"])
    clauses = built.tables.named("plan-of-action-2021-2025", "clauses")
    assert {str(node_of(row, built.union)).rpartition("/clause/")[2] for row in clauses} >= {"1", "2"}
    assert len({node_of(row, built.union) for row in clauses}) == len(clauses)
