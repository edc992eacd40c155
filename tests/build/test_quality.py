"""The figures of the dataset: computed rightly on small inputs, and good enough on the real one."""

from collections.abc import Mapping, Sequence

import pytest
from rdflib import RDF, Dataset, Graph, Literal, Namespace, URIRef
from rdflib.namespace import PROV, SKOS

from aseancan_kg import namespaces
from aseancan_kg.build import names, quality
from aseancan_kg.build.dataset import Built
from aseancan_kg.build.editions import Edition
from aseancan_kg.build.mentions import Finding, Judged
from aseancan_kg.build.passages import Passage
from aseancan_kg.build.plan import parse
from aseancan_kg.build.quality import METRICS
from aseancan_kg.build.sources import Source
from aseancan_kg.build.values import Reference
from aseancan_kg.model import Clause, Coding, Mention, Span

AC = Namespace(namespaces.ONT)
SDG = Namespace("http://metadata.un.org/sdg/")
TEXT = "Support the Bank and the Fund, and explore trade"
PASSAGE = Passage("action/1.1.1", TEXT, range(len(TEXT)))
Figures = Mapping[tuple[str, str], float]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("0100000000", "1110010100", 0.095),
        ("aabbdcccedda", "babbbccceddd", 0.692),
        ("abab", "abab", 1.0),
        ("ab", "ba", -0.5),
        ("aaaa", "aaaa", None),
        ("", "", None),
    ],
    ids=["binary data of 2011", "nominal data of 2011", "perfect", "opposed", "one value only", "nothing"],
)
def test_alpha_is_that_of_krippendorff(first: str, second: str, expected: float | None) -> None:
    """The data and figures of two cases are those of “Computing Krippendorff's Alpha-Reliability”."""
    found = quality.alpha(zip(first, second, strict=True))
    assert found == (expected if expected is None else pytest.approx(expected, abs=0.0005))


@pytest.fixture
def figures(read):
    """Measure some editions, with a table of concepts and a dataset: metric and what it is of → value."""

    def figures(*plans: Edition, dataset: Dataset | None = None, **rows: list[dict[str, str]]) -> Figures:
        tables = read(rows)
        measures = quality.measure(plans, names.names(tables), tables, dataset or Dataset())
        found = {(one.metric, one.of): float(one.value) for one in measures}
        assert len(found) == len(measures)
        return found

    return figures


def mention(quote: str, entity: str, status: str, relation: str = "supports") -> Mention:
    start = TEXT.index(quote)
    return Mention(
        *("action/1.1.1", Span(start, start + len(quote)), quote, "", "", entity, (relation,)),
        *(None if status == "added" else "full-name", status, "high", None),
        None if status == "unreviewed" else "mentions.csv#1",
    )


def finding(quote: str, kind: str, slug: str, relation: str = "supports") -> Finding:
    start = TEXT.index(quote)
    return Finding(PASSAGE, start, start + len(quote), Reference(kind, slug), "full-name", relation)


def coding(coder: str, clause: int, scheme: str, value: str) -> Coding:
    path = f"action/1.1.1/clause/{clause}"
    return Coding(path, scheme, scheme, namespaces.concept(scheme, value), coder, "preferred", (), "high", "Why.")


def clause(number: int, text: str) -> Clause:
    start = TEXT.index(text)
    span = Span(start, start + len(text))
    path = f"action/1.1.1/clause/{number}"
    return Clause(path, text, span, "support", "new", (), (), (), (), "high", None, "clauses.csv#1")


def plan(slug: str = "plan", mentions: Sequence[Mention] = (), **parts: object) -> Edition:
    source = Source(slug, {"instrument": slug}, TEXT)
    whole = namespaces.thing("instrument", slug)
    judged = [Judged(one, None, None) for one in mentions]
    return Edition(source, whole, "", parse(TEXT), {PASSAGE.path: PASSAGE}, judged=judged, **parts)


def test_what_the_rules_found_is_measured_against_what_readers_left(figures) -> None:
    found = figures(
        plan(
            findings=[
                finding("the Bank", "body", "bank"),
                finding("the Fund", "fund", "old-fund", "references"),
                finding("trade", "body", "trade-office"),
            ],
            mentions=[
                mention("the Bank", "body/bank", "confirmed"),
                mention("the Fund", "fund/new-fund", "corrected"),
                mention("Bank", "body/world-bank", "added"),
            ],
        )
    )
    assert found["mention-precision", ""] == 0.3333
    assert found["mention-recall", ""] == 0.3333
    assert found["mentions-reviewed", ""] == 3
    assert (found["mention-precision", "body"], found["mention-recall", "body"]) == (0.5, 0.5)
    assert (found["mention-precision", "fund"], found["mention-recall", "fund"]) == (0, 0)
    assert found["relation-accuracy", ""] == 1
    assert found["mentions-unreviewed", ""] == 0


