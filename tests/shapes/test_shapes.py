"""Every constraint of every shape is broken once by a case in fixtures/*.ru, and says so alone."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest
from pyshacl.entrypoints import meta_validate
from rdflib import DCTERMS, RDF, RDFS, SH, SKOS, BNode, Dataset, Graph, Namespace, URIRef
from rdflib.term import Node

from aseancan_kg import namespaces, settings, validation

FIXTURES = Path(__file__).parent / "fixtures"
SHAPES = Namespace(namespaces.BASE + "shapes#")
FAMILIES = sorted(path.stem for path in (settings.resources() / "shapes").glob("*.ttl"))
NO_CONSTRAINT = {
    *(SH.path, SH.severity, SH.message, SH.flags, SH.property, SH.sparql, SH.select, SH.prefixes, SH.declare),
    *(SH.prefix, SH.namespace, SH.qualifiedValueShape, SH.name, SH.description, SH.group, SH.order),
    *(SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf),
}

FEW = 10
"""So few cases take as long as hundreds, and are only tried with `pytest -m proof`."""

Found = tuple[str, str]
"""A shape (or SPARQL constraint) and a constraint component, both by their local names."""


@dataclass(frozen=True)
class Case:
    expected: Found
    alone: bool
    update: str

    @cached_property
    def touched(self) -> frozenset[str]:
        """Every subject that the case names with the predicate after it; of an anonymous node, its class."""
        return frozenset(re.findall(r"(?:<[^>]+>|\[\]|\w+:\w+) (?:<[^>]+>|\w+:\w+|a \w+:\w+)", self.update))


def cases(family: str) -> Iterator[Case]:
    for case in (FIXTURES / f"{family}.ru").read_text(encoding="utf-8").split("\n#: ")[1:]:
        heading, _, update = case.partition("\n")
        shape, component, *alone = heading.split()
        yield Case((shape, component), alone == ["alone"], update)


def batches() -> list[list[Case]]:
    """Cases that touch nothing in common are tried together: one validation takes as long for many as for one."""
    found: list[list[Case]] = []
    for case in (case for family in FAMILIES for case in cases(family)):
        free = (batch for batch in found if not any(case.touched & other.touched or other.alone for other in batch))
        batch = None if case.alone else next(free, None)
        if batch is None:
            found.append(batch := [])
        batch.append(case)
    return found


@pytest.fixture(scope="session")
def shapes() -> Graph:
    return validation.load_graph(sorted((settings.resources() / "shapes").glob("*.ttl")))


@pytest.fixture(scope="session")
def conforming() -> Graph:
    return validation.load_graph([FIXTURES / "conforming.ttl"])


def found_in(report: Graph) -> Counter[Found]:
    found: Counter[Found] = Counter()
    for result in report.objects(None, SH.result):
        shape = report.value(result, SH.sourceConstraint) or report.value(result, SH.sourceShape)
        component = str(report.value(result, SH.sourceConstraintComponent)).removeprefix(str(SH))
        found[str(shape).removeprefix(SHAPES), component.removesuffix("ConstraintComponent")] += 1
    return found


def test_the_conforming_world_conforms(conforming: Graph, shapes: Graph) -> None:
    assert validation.as_text(validation.validate(conforming, shapes)).startswith("0 violations, 0 warnings, 0 notes")


@pytest.mark.proof
def test_queries_for_the_whole_graph_find_the_same_on_either_engine(conforming: Graph, shapes: Graph) -> None:
    """The desk asks them of Oxigraph, which knows no regular expression that refers back; nothing may pass it."""
    targets = {target for target in shapes.objects(None, SH.targetNode) if isinstance(target, URIRef)}
    for batch in batches():
        broken = Graph() + conforming
        for case in batch:
            broken.update(f"BASE <{namespaces.BASE}>\n{case.update}", initNs=dict(namespaces.PREFIXES))
        queried = Graph(store="Oxigraph")
        queried += broken
        found = found_in(validation.validate(broken, shapes, focus=targets, queried=queried).graph)
        assert found == found_in(validation.validate(broken, shapes, focus=targets).graph)
        assert all(found[case.expected] for case in batch if case.expected[1] == "SPARQL")


def named(batch: list[Case]) -> str:
    return f"{'-'.join(batch[0].expected)}+{len(batch) - 1}"


@pytest.mark.parametrize(
    "batch",
    [pytest.param(one, id=named(one), marks=() if len(one) > FEW else pytest.mark.proof) for one in batches()],
)
def test_each_case_is_found_for_exactly_its_reason(batch: list[Case], conforming: Graph, shapes: Graph) -> None:
    broken = Graph() + conforming
    for case in batch:
        before = set(broken)
        broken.update(f"BASE <{namespaces.BASE}>\n{case.update}", initNs=dict(namespaces.PREFIXES))
        assert set(broken) != before, f"{case.expected} changes nothing"
    found = found_in(validation.validate(broken, shapes).graph)
    assert found == Counter(case.expected for case in batch), [case.expected for case in batch]


def targeted(shapes: Graph) -> set[Node]:
    """Shapes that can be the source of a result: those with a target, and the property shapes they list."""
    nodes = {
        shape
        for target in (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)
        for shape in shapes.subjects(target)
    }
    return nodes | {listed for node in nodes for listed in shapes.objects(node, SH.property)}


def constraints(shapes: Graph) -> Iterator[Found]:
    for shape in targeted(shapes):
        for predicate in set(shapes.predicates(shape)) - NO_CONSTRAINT:
            if str(predicate).startswith(str(SH)):
                parameter = str(predicate).removeprefix(str(SH))
                yield str(shape).removeprefix(SHAPES), parameter[0].upper() + parameter[1:]
        for constraint in shapes.objects(shape, SH.sparql):
            yield str(constraint).removeprefix(SHAPES), "SPARQL"


def test_every_constraint_has_one_case(shapes: Graph) -> None:
    assert Counter(case.expected for family in FAMILIES for case in cases(family)) == Counter(constraints(shapes))


def focus_nodes(shape: Node, shapes: Graph, data: Graph) -> set[Node]:
    found = set(shapes.objects(shape, SH.targetNode))
    for target in shapes.objects(shape, SH.targetClass):
        for kind in data.transitive_subjects(RDFS.subClassOf, target):
            found |= set(data.subjects(RDF.type, kind))
    for predicate in shapes.objects(shape, SH.targetSubjectsOf):
        found |= set(data.subjects(predicate))
    for predicate in shapes.objects(shape, SH.targetObjectsOf):
        found |= set(data.objects(None, predicate))
    return found


def test_every_shape_passes_on_something(shapes: Graph, conforming: Graph) -> None:
    idle = set()
    for shape in targeted(shapes) - set(shapes.subjects(SH.path)):
        focus = focus_nodes(shape, shapes, conforming)
        if not focus:
            idle.add(shape)
        for listed in shapes.objects(shape, SH.property):
            users = {
                node for user in shapes.subjects(SH.property, listed) for node in focus_nodes(user, shapes, conforming)
            }
            if not any((node, shapes.value(listed, SH.path), None) in conforming for node in users):
                idle.add(listed)
    assert idle == set()


@pytest.mark.proof
def test_shapes_are_well_formed_by_w3cs_own_shapes(shapes: Graph) -> None:
    conforms, _, text = meta_validate(shapes)
    assert conforms, text


def test_only_lists_are_anonymous(shapes: Graph) -> None:
    assert {
        node for node in shapes.subjects() if isinstance(node, BNode) and (node, RDF.first, None) not in shapes
    } == set()


def test_every_shape_that_can_speak_says_how_to_mend(shapes: Graph) -> None:
    speaking = set(shapes.subjects(RDF.type, SH.PropertyShape)) | set(shapes.subjects(RDF.type, SH.SPARQLConstraint))
    speaking |= {URIRef(SHAPES[name]) for name, component in constraints(shapes) if component != "SPARQL"}
    assert {node for node in speaking if len(str(shapes.value(node, SH.message, default="")).split()) < 4} == set()


def test_every_term_in_use_is_named_in_a_shape(dataset: Dataset, shapes: Graph) -> None:
    """graph/shapes stands aside: shapes are checked by W3C's shapes for shapes, above."""
    own = URIRef(namespaces.SHAPES_GRAPH)
    quads = [(predicate, object_) for _, predicate, object_, graph in dataset.quads() if graph != own]
    named = set(shapes.objects(None, SH.path))
    assert {str(predicate) for predicate, _ in quads} - set(map(str, named)) == set()
    classes = set(shapes.objects(None, SH.targetClass)) | set(shapes.objects(None, SH["class"]))
    assert {str(object_) for predicate, object_ in quads if predicate == RDF.type} - set(map(str, classes)) == set()


