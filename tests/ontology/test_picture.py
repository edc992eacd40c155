"""The pictures of the model: well-formed, sized by what they show, and true to the graph."""

from xml.etree import ElementTree

import pytest
from rdflib import RDF, Graph, Namespace, URIRef
from rdflib.namespace import DCTERMS, OWL, RDFS

from aseancan_kg import namespaces
from aseancan_kg.ontology import picture

AC = Namespace(namespaces.ONT)
EX = Namespace("https://example.org/")
SVG = "{http://www.w3.org/2000/svg}"


def texts(svg: str) -> list[str]:
    root = ElementTree.fromstring(svg)
    assert root.tag == f"{SVG}svg"
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    for text in root.iter(f"{SVG}text"):
        assert 0 <= float(text.attrib["x"]) <= width
        assert 0 <= float(text.attrib["y"]) <= height
    return [str(text.text) for text in root.iter(f"{SVG}text")]


def test_the_overview_counts_things_and_the_links_between_them() -> None:
    graph = Graph()
    for thing, kind in ((EX.a, AC.Action), (EX.b, AC.Action), (EX.s, AC.Section), (EX.c, AC.Clause), (EX.n, EX.None_)):
        graph.add((thing, RDF.type, kind))
    for part, whole in ((EX.a, EX.s), (EX.b, EX.s), (EX.c, EX.a), (EX.n, EX.s)):
        graph.add((part, DCTERMS.isPartOf, whole))
    shown = texts(picture.overview(graph))
    assert shown[shown.index("Action") + 1] == "2"
    assert shown[shown.index("Section") + 1] == "1"
    assert shown[shown.index("Body") + 1] == "0"
    assert sorted(text for text in shown if text.startswith("isPartOf")) == ["isPartOf 1", "isPartOf 2"]


def test_the_overview_of_the_real_graph_has_nothing_without_members(union: Graph) -> None:
    shown = texts(picture.overview(union))
    assert shown[shown.index("Action") + 1] == "106"
    assert shown[shown.index("Clause") + 1] == "131"
    assert "0" not in shown
    assert [text for text in shown if text.endswith(" 0")] == []


def test_a_class_is_drawn_with_its_neighbours() -> None:
    graph = Graph().parse(
        format="turtle",
        data=f"""@prefix ac: <{AC}> . @prefix rdfs: <{RDFS}> . @prefix owl: <{OWL}> .
        ac:Action rdfs:subClassOf ac:Subdivision, [ a owl:Restriction ] . ac:Step rdfs:subClassOf ac:Action .
        ac:leadVerb rdfs:domain ac:Action . ac:actedOn rdfs:domain ac:Action . ac:actedLatest rdfs:domain ac:Action .
        ac:reaffirms rdfs:range ac:Action .""",
    )
    assert sorted(texts(picture.of_class(AC.Action, graph))) == [
        *("ac:Action", "ac:actedOn", "ac:leadVerb", "ac:reaffirms", "⊑ ac:Subdivision", "⊒ ac:Step"),
    ]


@pytest.mark.parametrize("name", ["A & B", "a<b>"])
def test_names_are_escaped(name: str) -> None:
    assert texts(picture.of_class(URIRef(AC + name), Graph())) == [f"ac:{name}"]


def test_every_class_of_ours_can_be_drawn(ontology: Graph) -> None:
    for term in ontology.subjects(RDF.type, OWL.Class):
        assert namespaces.shorten(str(term)) in texts(picture.of_class(term, ontology))
