"""Why a query finds nothing, asked as researchers get it wrong."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from aseancan_kg import queries, syntax
from aseancan_kg.errors import Error, Forbidden, InputError, SyntaxProblem
from aseancan_kg.mediatypes import CSV
from aseancan_kg.store.doctor import FindingKind, Outcome, examine
from aseancan_kg.store.embedded import EmbeddedStore

TINY = Path(__file__).parents[1] / "web" / "tiny.trig"
BASE = "https://w3id.org/aseancan/"
ONT, PLAN_B, JCC = f"<{BASE}ont#>", f"<{BASE}id/instrument/plan-b>", f"<{BASE}id/body/jcc>"
GRAPHS = f"{BASE}graph/"
PROLOGUE = f"""PREFIX ac: {ONT}
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX org: <http://www.w3.org/ns/org#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""
CATALOGUE = queries.catalogue()


@pytest.fixture(scope="module")
def tiny():
    return EmbeddedStore.from_files([TINY], union_default_graph=True)


def suggested(diagnosis):
    """Return (kind, excerpt, suggestion, whether it mends) of the findings with a suggestion."""
    return [
        (finding.kind.value, finding.excerpt, finding.suggestion, finding.mended is not None)
        for finding in diagnosis.findings
        if finding.suggestion
    ]


def blockers(diagnosis):
    return [(finding.kind.value, finding.excerpt) for finding in diagnosis.findings if not finding.suggestion]