def test_every_shape_has_something_to_look_at_in_the_dataset(union: Graph, shapes: Graph) -> None:
    idle = {
        str(shape).removeprefix(SHAPES)
        for shape in targeted(shapes) - set(shapes.subjects(SH.path))
        if not focus_nodes(shape, shapes, union)
    }
    assert idle == set()


def test_every_fact_that_can_be_stated_has_a_preferred_statement_node(union: Graph) -> None:
    """What would be too slow as a SPARQL constraint: provenance is complete."""
    ac, standing = Namespace(namespaces.ONT), Namespace(namespaces.SCHEME + "standing/")
    stated = {
        (union.value(node, RDF.subject), predicate, union.value(node, RDF.object))
        for node in union.subjects(ac.standing, standing.preferred)
        for predicate in union.objects(node, RDF.predicate)  # a mention has several
    }
    subjects, predicates = {subject for subject, _, _ in stated}, {predicate for _, predicate, _ in stated}
    predicates -= {SKOS.altLabel, DCTERMS.isPartOf}  # entailed by another
    derived = {SKOS.prefLabel, ac.ordinal, ac.startOffset, ac.endOffset}  # and stated of some things only
    keys = {(subject, predicate) for subject, predicate, _ in stated}
    facts = {
        (subject, predicate, object_)
        for subject, predicate, object_ in union
        if subject in subjects
        and predicate in predicates
        and ((subject, predicate) in keys or predicate not in derived)
    }
    assert len(facts) > len(stated) // 2
    assert facts - stated == set()
