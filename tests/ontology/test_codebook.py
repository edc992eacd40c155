"""The codebook: every coded variable with its codes, their rules, and how often each coder gave them."""

import re

import pytest
from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import RDF, SKOS

from aseancan_kg import namespaces
from aseancan_kg.ontology import codebook

AC = Namespace(namespaces.ONT)


def rows(page: str, variable: str) -> dict[str, list[str]]:
    """Give the codes of a variable on the page, each with its numbers in the order of the coders."""
    section = page.partition(f'<h2 id="{variable}">')[2].partition("<h2")[0]
    found = re.findall(r"<tr><td><code>([^<]*)</code>(.*?)</tr>", section, re.DOTALL)
    return {code: re.findall(r'class="number">([^<]*)<', cells) for code, cells in found}


@pytest.fixture(scope="module")
def page(union: Graph, ontology_file) -> str:
    return codebook.as_html(Graph().parse(ontology_file), union, "0123456789abcdef")


def test_the_codebook_names_the_version_it_counts(page: str) -> None:
    assert "0123456789abcdef" in page


@pytest.mark.parametrize("variable", codebook.VARIABLES)
def test_every_code_of_a_variable_stands_in_the_codebook_with_its_rule(page: str, union: Graph, variable: str) -> None:
    scheme = URIRef(namespaces.SCHEME + codebook.VARIABLES[variable][0])
    concepts = list(union.subjects(SKOS.inScheme, scheme))
    assert concepts
    assert rows(page, variable).keys() == {str(union.value(concept, SKOS.notation)) for concept in concepts}
    assert all((concept, SKOS.definition, None) in union for concept in concepts)


def test_each_coder_is_counted_for_himself(page: str) -> None:
    firmness = rows(page, "firmness")
    totals = [sum(map(int, numbers)) for numbers in zip(*firmness.values(), strict=True)]
    assert totals == [131, 131, 131]  # first reading, rules, second reading


def test_the_verb_of_an_action_is_not_counted_beside_that_of_its_first_clause() -> None:
    graph = Graph()
    verb, coder = URIRef(namespaces.concept("verb", "support")), URIRef(namespaces.concept("coder", "first-reading"))
    graph.add((coder, SKOS.prefLabel, Literal("First reading", lang="en")))
    graph.add((verb, SKOS.inScheme, URIRef(namespaces.SCHEME + "verb")))
    graph.add((verb, SKOS.notation, Literal("support")))
    for number, part in enumerate(("action/1.1.1", "action/1.1.1/clause/1")):
        node = AC[f"coding{number}"]
        target = URIRef(namespaces.thing("instrument", f"plan/{part}"))
        said = {RDF.subject: target, RDF.predicate: AC.leadVerb, RDF.object: verb, AC.coder: coder}
        for predicate, value in said.items():
            graph.add((node, predicate, value))
    assert rows(codebook.as_html(Graph(), graph, ""), "leadVerb") == {"support": ["1"]}