def test_a_wrong_relation_and_what_nobody_reviewed_are_counted(figures) -> None:
    found = figures(
        plan(
            findings=[finding("the Bank", "body", "bank", "references"), finding("the Fund", "fund", "fund")],
            mentions=[mention("the Bank", "body/bank", "confirmed"), mention("the Fund", "fund/fund", "unreviewed")],
        )
    )
    assert found["relation-accuracy", ""] == 0
    assert found["mentions-unreviewed", ""] == 1
    assert found["mention-precision", ""] == 0.5
    assert found["mention-recall", ""] == 1


def test_the_rules_are_tried_without_the_wordings_of_the_text_itself(figures) -> None:
    found = figures(
        plan(mentions=[mention("Bank", "body/bank", "added"), mention("Fund", "fund/fund", "added")]),
        bodies=[{"slug": "bank", "name": "Bank", "kind": "bank"}, {"slug": "trade", "name": "Trade", "kind": "office"}],
        names=[{"entity": "fund/fund", "name": "Fund", "kind": "plan-wording"}],
        funds=[{"slug": "fund", "name": "Development Fund", "kind": "fund"}],
    )
    assert (
        found["mention-precision-without-plan-wordings", ""],
        found["mention-recall-without-plan-wordings", ""],
    ) == (1, 0.5)


VERBS = [
    {"scheme": "verb", "code": code, "label": code, "definition": "A verb.", "broader": "family"}
    for code in ("support", "explore")
]


def test_clauses_cut_by_rule_are_measured_against_a_readers(figures) -> None:
    both = [clause(1, "Support the Bank and the Fund"), clause(2, "explore trade")]
    found = figures(plan(clauses=both), concepts=VERBS)
    assert (found["clause-precision", ""], found["clause-recall", ""]) == (1, 1)
    found = figures(plan(clauses=[*both, clause(3, "the Fund")]), concepts=VERBS[:1])
    assert (found["clause-precision", ""], found["clause-recall", ""]) == (1, 0.3333)


def test_coders_are_compared_clause_by_clause(figures) -> None:
    words = ["Support", "the Bank", "and the Fund", "explore"]
    first, second = ["firm", "firm", "flexible", "flexible"], ["firm", "flexible", "flexible", "flexible"]
    codings = [coding("first-reading", number, "firmness", value) for number, value in enumerate(first, start=1)]
    codings += [coding("second-reading", number, "firmness", value) for number, value in enumerate(second, start=1)]
    clauses = [clause(number, text) for number, text in enumerate(words, start=1)]
    example = {"scheme": "firmness", "code": "firm", "label": "Firm", "definition": "Sure, as in 1.1.1/2."}
    found = figures(plan(clauses=clauses, codings=codings), concepts=[example])
    of = "firmness, first-reading and second-reading"
    assert found["coding-alpha", of] == round(quality.alpha(zip(first, second, strict=True)), 4)
    assert found["coding-alpha-unseen", of] == 1
    assert found["disagreements", of] == 1
    assert found["coding-coverage", "firmness, second-reading"] == 1


def test_hedges_are_compared_as_the_set_of_kinds_in_a_clause(figures) -> None:
    codings = [coding("first-reading", 1, "hedge", "possibility"), coding("first-reading", 1, "hedge", "efforts")]
    codings += [coding("second-reading", 1, "hedge", "efforts"), coding("second-reading", 1, "hedge", "possibility")]
    clauses = [clause(1, "Support the Bank"), clause(2, "explore trade")]
    found = figures(plan(clauses=clauses, codings=codings))
    of = "hedge, first-reading and second-reading"
    assert (found["coding-alpha", of], found["disagreements", of]) == (1, 0)
    found = figures(plan(clauses=clauses, codings=[*codings, coding("second-reading", 2, "hedge", "open-list")]))
    assert found["coding-alpha", of] < 1
    assert found["disagreements", of] == 1


def test_clauses_of_two_plans_with_the_same_number_are_told_apart(figures) -> None:
    clauses = [clause(1, "Support the Bank"), clause(2, "explore trade")]
    coders = ("first-reading", "second-reading")
    plans = [
        plan(slug, clauses=clauses, codings=[coding(coder, number, "firmness", value) for coder in coders])
        for slug, number, value in (("old", 1, "firm"), ("new", 1, "flexible"))
    ]
    found = figures(*plans)
    of = "firmness, first-reading and second-reading"
    assert (found["coding-alpha", of], found["disagreements", of]) == (1, 0)
    assert found["coding-coverage", "firmness, first-reading"] == 0.5