MENDED = [
    ("?a dcterms:isPartOf ?s ; ac:txt ?t", "unknown-iri", "ac:txt", "ac:text"),
    ("?a a ac:action", "unknown-iri", "ac:action", "ac:Action"),
    ("?a a <http://w3id.org/aseancan/ont#Action>", "unknown-iri", "<http://w3id.org/aseancan/ont#Action>", "ac:Action"),
    ("?i a ac:Plan ; ac:adopted ?d", "unknown-iri", "ac:adopted", "ac:adoptedOn"),
    (f"?b ac:parent <{BASE}id/body/asaen>", "unknown-iri", f"<{BASE}id/body/asaen>", f"<{BASE}id/body/asean>"),
    (f"?m ac:inSeries <{BASE}id/body/JCC>", "unknown-iri", f"<{BASE}id/body/JCC>", JCC),
    (f"?m ac:inSeries <{BASE}id/body/jcc/>", "unknown-iri", f"<{BASE}id/body/jcc/>", JCC),
    (f"?m ac:inSeries <{BASE}id/bodies/jcc>", "unknown-iri", f"<{BASE}id/bodies/jcc>", JCC),
    (f"?m ac:inSeries <{BASE}id/body/%6Acc>", "unknown-iri", f"<{BASE}id/body/%6Acc>", JCC),
    (f"?m ac:inSeries <{BASE}doc/body/jcc.html>", "unknown-iri", f"<{BASE}doc/body/jcc.html>", JCC),
    ("?b skos:prefLabel 'ASEAN Secretariat'", "language-tag", "'ASEAN Secretariat'", '"ASEAN Secretariat"@en'),
    ("?b skos:altLabel 'ASEAN'@fr", "language-tag", "'ASEAN'@fr", '"ASEAN"@en'),
    ("?b ac:acronym 'ASEAN'@en", "language-tag", "'ASEAN'@en", '"ASEAN"'),
    ("?b ac:acronym 'asean'", "spelling", "'asean'", '"ASEAN"'),
    ("?b skos:prefLabel 'ASEAN  Secretariat '@en", "spelling", "'ASEAN  Secretariat '@en", '"ASEAN Secretariat"@en'),
    ("?i ac:periodEndsOn '2025'", "datatype", "'2025'", '"2025"^^xsd:gYear'),
    ("?i ac:periodEndsOn 2025", "datatype", "2025", '"2025"^^xsd:gYear'),
    ("?a ac:ordinal '3'", "datatype", "'3'", "3"),
    ("?i ac:adoptedOn '2020-09-10'", "datatype", "'2020-09-10'", '"2020-09-10"^^xsd:date'),
    (f"{JCC} ac:inSeries ?m", "direction", "ac:inSeries", "^ac:inSeries"),
    ("?b a ac:Body ; ac:inSeries ?m . ?m a ac:Meeting", "direction", "ac:inSeries", "^ac:inSeries"),
    ("?m a ac:Meeting ; ^ac:inSeries ?b", "direction", "^ac:inSeries", "ac:inSeries"),
    (f"{PLAN_B} ac:supersededBy ?i", "direction", "ac:supersededBy", "^ac:supersededBy"),
    ("?b skos:prefLabel 'ASEAN'@en", "property", "skos:prefLabel", "skos:altLabel"),
    ("?m a ac:Meeting ; ac:adoptedOn ?d", "property", "ac:adoptedOn", "ac:startedOn"),
    (f"GRAPH <{GRAPHS}bodies> {{ ?x a ac:Action }}", "other-graph", f"<{GRAPHS}bodies>", "plan-of-action-2021-2025"),
    (f"GRAPH <{GRAPHS}body> {{ ?x a ac:Body }}", "unknown-iri", f"<{GRAPHS}body>", "bodies"),
    ("?b a ac:Body ; skos:prefLabel ?label FILTER(STRLEN(?lable) > 3)", "variable", "?lable", "?label"),
    ("?b skos:prefLabel ?label FILTER(?label = 'Thailand')", "language-tag", "'Thailand'", '"Thailand"@en'),
    ("?b skos:prefLabel ?label FILTER(CONTAINS(?label, 'secret'))", "spelling", "'secret'", '"Secret"'),
    ("?b skos:prefLabel ?label FILTER(LANG(?label) = 'EN')", "language-tag", "'EN'", '"en"'),
    ("?i ac:adoptedEarliest ?d FILTER(?d > '2016')", "datatype", "'2016'", '"2016-01-01"^^xsd:date'),
    ("?i ac:periodEndsOn ?d FILTER(?d = 2025 && BOUND(?i))", "datatype", "2025", '"2025"^^xsd:gYear'),
    ("?x a ?class FILTER(?class IN (ac:Acton))", "unknown-iri", "ac:Acton", "ac:Action"),
    ("VALUES ?n { 'ASEAN' } ?b skos:altLabel ?n", "language-tag", "'ASEAN'", '"ASEAN"@en'),
    ("?b skos:altLabel ?n VALUES ?n { 'asean' }", "spelling", "'asean'", '"ASEAN"@en'),
    ("?x a ac:Action FILTER EXISTS { ?x ac:texts ?t }", "unknown-iri", "ac:texts", "ac:text"),
    ("{ SELECT ?x { ?x ac:texts ?t } } ?x a ac:Action", "unknown-iri", "ac:texts", "ac:text"),
    ("{ ?x a ac:Acton } UNION { ?x ac:texts ?t }", "unknown-iri", "ac:Acton", "ac:Action"),
    ("?p ac:meeting [ a ac:Meeting ; ac:placeName 'jakarta' ]", "spelling", "'jakarta'", '"Jakarta"'),
    ("?a dcterms:isPartOf+/skos:prefLabel 'Political'", "language-tag", "'Political'", '"Political"@en'),
]


@pytest.mark.parametrize(("where", "kind", "excerpt", "suggestion"), MENDED)
def test_one_mistake_is_found_and_mended(tiny, where, kind, excerpt, suggestion):
    text = f"{PROLOGUE}SELECT * WHERE {{\n  {where}\n}}"
    diagnosis = examine(tiny, text)
    assert diagnosis.outcome is Outcome.EXPLAINED
    (found,) = [finding for finding in diagnosis.findings if finding.suggestion]
    assert (found.kind.value, found.excerpt) == (kind, excerpt)
    assert found.suggestion in (suggestion, f"<{GRAPHS}{suggestion}>")
    assert text.splitlines()[found.line - 1].startswith(excerpt, found.column - 1)
    assert found.mended == text.replace(excerpt, found.suggestion)
    assert tiny.query(found.mended, CSV).count(b"\n") > 1


