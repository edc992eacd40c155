"""What the tokens of a query tell."""

import contextlib
import time

import pytest

from aseancan_kg.errors import SyntaxProblem
from aseancan_kg.syntax import form, outline

LONGEST = 64 * 1024
"""Bytes that the body of a request may have."""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT * {}", "select"),
        ("# ASK\nprefix construct: <http://e/#select> BASE <http://e/>\nAsk {}", "ask"),
        ("CONSTRUCT WHERE { ?s ?p 'SELECT' }", "construct"),
        ("DESCRIBE <http://e/x>", "describe"),
        ('VERSION "1.2" PREFIX : <http://e/> select ?x { ?x :describe 1 }', "select"),
        ("PREFIX a: <http://e/> DELETE WHERE { ?s ?p ?o }", "update"),
        ("LOAD <http://e/>", "update"),
        ("WITH <http://e/> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }", "update"),
    ],
)
def test_the_form_is_the_first_keyword_after_the_prologue(text, expected):
    assert form(text) == expected


@pytest.mark.parametrize(("text", "line", "column"), [("\n  FETCH ?x", 2, 3), ("# only a comment", 1, 17), ("", 1, 1)])
def test_what_begins_no_query_is_refused_with_its_place(text, line, column):
    with pytest.raises(SyntaxProblem) as problem:
        form(text)
    assert (problem.value.place.line, problem.value.place.column) == (line, column)


@pytest.mark.parametrize(
    "text",
    [
        "ASK { SERVICE <http://e/> { ?s ?p ?o } }",
        "ASK { service silent ?x { ?s ?p ?o } }",
        "ASK { OPTIONAL { ?s ?p 1 }SERVICESILENT<http://e/>{ ?s ?p ?o } }",
        "ASK { ?s ?p trueSERVICE <http://e/> {} }",
        "ASK { ?s ?p 1.SERVICE <http://e/> {} }",
        "PREFIX : <http://e/> ASK { SERVICE:x { ?s ?p ?o } }",
        "ASK { #comment\rSERVICE <http://e/> {} \n }",
        'ASK { FILTER(1<#> """\n 2) SERVICE <http://e/> { ?s ?p ?o } #"""\n}',
        "ASK { FILTER(1<'>\"'||1) SERVICE <http://e/> { ?s ?p ?o } #\"\n}",
    ],
)
def test_a_call_of_another_server_is_seen_however_it_is_spelt(text):
    assert outline(text).calls_service


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?service { ?service <http://e/SERVICE#x> 'SERVICE' } # SERVICE",
        'PREFIX e: <http://e/#> SELECT $SERVICE { $SERVICE e:SERVICE """a "SERVICE" \\""""@en }',
        "SELECT ?x { ?x <#p> ?y FILTER(?x<?y) }",
        "SELECT ?x { ?x ?p _:SERVICE }",
    ],
)
def test_the_word_service_elsewhere_is_harmless(text):
    assert not outline(text).calls_service


@pytest.mark.parametrize(
    "text",
    [
        'ASK { VALUES ?x { """a" } SERVICE <http://e/> {} }',
        "ASK { ?s ?p true.SERVICE <http://e/> {} }",
        r"PREFIX a: <http://e/> ASK { ?s ?p a:b\.c SERVICE <http://e/> {} }",
        r"PREFIX a: <http://e/> ASK { ?s ?p a:字\.c SERVICE <http://e/> {} }",
        r"PREFIX a: <http://e/> ASK { ?s ?p a:·\.c SERVICE <http://e/> {} }",
    ],
)
def test_a_call_is_seen_behind_what_looks_like_another_token(text):
    assert outline(text).calls_service


def test_words_that_a_mark_joins_are_told_apart():
    told = outline("ASK { ?s ?p true.OPTIONAL { ?s ?p 1 } FILTER(true-NOW()) }")
    assert (told.chain, told.volatile) == (3, True)


def test_a_backslash_where_none_can_stand_is_refused_with_its_place():
    with pytest.raises(SyntaxProblem, match="a backslash") as problem:
        outline("ASK {\n \\u0053ERVICE <http://e/> {} }")
    assert (problem.value.place.line, problem.value.place.column) == (2, 2)


REPEATED = [
    *(
        "a-",
        "a.",
        "a:",
        "a:.",
        "_a-",
        "1",
        ".",
        "1.",
        "1e+",
        "1a-",
        "-",
        "?",
        "?a-",
        "@a-",
        "#\n",
        " ",
        "(",
        "{}",
        "%",
        "\0",
    ),
    *('"', "'", '"""', "'''", '""a', "'a", "\"'", r"\"", r"\'", r'\"""a"', r"\'''a'", r"a:\"", r'" a:\"', "\\", "\\\n"),
    *("<", "<a", "<#", "<'", r"<\'", "<#>service", "</#>", "\u0301", "\u00b7.", "é-"),
]
BEGUN = [
    *(("@a", "-"), ("a:", "."), ("a:", "a."), ("a:", r"\."), ("a:", "a\\"), ("<", "a/"), ("<", "/#")),
    *(('"', r"\""), ('"""', r"\""), ('"""', '""a'), ("'''", "''a")),
]


@pytest.mark.parametrize(("beginning", "repeated"), [*(("", one) for one in REPEATED), *BEGUN], ids=ascii)
def test_no_text_holds_the_service_up(beginning, repeated):
    """Texts are outlined where all requests pass, so the time must not grow faster than the text.

    Four times the longest text accepted takes a fifth of a second; were each piece of it to read all that follows, it
    would take ten seconds and more.
    """
    size = 4 * LONGEST
    since = time.thread_time()
    with contextlib.suppress(SyntaxProblem):
        outline(f"SELECT * {beginning}{repeated * size}"[:size])
    assert time.thread_time() - since < 2


def test_depth_counts_open_brackets_outside_strings():
    assert outline("ASK { FILTER((1) = ('((((')) [] ?p ?o }").depth == 3
