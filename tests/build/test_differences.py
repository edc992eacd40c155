"""What differs between two makings of the graphs, and what has to be validated again because of it."""

import pytest
from rdflib import OWL, RDF, SH, BNode, Graph, Literal, Namespace, URIRef

from aseancan_kg import namespaces
from aseancan_kg.build.differences import Difference, nested

EX = Namespace("urn:x:")
BEFORE = {"bodies": frozenset({(EX.a, EX.name, Literal("A")), (EX.b, EX.parent, EX.a)})}
AFTER = {"bodies": frozenset({(EX.a, EX.name, Literal("B")), (EX.b, EX.parent, EX.a)}), "names": frozenset()}


def test_what_goes_and_comes_is_told_by_graph_and_back_is_the_reverse():
    step = Difference.between(BEFORE, AFTER)
    assert step.gone == {"bodies": {(EX.a, EX.name, Literal("A"))}}
    assert step.come == {"bodies": {(EX.a, EX.name, Literal("B"))}, "names": frozenset()}
    assert sorted(step.triples) == sorted([*step.gone["bodies"], *step.come["bodies"]])
    assert step.reversed == Difference.between(AFTER, BEFORE)
    assert not [*Difference.between(BEFORE, BEFORE).triples]


@pytest.fixture
def shapes():
    """Shapes that ask of a parent that it has a name, and of all that there is that `ac:kind` is used."""
    shapes, inner, query = Graph(), BNode(), BNode()
    shapes.add((EX.shape, SH.property, EX.parent_shape))
    shapes.add((EX.parent_shape, SH.node, inner))
    shapes.add((inner, SH.property, EX.name_shape))
    shapes.add((EX.name_shape, SH.path, EX.name))
    shapes.add((EX.whole, SH.targetNode, OWL.Thing))
    shapes.add((EX.whole, SH.sparql, query))
    shapes.add((query, SH.select, Literal("SELECT $this { FILTER NOT EXISTS { ?s ac:kind ?o } }")))
    return shapes


def test_properties_that_shapes_ask_of_other_things_are_known(shapes):
    assert nested(shapes) == {RDF.type, EX.name}


def test_what_points_at_a_changed_name_is_touched_and_the_target_of_a_query_that_reads_what_changed(shapes):
    union, inner = Graph(), nested(shapes)
    for triple in AFTER["bodies"]:
        union.add(triple)
    step = Difference.between(BEFORE, AFTER)
    assert step.touched(union, shapes, inner) == {EX.a, EX.name, EX.b}
    assert EX.b not in step.touched(union, shapes, frozenset())
    kind = URIRef(namespaces.ONT + "kind")
    coded = Difference.between({}, {"bodies": frozenset({(EX.a, kind, EX.council)})})
    assert coded.touched(union, shapes, inner) == {EX.a, kind, EX.council, OWL.Thing}
    other = Difference.between({}, {"bodies": frozenset({(EX.a, URIRef(namespaces.ONT + "kindOf"), EX.council)})})
    assert OWL.Thing not in other.touched(union, shapes, inner)
