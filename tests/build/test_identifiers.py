"""Nothing that was published vanishes silently."""

from collections.abc import Callable, Mapping

import pytest
from rdflib import OWL, RDFS, Dataset, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, SKOS, XSD

from aseancan_kg import namespaces
from aseancan_kg.build import identifiers
from aseancan_kg.build.registers import Registers
from aseancan_kg.errors import Place

Rows = Mapping[str, list[dict[str, str]]]
Read = Callable[[Rows], Registers]

REGISTER = Place("data/registers/identifiers.csv")
PATHS = "id/body/old", "id/body/new", "ont#Old", "scheme/verb/old"
PUBLISHED = {namespaces.BASE + path: "release 0.1.0" for path in PATHS}
CURRENT = {namespaces.BASE + path for path in ("id/body/new", "id/body/newest")}
ROW = {"iri": "id/body/old", "label": "Old", "status": "replaced", "replacement": "id/body/new", "date": "2026-11-25"}
ROW |= {"reason": "The same body."}
LISTED = [
    ROW,
    ROW | {"iri": "ont#Old", "status": "withdrawn", "replacement": ""},
    ROW | {"iri": "scheme/verb/old", "status": "withdrawn", "replacement": ""},
]


def found(read: Read, rows: list[dict[str, str]]) -> list[str]:
    tables = read({"identifiers": rows})
    told = identifiers.faults(tables.rows["identifiers"], PUBLISHED, CURRENT, REGISTER)
    return [*map(str, tables.faults), *map(str, told)]


def test_what_is_listed_may_vanish(read: Read) -> None:
    assert found(read, LISTED) == []


@pytest.mark.parametrize("kept", range(3))
def test_what_is_not_listed_may_not(read: Read, kept: int) -> None:
    (fault,) = found(read, [row for place, row in enumerate(LISTED) if place != kept])
    path = LISTED[kept]["iri"]
    assert f"{path} was published in release 0.1.0 and is in the dataset no longer. Add a row for it" in fault


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        ({"replacement": ""}, "replacement", "Name what replaces it"),
        ({"status": "withdrawn"}, "replacement", "make the status “replaced”"),
        ({"replacement": "id/body/nowhere"}, "replacement", "there is no id/body/nowhere"),
        ({"status": "gone"}, "status", "write one of withdrawn, replaced"),
        ({"date": "2026-11"}, "date", "write YYYY-MM-DD"),
        ({"reason": ""}, "reason", "the cell is empty"),
        ({"replacement": "body/new"}, "replacement", "is no identifier of ours"),
    ],
)
def test_a_faulty_row_is_named_by_its_cell(read: Read, cells: dict[str, str], column: str, words: str) -> None:
    told = found(read, [LISTED[0] | cells, *LISTED[1:]])
    assert any(f"row 2, column {column}" in fault and words in fault for fault in told), told


@pytest.mark.parametrize(
    ("iri", "words"), [("id/body/newest", "is in use. Delete the row"), ("id/body/other", "was never published")]
)
def test_what_never_was_published_or_still_is_needs_no_row(read: Read, iri: str, words: str) -> None:
    (fault,) = found(read, [*LISTED, ROW | {"iri": iri}])
    assert f"row 5, column iri: {iri} {words}" in fault


def test_a_former_identifier_tells_what_became_of_it(dataset: Dataset) -> None:
    graph = dataset.graph(URIRef(namespaces.graph("identifiers")))
    old = URIRef(namespaces.thing("report", "20th-asean-canada-dialogue-18"))
    assert graph.value(old, OWL.deprecated) == Literal(True)
    assert graph.value(old, RDFS.label, any=False).startswith("20th ASEAN-Canada Dialogue was co-chaired by")
    assert graph.value(old, DCTERMS.modified) == Literal("2026-11-25", datatype=XSD.date)
    assert "took the place of reports" in graph.value(old, SKOS.changeNote)
    assert set(graph.objects(old, DCTERMS.isReplacedBy)) == {
        URIRef(namespaces.thing("statement", f"d20-{slug}")) for slug in ("s29-co-chaired-amran", "s30-co-chaired-epp")
    }
    assert len(set(graph.subjects(OWL.deprecated))) == 21


def test_a_former_identifier_says_nothing_else(union: Graph) -> None:
    former = set(union.subjects(OWL.deprecated, Literal(True)))
    said = {predicate for node in former for predicate in union.predicates(node)}
    assert SKOS.prefLabel not in said
    assert len(said) == 6