def test_links_are_counted_by_site(figures) -> None:
    dataset = Dataset()
    graph = dataset.graph(URIRef(namespaces.graph("alignments")))
    for target in ("http://eurovoc.europa.eu/1", "http://eurovoc.europa.eu/2"):
        graph.add((AC.x, SKOS.closeMatch, URIRef(target)))
    graph.add((AC.coding, RDF.object, SDG["5"]))
    found = figures(dataset=dataset)
    links = {of: value for (metric, of), value in found.items() if metric == "links"}
    assert links == {"eurovoc.europa.eu": 2, "metadata.un.org/sdg": 1}


def test_rivals_of_the_registers_are_disagreements(figures) -> None:
    rival = {"entity": "state/canada", "column": "capital", "value": "Toronto"}
    states = [{"slug": "canada", "name": "Canada", "capital": "Ottawa"}]
    assert figures(states=states, rivals=[rival])["disagreements", "registers"] == 1


@pytest.fixture(scope="module")
def real(built: Built) -> Figures:
    return {(one.metric, one.of): float(one.value) for one in built.measures}


def test_every_metric_is_measured_on_the_real_dataset(real: Figures) -> None:
    assert {metric for metric, _ in real} == METRICS.keys()


def test_figures_are_written_as_the_store_writes_numbers(built: Built) -> None:
    written = [str(one.value) for one in built.measures]
    assert {"1", "0"} <= set(written)
    assert [figure for figure in written if "E" in figure or ("." in figure and figure.endswith("0"))] == []


@pytest.mark.parametrize("metric", ["mention-precision", "mention-recall"])
def test_the_rules_find_what_readers_accept(real: Figures, metric: str) -> None:
    assert real[metric, ""] >= 0.98
    assert real["mentions-reviewed", ""] == 321
    assert real["mentions-unreviewed", ""] == 0


def test_two_readers_agree_far_beyond_chance(real: Figures) -> None:
    readers = {key: value for key, value in real.items() if "alpha" in key[0] and "second-reading" in key[1]}
    assert {of.partition(",")[0] for _, of in readers} == {"direction", "firmness", "precision", "hedge"}
    assert len(readers) == 2 * 4
    assert min(readers.values()) >= 0.8


def test_every_clause_and_action_is_coded(real: Figures) -> None:
    coverage = {of: value for (metric, of), value in real.items() if metric == "coding-coverage"}
    assert coverage["clauses"] == coverage["topic, first-reading"] == coverage["precision, second-reading"] == 1
    assert coverage["verb, rules"] > 0.99


def test_a_statement_node_stands_behind_every_fact_of_the_real_dataset(real: Figures) -> None:
    provenance = {graph: value for (metric, graph), value in real.items() if metric == "provenance"}
    assert provenance.keys() == {graph for metric, graph in real if metric == "facts"}
    assert provenance.keys() >= {
        "instruments",
        "bodies",
        "mentions",
        "coding-first-reading",
        "alignments",
        "statements",
    }
    assert {graph for graph, value in provenance.items() if value < 1} == set()


def copy(graph: Graph) -> tuple[Dataset, Graph]:
    """Return a dataset of one graph, to be changed, and that graph."""
    dataset = Dataset()
    copied = dataset.graph(graph.identifier)
    for triple in graph:
        copied.add(triple)
    return dataset, copied


@pytest.mark.parametrize(
    "removed",
    [
        lambda node: (node, None, None),
        lambda node: (node, RDF.predicate, None),
        lambda node: (node, PROV.hadPrimarySource, None),
    ],
    ids=["the whole assertion", "what it is said of", "its source"],
)
def test_a_fact_without_an_assertion_or_its_source_is_missed(figures, dataset: Dataset, removed) -> None:
    changed, states = copy(dataset.graph(URIRef(namespaces.graph("states"))))
    node = URIRef(namespaces.thing("assertion", "state/canada/capital"))
    assert (node, RDF.object, Literal("Ottawa", lang="en")) in states
    assert figures(dataset=changed)["provenance", "states"] == 1
    states.remove(removed(node))
    found = figures(dataset=changed)
    assert found["provenance", "states"] == round(1 - 1 / found["facts", "states"], 4)


def test_a_fact_with_another_value_than_its_assertion_is_missed(figures, dataset: Dataset) -> None:
    changed, states = copy(dataset.graph(URIRef(namespaces.graph("states"))))
    states.set((URIRef(namespaces.thing("state", "canada")), AC.capital, Literal("Toronto", lang="en")))
    assert figures(dataset=changed)["provenance", "states"] < 1