@pytest.mark.parametrize(
    ("where", "suggestion"),
    [
        ("?doctor ac:acronym 'asean'", '"ASEAN"'),
        ("?doctor ac:ordinal '3'", "3"),
        ("?doctor a ac:Meeting ; ac:adoptedOn ?doctor_", "ac:startedOn"),
        ("?doctor a ac:Body FILTER NOT EXISTS { ?doctor a ac:Body }", None),
        ("?x ac:ordinal 77, ?doctor", None),
    ],
)
def test_no_name_of_a_variable_of_the_query_hinders(tiny, where, suggestion):
    text = f"{PROLOGUE}SELECT * WHERE {{ {where} }}"
    told, plain = (examine(tiny, each) for each in (text, text.replace("?doctor", "?other")))
    assert [one.message.replace("?doctor", "?other") for one in told.findings] == [
        one.message for one in plain.findings
    ]
    assert suggestion is None or suggestion in [finding.suggestion for finding in told.findings]


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("http://w3id.org/aseancan/ont#", f"{BASE}ont#"),
        (f"{BASE}ont", f"{BASE}ont#"),
        (f"{BASE}ont/", f"{BASE}ont#"),
    ],
)
def test_a_namespace_is_mended_where_it_is_declared(tiny, wrong, right):
    diagnosis = examine(tiny, f"PREFIX ac: <{wrong}>\nSELECT * {{ ?a a ac:Action ; ac:text ?t }}")
    assert suggested(diagnosis) == [("unknown-iri", f"<{wrong}>", f"<{right}>", True)]


BLOCKED = [
    ("SELECT * { ?a a ac:Action . ?a ac:placeName ?p }", "join", "?a ac:placeName ?p", "before it ?a is <"),
    ("SELECT * { ?a a ac:Action MINUS { ?a ac:text ?t } }", "exclusion", "MINUS { ?a ac:text ?t }", "takes away all"),
    (
        "SELECT * { ?a a ac:Action FILTER NOT EXISTS { ?a ac:text ?t } }",
        "exclusion",
        "FILTER NOT EXISTS { ?a ac:text ?t }",
        "leaves out all",
    ),
    ("SELECT * { ?a ac:ordinal ?n FILTER(?n > 9) }", "filter", "?n > 9", "before it ?n is 1, 2, 3"),
    ("SELECT * { ?a ac:ordinal ?n } VALUES ?n { 9 }", "values", "VALUES ?n { 9 }", "none of these values"),
    ("SELECT * { ?a a ac:Action } OFFSET 5", "slice", "OFFSET 5", "there are rows"),
    ("SELECT * { ?a a ac:Action } LIMIT 0", "slice", "LIMIT 0", "there are rows"),
    (
        "SELECT ?c { ?a a ?c } GROUP BY ?c HAVING(COUNT(?a) > 90)",
        "having",
        "HAVING(COUNT(?a) > 90)",
        "COUNT(?a) is at most 8",
    ),
    (
        "SELECT (COUNT(?a) AS ?n) { ?a a ?c } GROUP BY ?c HAVING(?n > 90)",
        "having",
        "HAVING(?n > 90)",
        "?n is at most 8",
    ),
    (f"SELECT * {{ {PLAN_B} ac:ordinal ?n }}", "pattern", f"{PLAN_B} ac:ordinal ?n", "nothing matches"),
    ("ASK { ?a ac:ordinal 77 }", "pattern", "?a ac:ordinal 77", "values there are 1, 2, 3"),
    ("CONSTRUCT { ?a a ac:X } WHERE { ?a ac:ordinal 77 }", "pattern", "?a ac:ordinal 77", "nothing matches"),
    ("CONSTRUCT WHERE { ?a ac:ordinal 77 }", "pattern", "?a ac:ordinal 77", "nothing matches"),
    ("DESCRIBE ?a { ?a ac:ordinal 77 }", "pattern", "?a ac:ordinal 77", "nothing matches"),
    ("SELECT (COUNT(*) AS ?n) { ?a ac:ordinal 77 }", "pattern", "?a ac:ordinal 77", "nothing matches"),
    (f"DESCRIBE <{BASE}id/body/none-such>", "unknown-iri", f"<{BASE}id/body/none-such>", "does not know"),
]


