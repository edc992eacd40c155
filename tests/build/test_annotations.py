"""Mentions and codings as Web Annotations, and what of them stands directly."""

from collections import Counter
from dataclasses import replace

import pytest
from rdflib import PROV, RDF, SKOS, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from aseancan_kg import namespaces, settings
from aseancan_kg.build import annotations, commitments
from aseancan_kg.build.text import collapse
from aseancan_kg.model import Clause, Coding, Mention, Span

AC = Namespace(namespaces.ONT)
OA = Namespace(namespaces.PREFIXES["oa"])
EDITION = "plan-of-action-2021-2025"
PLAN = URIRef(namespaces.thing("instrument", "plan"))
ARMAC = URIRef(namespaces.thing("body", "armac"))
SOURCE = URIRef(namespaces.thing("source", "edition"))
LOCATOR = "data/codings/edition/mentions.csv#action/1.2.6 · ARMAC · 1"


def graph(triples) -> Graph:
    graph = Graph()
    for triple in triples:
        graph.add(triple)
    return graph


def mention(part: str | None, rule: str | None = "acronym", locator: str | None = LOCATOR) -> Mention:
    return Mention(
        *(part, Span(10, 15), "ARMAC", "Support ", ";", "body/armac", ("supports",), rule),
        *("confirmed", "medium", "A note.", locator),
    )


def test_a_mention_is_a_web_annotation_and_a_statement() -> None:
    found = graph(annotations.mentions([mention("action/1.2.6")], str(PLAN), "edition"))
    node = URIRef(namespaces.thing("mention", "edition/10-15"))
    action = PLAN + "/action/1.2.6"
    confidence = URIRef(namespaces.concept("confidence", "medium"))
    assert set(found.predicate_objects(node)) >= {
        (RDF.type, AC.Mention),
        (OA.motivatedBy, OA.identifying),
        (OA.hasBody, ARMAC),
        (OA.hasTarget, node + "#target"),
        (RDF.subject, action),
        (RDF.predicate, AC.supports),
        (RDF.predicate, AC.mentions),
        (RDF.object, ARMAC),
        (AC.foundBy, URIRef(namespaces.concept("mention-rule", "acronym"))),
        (AC.reviewStatus, URIRef(namespaces.concept("review-status", "confirmed"))),
        (AC.standing, URIRef(namespaces.concept("standing", "preferred"))),
        (AC.confidence, confidence),
        (PROV.hadPrimarySource, SOURCE),
        (AC.locator, Literal(LOCATOR)),
        (SKOS.editorialNote, Literal("A note.", lang="en")),
    }
    assert {(predicate, value) for predicate, value in found.predicate_objects(node + "#target")} == {
        (RDF.type, OA.SpecificResource),
        (OA.hasSource, SOURCE),
        (OA.hasSelector, node + "#position"),
        (OA.hasSelector, node + "#quote"),
    }
    assert [str(value) for value in (found.value(node + "#position", OA[end]) for end in ("start", "end"))] == [
        *("10", "15")
    ]
    assert {str(value) for value in found.objects(node + "#quote")} == {
        *(str(OA.TextQuoteSelector), "ARMAC", "Support ", ";")
    }
    assert set(found.triples((action, None, None))) == {
        (action, AC.supports, ARMAC),
        (action, AC.mentions, ARMAC),
    }


@pytest.mark.parametrize(("part", "subject"), [("title", PLAN), ("preamble", PLAN + "/preamble"), (None, SOURCE)])
def test_a_title_stands_for_the_plan_and_a_text_without_parts_for_itself(part: str | None, subject: URIRef) -> None:
    found = graph(annotations.mentions([mention(part)], str(PLAN), "edition"))
    assert (subject, AC.supports, ARMAC) in found


def test_what_only_a_reader_found_says_so() -> None:
    found = graph(annotations.mentions([mention(None, rule=None, locator=None)], "", "edition"))
    assert list(found.objects(None, AC.foundBy)) == [URIRef(namespaces.concept("mention-rule", "reader"))]
    assert list(found.objects(None, AC.locator)) == []


CODING = Coding(
    target="action/1.2.6/clause/1",
    property="firmness",
    scheme="firmness",
    value=namespaces.concept("firmness", "firm"),
    coder="first-reading",
    standing="preferred",
    words=("Support",),
    confidence="high",
    rationale="No doubt.",
)


@pytest.mark.parametrize(("standing", "direct"), [("preferred", True), ("rival", False), ("indirect", False)])
def test_only_a_preferred_coding_stands_directly(standing: str, direct: bool) -> None:
    found = graph(annotations.codings([replace(CODING, standing=standing)], str(PLAN), "edition"))
    clause, firm = PLAN + "/action/1.2.6/clause/1", URIRef(namespaces.concept("firmness", "firm"))
    assert ((clause, AC.firmness, firm) in found) is direct
    (node,) = found.subjects(RDF.type, AC.Coding)
    assert node == URIRef(namespaces.thing("coding", "edition/first-reading/action/1.2.6/clause/1/firmness"))
    assert (node, RDF.subject, clause) in found
    assert (node, RDF.predicate, AC.firmness) in found
    assert {(OA.motivatedBy, OA.assessing), (OA.hasTarget, clause), (OA.hasBody, firm)} <= set(
        found.predicate_objects(node)
    )
    assert found.value(node, AC.standing) == URIRef(namespaces.concept("standing", standing))
    assert found.value(node, AC.coder) == URIRef(namespaces.concept("coder", "first-reading"))
    assert found.value(node, AC.codingScheme) == URIRef(namespaces.SCHEME + "firmness")


