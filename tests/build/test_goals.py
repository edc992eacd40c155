import pytest
from rdflib import RDF, SKOS, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS

from aseancan_kg import namespaces, settings
from aseancan_kg.build import goals

SDG = Namespace("http://metadata.un.org/sdg/")
SDGO = Namespace(namespaces.PREFIXES["sdgo"])


@pytest.fixture(scope="module")
def graph() -> Graph:
    graph = Graph()
    for triple in goals.triples(goals.rows(settings.resources() / "data" / "sources" / "un-sdg-kos.csv")):
        graph.add(triple)
    return graph


def test_there_are_17_goals_and_169_targets(graph: Graph) -> None:
    assert set(graph.subjects(RDF.type, SDGO.Goal)) == {SDG[str(number)] for number in range(1, 18)}
    assert len(set(graph.subjects(RDF.type, SDGO.Target))) == 169
    assert set(graph.subjects(SKOS.inScheme, goals.SCHEME)) == set(graph.subjects(SKOS.notation))


def test_every_target_belongs_to_the_goal_that_its_number_begins_with(graph: Graph) -> None:
    for target in graph.subjects(RDF.type, SDGO.Target):
        (goal,) = graph.objects(target, SDGO.isTargetOf)
        number = str(graph.value(target, SKOS.notation))
        assert (target, goal) == (SDG[number], SDG[number.partition(".")[0]])


def test_a_goal_is_known_in_three_languages_and_linked_to_two_thesauri(graph: Graph) -> None:
    labels = {label.language: str(label) for label in graph.objects(SDG["16"], SKOS.prefLabel)}
    assert labels.keys() == {"en", "fr", "es"}
    assert labels["en"].startswith("Goal 16: Promote peaceful and inclusive societies")
    sites = {str(subject).split("/")[2] for subject in graph.objects(SDG["16"], DCTERMS.subject)}
    assert sites == {"eurovoc.europa.eu", "metadata.un.org"}


def test_a_target_whose_text_is_not_held_is_named_by_its_number(graph: Graph) -> None:
    assert list(graph.objects(SDG["16.a"], SKOS.prefLabel)) == [Literal("SDG target 16.a", lang="en")]


def test_nothing_of_it_is_ours(graph: Graph) -> None:
    assert not [term for triple in graph for term in triple if isinstance(term, URIRef) and namespaces.BASE in term]