@pytest.mark.parametrize(("query", "kind", "excerpt", "message"), BLOCKED)
def test_the_first_element_that_leaves_nothing_is_named(tiny, query, kind, excerpt, message):
    diagnosis = examine(tiny, PROLOGUE + query)
    assert diagnosis.outcome is Outcome.EXPLAINED
    first = diagnosis.findings[0]
    assert (first.kind.value, first.excerpt, first.line) == (kind, excerpt, 6)
    assert message in first.message


def test_every_kind_of_finding_is_shown_by_a_case():
    shown = {kind for _, kind, *_ in (*MENDED, *BLOCKED)}
    assert shown == {kind.value for kind in FindingKind}


def test_patterns_without_a_match_come_before_joins_and_all_are_named(tiny):
    query = "SELECT * { ?a a ac:Action ; ac:placeName ?p ; ac:txt ?t ; skos:prefLabel 'x' }"
    found = examine(tiny, PROLOGUE + query)
    assert blockers(found) == [("pattern", "ac:txt ?t"), ("pattern", "skos:prefLabel 'x'")]
    assert suggested(found) == [("unknown-iri", "ac:txt", "ac:text", False)]


def test_a_property_of_other_things_is_told_with_its_classes_and_what_there_is_instead(tiny):
    found = examine(tiny, f"{PROLOGUE}SELECT * {{ ?m a ac:Meeting ; ac:capacity ?c }}")
    (message,) = [finding.message for finding in found.findings if finding.kind is FindingKind.PROPERTY]
    assert "as a property of ac:Participation, but not here; here are " in message
    assert "ac:placeName" in message


def test_a_thing_is_found_by_the_words_of_its_label(tiny):
    wrong = f"<{BASE}id/organisation/Association_of_Southeast_Asian_Nations>"
    found = suggested(examine(tiny, f"{PROLOGUE}SELECT * {{ {wrong} ac:acronym ?a }}"))
    assert found == [("unknown-iri", wrong, f"<{BASE}id/body/asean>", True)]


def test_elements_match_alone_but_in_no_one_graph(tiny):
    query = f"SELECT * {{ GRAPH ?g {{ ?m ac:inSeries {JCC} . {JCC} skos:prefLabel ?l }} }}"
    found = [each for each in examine(tiny, PROLOGUE + query).findings if each.kind is FindingKind.OTHER_GRAPH]
    assert [f"<{GRAPHS}bodies>" in finding.message for finding in found] == [True]


@pytest.mark.parametrize(
    ("query", "excerpt", "suggestion"),
    [
        ("SELECT * FROM <{}bodies> {{ ?x a ac:Action }}", "bodies", "plan-of-action-2021-2025"),
        ("SELECT * FROM <{}body> {{ ?x a ac:Body }}", "body", "bodies"),
        ("SELECT * FROM NAMED <{}body> {{ GRAPH ?g {{ ?x a ac:Body }} }}", "body", "bodies"),
    ],
)
def test_a_graph_of_the_dataset_clause_is_mended(tiny, query, excerpt, suggestion):
    found = suggested(examine(tiny, PROLOGUE + query.format(GRAPHS)))
    assert [each[1:] for each in found] == [(f"<{GRAPHS}{excerpt}>", f"<{GRAPHS}{suggestion}>", True)]


def test_graphs_of_the_request_are_honoured_and_named(tiny):
    query = f"{PROLOGUE}SELECT * FROM <{GRAPHS}plan-of-action-2021-2025> {{ ?x a ac:Action }}"
    assert examine(tiny, query).outcome is Outcome.NOT_EMPTY
    (_, elsewhere) = examine(tiny, query, [f"{GRAPHS}bodies"]).findings
    assert elsewhere.kind is FindingKind.OTHER_GRAPH
    assert f"{GRAPHS}plan-of-action-2021-2025" in elsewhere.message
    (unknown,) = examine(tiny, query, [], [f"{GRAPHS}bodys"]).findings
    assert (unknown.kind, unknown.line, unknown.excerpt) == (FindingKind.UNKNOWN_IRI, None, None)
    assert f"did you mean <{GRAPHS}bodies>?" in unknown.message
    with pytest.raises(InputError, match="must be an IRI"):
        examine(tiny, query, ["not an iri"])


