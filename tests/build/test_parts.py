import pytest
from rdflib import PROV, RDF, SKOS, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS

from aseancan_kg import namespaces
from aseancan_kg.build import parts
from aseancan_kg.build.plan import parse
from aseancan_kg.model import Clause, Span

AC = Namespace(namespaces.ONT)
PLAN = URIRef(namespaces.thing("instrument", "plan"))
EDITION = URIRef(namespaces.thing("source", "edition"))
TEXT = """\
Plan of Action 2021-2025
This plan is short.
1. Trade
1.1. Goods
1.1.1. Support  trade;
2. Peace
2.1.1. Support peace;
"""
CLAUSE = Clause(
    *("action/1.1.1/clause/1", "Support trade", Span(70, 84), "support", "new", ("Canada",), (), (), ()),
    *("high", "A note.", "data/clauses.csv#1"),
)


@pytest.fixture
def graph() -> Graph:
    graph = Graph()
    for triple in parts.plan(parse(TEXT), str(PLAN), "The Plan", "edition"):
        graph.add(triple)
    for triple in parts.clauses([CLAUSE], str(PLAN), "The Plan", "edition"):
        graph.add(triple)
    return graph


@pytest.mark.parametrize(
    ("part", "kind", "above", "label", "text"),
    [
        ("/preamble", "Preamble", "", "The Plan, preamble", "This plan is short."),
        ("/section/1", "Section", "", "The Plan, section 1: Trade", "Trade"),
        ("/section/1.1", "Section", "/section/1", "The Plan, section 1.1: Goods", "Goods"),
        ("/action/1.1.1", "Action", "/section/1.1", "The Plan, action 1.1.1", "Support trade;"),
        ("/action/2.1.1", "Action", "/section/2", "The Plan, action 2.1.1", "Support peace;"),
        ("/action/1.1.1/clause/1", "Clause", "/action/1.1.1", "The Plan, action 1.1.1, clause 1", "Support trade"),
    ],
)
def test_each_part_says_what_it_is_and_where_it_stands(
    graph: Graph, part: str, kind: str, above: str, label: str, text: str
) -> None:
    node = PLAN + part
    assert list(graph.objects(node, RDF.type)) == [AC[kind]]
    assert list(graph.objects(node, DCTERMS.isPartOf)) == [PLAN + above]
    assert list(graph.objects(node, SKOS.prefLabel)) == [Literal(label, lang="en")]
    assert list(graph.objects(node, AC.text)) == [Literal(text, lang="en")]
    assert list(graph.objects(node, PROV.wasQuotedFrom)) == [EDITION]


def test_parts_are_numbered_as_printed_and_in_the_order_of_the_text(graph: Graph) -> None:
    numbers = {str(graph.value(node, SKOS.notation)): node for node in graph.subjects(SKOS.notation)}
    assert numbers.keys() == {"1", "1.1", "2", "1.1.1", "2.1.1", "1.1.1/1"}
    assert [int(graph.value(numbers[number], AC.ordinal)) for number in ("1", "1.1", "2")] == [1, 2, 3]
    assert [str(number) for number in graph.objects(numbers["2"], AC.impliedNumber)] == ["2.1"]


def test_offsets_lead_to_the_words_in_the_edition(graph: Graph) -> None:
    action = PLAN + "/action/1.1.1"
    start, end = (int(graph.value(action, AC[name])) for name in ("startOffset", "endOffset"))
    assert TEXT[start:end] == "Support  trade;"


def test_what_a_reader_judges_of_a_clause_stands_on_its_codings_alone(graph: Graph) -> None:
    node = PLAN + "/action/1.1.1/clause/1"
    assert graph.value(node, SKOS.editorialNote) == Literal("A note.", lang="en")
    assert not {AC.leadVerb, AC.continuity, AC.actor} & set(graph.predicates(node))
