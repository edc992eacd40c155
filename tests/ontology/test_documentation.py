"""The documentation of the ontology: every term, on one page, with examples from the graph."""

from collections import Counter
from html.parser import HTMLParser

import pytest
from rdflib import RDF, Graph, Literal, Namespace
from rdflib.namespace import SKOS

from aseancan_kg import namespaces
from aseancan_kg.ontology import checks, documentation

AC = Namespace(namespaces.ONT)
EX = Namespace("https://example.org/")


class Page(HTMLParser):
    """The anchors of a page, where its links lead, and what it loads from elsewhere."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchors: list[str] = []
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        for name, value in attributes:
            if name == "id":
                self.anchors.append(str(value))
            elif tag == "a" and name == "href":
                self.links.append(str(value))
            elif name in {"src", "srcset"} or tag in {"link", "script"}:
                self.loaded.append(str(value))

    def handle_data(self, data: str) -> None:
        self.words.append(data.strip())


@pytest.fixture(scope="module")
def page(union: Graph, ontology_file) -> Page:
    return Page(documentation.as_html(Graph().parse(ontology_file), union))


def test_every_term_has_its_place_on_the_page(page: Page, ontology: Graph) -> None:
    names = {term.removeprefix(namespaces.ONT) for term in checks.own_terms(ontology)}
    assert names <= set(page.anchors)
    assert names <= {link.removeprefix("#") for link in page.links}
    assert [anchor for anchor, number in Counter(page.anchors).items() if number > 1 and anchor in names] == []


def test_links_on_the_page_lead_somewhere_on_it(page: Page) -> None:
    assert {link for link in page.links if link.startswith("#")} <= {f"#{anchor}" for anchor in page.anchors}
    # The only way off the page that is not a web address is the one back to the site.
    assert {link for link in page.links if not link.startswith(("#", "http://", "https://"))} == {"../"}


def test_the_page_needs_nothing_else(page: Page) -> None:
    assert page.loaded == []


def test_definitions_notes_and_examples_are_those_of_the_ontology(page: Page, ontology: Graph) -> None:
    text = " ".join(" ".join(page.words).split())
    for term in checks.own_terms(ontology):
        for predicate in (SKOS.definition, SKOS.editorialNote, SKOS.example):
            assert " ".join(str(ontology.value(term, predicate)).split()) in text


SMALL = f"""@prefix ac: <{AC}> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix dcterms: <http://purl.org/dc/terms/> .
<https://w3id.org/aseancan/ont> a owl:Ontology ; dcterms:title "Terms & rules"@en .
ac:Body a owl:Class ; rdfs:label "body"@en .
ac:acronym a owl:DatatypeProperty ; rdfs:label "acronym"@en ; rdfs:domain ac:Body .
<https://example.org/Other> a owl:Class ; rdfs:label "other"@en ."""


@pytest.fixture
def small() -> Page:
    ontology, data = Graph().parse(data=SMALL, format="turtle"), Graph()
    for number in range(5):
        data.add((EX[f"b{number}"], RDF.type, AC.Body))
        data.add((EX[f"b{number}"], SKOS.prefLabel, Literal(f"Body <{number}>", lang="en")))
    data.add((EX.b0, AC.acronym, Literal("B&O")))
    return Page(documentation.as_html(ontology, data))


def test_a_term_is_shown_with_its_number_and_two_things_of_the_graph(small: Page) -> None:
    assert "5 times" in small.words
    assert [link for link in small.links if link.startswith(EX)] == [str(EX.b0), str(EX.b2), str(EX.b0)]
    assert {"Body <0>", "Body <2>"} <= set(small.words)
    assert any("→ “B&O”" in words for words in small.words)


def test_only_our_own_terms_are_documented(small: Page) -> None:
    assert {"Body", "acronym"} <= set(small.anchors)
    assert "Other" not in small.anchors
    assert "Terms & rules" in small.words
    assert "#Body" in small.links
    assert str(EX.Other) not in small.links