def test_triples_in_named_graphs_are_found_for_a_default_graph_without_them():
    apart = EmbeddedStore.from_files([TINY], union_default_graph=False)
    found = examine(apart, f"{PROLOGUE}SELECT * {{ ?x a ac:Action }}")
    assert [finding.kind.value for finding in found.findings] == ["pattern", "other-graph"]
    (named,) = suggested(examine(apart, f"{PROLOGUE}SELECT * {{ GRAPH ?g {{ ?x a ac:Acton }} }}"))
    assert named == ("unknown-iri", "ac:Acton", "ac:Action", True)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT (COUNT(?acton) AS ?n) { ?action a ac:Action }",
        "CONSTRUCT { ?acton a ac:Y } WHERE { ?action a ac:Action }",
    ],
)
def test_a_variable_of_the_head_that_nothing_binds(tiny, query):
    assert suggested(examine(tiny, PROLOGUE + query)) == [("variable", "?acton", "?action", True)]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?a a ac:Action }",
        "SELECT (COUNT(*) AS ?n) { ?a a ac:Action }",
        "ASK { ?a a ac:Action . OPTIONAL { ?a ac:nothing ?x } }",
        "DESCRIBE ?a { ?a a ac:Action }",
        "SELECT * { ?a a ac:Action FILTER(1 = 1 || ?a = 2) { SELECT (COUNT(?x) AS ?n) { ?x ac:nothing ?y } } }",
        "SELECT * { ?a ac:ordinal +1, ?n ; ; a ac:Action, ?c . [] ac:ordinal 1 . [ ac:ordinal ?m ] ac:text ?t . }",
        "SELECT * { ?a (ac:nothing|^ac:nothing)* ?b ; !(ac:text|^a) ?d . ?b ac:ordinal ?n }",
    ],
)
def test_a_query_that_finds_something_needs_no_doctor(tiny, query):
    diagnosis = examine(tiny, PROLOGUE + query)
    assert (diagnosis.outcome, diagnosis.findings) == (Outcome.NOT_EMPTY, ())


def test_what_is_no_query_is_refused_as_everywhere(tiny):
    with pytest.raises(SyntaxProblem) as problem:
        examine(tiny, "SELECT *\nWHERE { ?s ?p }")
    assert (problem.value.place.line, problem.value.place.column) == (2, 16)
    with pytest.raises(SyntaxProblem, match="prefix ac: is not declared"):
        examine(tiny, "SELECT * { ?s a ac:Action FILTER( }")
    with pytest.raises(Forbidden, match="read-only"):
        examine(tiny, "DELETE WHERE { ?s ?p ?o }")
    with pytest.raises(Forbidden, match="SERVICE"):
        examine(tiny, "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }")


def test_syntax_that_is_not_read_is_said_to_be_unexplained(tiny):
    diagnosis = examine(tiny, "SELECT * { <<( ?s ?p ?o )>> ?q ?r }")
    assert diagnosis.outcome is Outcome.UNEXPLAINED
    assert "could not be told" in diagnosis.as_text()


def test_time_that_runs_out_is_said(tiny):
    diagnosis = examine(tiny, f"{PROLOGUE}SELECT * {{ ?a a ac:Acton }}", deadline=time.monotonic())
    assert diagnosis.outcome is Outcome.OUT_OF_TIME
    assert diagnosis.as_text() == "Time ran out before the query was wholly examined.\n"


def test_a_diagnosis_is_written_for_people_and_programs(tiny):
    query = f"{PROLOGUE}SELECT * {{\n  ?a a ac:Acton\n}}\n"
    diagnosis = examine(tiny, query)
    assert diagnosis.as_text() == (
        "The query finds nothing.\n"
        "  line 7, column 3: nothing matches ?a a ac:Acton.\n"
        "  line 7, column 8: nothing is of the class ac:Acton; did you mean ac:Action?\n"
        f"So mended, it finds something:\n\n{query.replace('Acton', 'Action')}"
    )
    document = json.loads(json.dumps(diagnosis.as_json()))
    assert document["outcome"] == "explained"
    assert document["findings"][1] == {
        "kind": "unknown-iri",
        "message": "nothing is of the class ac:Acton; did you mean ac:Action?",
        "line": 7,
        "column": 8,
        "excerpt": "ac:Acton",
        "suggestion": "ac:Action",
        "mended": query.replace("Acton", "Action"),
    }