def test_several_codings_of_one_thing_have_iris_of_their_own() -> None:
    found = graph(annotations.codings([CODING, replace(CODING, value="https://example.org/")], str(PLAN), "edition"))
    first, second = sorted(found.subjects(RDF.type, AC.Coding))
    assert second == first + "/2"


def test_words_of_the_text_are_coded_as_words() -> None:
    part = replace(CODING, property="means", scheme="clause-part", value="through training")
    found = graph(annotations.codings([part], str(PLAN), "edition"))
    assert (PLAN + "/action/1.2.6/clause/1", AC.means, Literal("through training", lang="en")) in found
    assert list(found.objects(None, OA.hasBody)) == []


def test_goals_belong_to_the_scheme_of_the_united_nations_and_statements_to_themselves() -> None:
    goal = replace(
        CODING, target="statement/s1", property="sdg", scheme="sdg", value="http://metadata.un.org/sdg/5", basis="named"
    )
    found = graph(annotations.codings([goal], str(PLAN), "edition"))
    statement = URIRef(namespaces.thing("statement", "s1"))
    assert (statement, AC.sdg, URIRef("http://metadata.un.org/sdg/5")) in found
    assert list(found.objects(None, AC.codingScheme)) == [URIRef("http://metadata.un.org/sdg")]
    assert list(found.objects(None, AC.basis)) == [URIRef(namespaces.concept("basis", "named"))]


@pytest.mark.parametrize(("number", "targets"), [("1", 2), ("2", 1)])
def test_the_verb_of_its_first_clause_is_that_of_the_action(number: str, targets: int) -> None:
    clause = Clause(
        *(f"action/1.2.6/clause/{number}", "Support ARMAC", Span(10, 23), "support", "new"),
        *(("Canada",), (), ("by training", "by funds"), (), "high", None, "data/clauses.csv#1"),
    )
    found = list(commitments.of_clauses([clause]))
    verbs = [one.target for one in found if one.property == "leadVerb"]
    assert verbs == [clause.path, "action/1.2.6"][:targets]
    assert [(one.property, one.value) for one in found if one.scheme == "clause-part"] == [
        ("actor", "Canada"),
        ("means", "by training"),
        ("means", "by funds"),
    ]
    assert {one.standing for one in found} == {"preferred"}


def selected(union: Graph, edition: str) -> list[tuple[Node, int, int, str]]:
    """List the mentions in an edition, each with its position and its quotation."""
    source = URIRef(namespaces.thing("source", edition))
    found = []
    for target in union.subjects(OA.hasSource, source):
        position, quote = (
            next(each for each in union.objects(target, OA.hasSelector) if (each, RDF.type, kind) in union)
            for kind in (OA.TextPositionSelector, OA.TextQuoteSelector)
        )
        (node,) = union.subjects(OA.hasTarget, target)
        start, end = (int(union.value(position, OA[name])) for name in ("start", "end"))
        found.append((node, start, end, str(union.value(quote, OA.exact))))
    return found


def test_slicing_the_edition_by_position_gives_every_quotation(union: Graph) -> None:
    edition = (settings.resources() / "data" / "sources" / f"{EDITION}.txt").read_bytes().decode()
    found = selected(union, EDITION)
    assert len(found) == 321
    assert [quote for _, start, end, quote in found if collapse(edition[start:end]) != quote] == []


def test_a_quotation_is_surrounded_by_what_stands_around_it(union: Graph) -> None:
    for node, _, _, exact in selected(union, EDITION):
        part = union.value(node, RDF.subject)
        text = str(union.value(part, AC.text) or union.value(part, SKOS.prefLabel))
        quote = node + "#quote"
        before, after = (str(union.value(quote, OA[side], default="")) for side in ("prefix", "suffix"))
        assert before + exact + after in text


def test_a_quotation_of_a_text_that_is_not_shipped_is_as_long_as_its_position_says(union: Graph) -> None:
    found = selected(union, "news-20th-asean-canada-dialogue")
    assert found
    assert [quote for _, start, end, quote in found if end - start != len(quote)] == []


def test_every_mention_has_one_target_and_one_body(union: Graph) -> None:
    mentions = set(union.subjects(RDF.type, AC.Mention))
    nodes = [node for edition in (EDITION, "news-20th-asean-canada-dialogue") for node, *_ in selected(union, edition)]
    assert Counter(nodes) == Counter(mentions)
    assert all(list(union.objects(node, OA.hasBody)) == list(union.objects(node, RDF.object)) for node in mentions)


def test_the_graph_says_directly_what_is_preferred_and_nothing_else(union: Graph) -> None:
    parts = (RDF.subject, RDF.predicate, RDF.object)
    said = {
        standing: {
            tuple(union.value(node, part) for part in parts)
            for node in union.subjects(AC.standing, URIRef(namespaces.concept("standing", standing)))
            if (node, RDF.type, AC.Coding) in union
        }
        for standing in ("preferred", "rival", "indirect")
    }
    assert all(said.values())
    assert {triple for triple in said["preferred"] if triple not in union} == set()
    others = (said["rival"] | said["indirect"]) - said["preferred"]
    assert {triple for triple in others if triple in union} == set()