@pytest.mark.parametrize(
    ("where", "excerpt", "suggestion"),
    [
        ("?a a ac:Action ; ac:mention ?x", "ac:mention", "ac:mentions"),
        ("?a a ac:Actions ; ac:text ?x", "ac:Actions", "ac:Action"),
        ("?a ac:mentions <{}id/body/asaen>", "<{}id/body/asaen>", "<{}id/body/asean>"),
        ("?a ac:mentions <{}id/bodies/asean-secretariat>", "<{}id/bodies/asean-secretariat>", None),
        ("?b a ac:Body ; skos:altLabel 'ASEAN'", "'ASEAN'", '"ASEAN"@en'),
        ("?a a ac:Action ; skos:notation '1.2.6'@en", "'1.2.6'@en", '"1.2.6"'),
        ("?x a ac:Body ; ac:mentions ?a . ?a a ac:Action", "ac:mentions", "^ac:mentions"),
        ("?x a ac:Action ; <http://www.w3.org/2000/01/rdf-schema#label> ?l", None, "skos:prefLabel"),
        ("?i ac:adoptedEarliest ?d FILTER(?d >= '2020' && ?d < '2021')", None, None),
        ("GRAPH <{}graph/bodies> {{ ?x a ac:Action }}", "<{}graph/bodies>", "<{}graph/plan-of-action-2021-2025>"),
        ("?a ac:leadVerb/skos:notation 'Promote'", "'Promote'", '"promote"'),
    ],
)
def test_mistakes_of_researchers_with_the_real_dataset(served, where, excerpt, suggestion):
    started = time.monotonic()
    diagnosis = examine(served, f"{PROLOGUE}SELECT * {{ {where.format(BASE)} }}", deadline=time.monotonic() + 20)
    assert diagnosis.outcome is Outcome.EXPLAINED
    assert time.monotonic() - started < 10
    if suggestion:
        mended = [finding for finding in diagnosis.findings if finding.mended]
        assert [finding.suggestion for finding in mended] == [suggestion.format(BASE)]
        assert excerpt is None or mended[0].excerpt == excerpt.format(BASE)


def test_a_store_too_large_to_search_for_near_names_in_time_is_not_searched(served):
    diagnosis = examine(served, f"{PROLOGUE}SELECT * {{ ?a a ac:Acton }}", deadline=time.monotonic() + 0.1)
    assert diagnosis.outcome is Outcome.OUT_OF_TIME
    assert suggested(diagnosis) == []


def test_the_shipped_queries_are_read_and_found_to_find_something(served):
    empty = {
        name
        for name, query in CATALOGUE.items()
        if examine(served, query.bind({}), deadline=time.monotonic() + 60).findings
    }
    assert empty == {"facts-on-one-unreviewed-mention"}


@given(st.data())
@hypothesis_settings(max_examples=200, deadline=None)
def test_whatever_is_left_out_of_a_query_the_doctor_ends_in_time_and_in_words(tiny, data):
    query = CATALOGUE[data.draw(st.sampled_from(sorted(CATALOGUE)))]
    text = query.bind({parameter.name: parameter.default or "x" for parameter in query.parameters})
    found = list(syntax.tokens(text))
    left_out = data.draw(st.sets(st.integers(0, len(found) - 1), max_size=4))
    for _, token, start in (found[number] for number in sorted(left_out, reverse=True)):
        text = text[:start] + text[start + len(token) :]
    started = time.monotonic()
    try:
        diagnosis = examine(tiny, text)
    except Error:
        return
    assert time.monotonic() - started < 2 + 8  # one question may be slow on a machine that is busy
    assert json.dumps(diagnosis.as_json())
    assert diagnosis.as_text()
