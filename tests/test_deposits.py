"""Answers as lines that can be compared, and the file in which they are kept."""

import os
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from aseancan_kg import deposits, syntax
from aseancan_kg.errors import BudgetSpent, InputError, NotFound
from aseancan_kg.mediatypes import TSV
from aseancan_kg.store.embedded import EmbeddedStore

ANSWERED = [
    ("SELECT (BNODE() AS ?b) ('x' AS ?l) {}", ("?b\t?l", '_:b\t"x"')),
    ("SELECT ('x _:p1'@en AS ?l) {}", ("?l", '"x _:p1"@en')),
    ("SELECT ('\\t_:p1 \" _:p2' AS ?l) {}", ("?l", '"\\t_:p1 \\" _:p2"')),
    ("SELECT (<<( <urn:_:a> <urn:p> '_:o' )>> AS ?t) {}", ("?t", '<<( <urn:_:a> <urn:p> "_:o" )>>')),
    ("SELECT ?t { BIND(BNODE() AS ?b) BIND(<<( ?b <urn:p> ?b )>> AS ?t) }", ("?t", "<<( _:b <urn:p> _:b )>>")),
    ("CONSTRUCT { [] <urn:p> '_:x', 'a' } {}", ('_:b <urn:p> "_:x" .', '_:b <urn:p> "a" .')),
    ("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }", ()),
    ("SELECT ?n { VALUES ?n { 2 10 1 } }", ("?n", "1", "10", "2")),
    ("SELECT ?n { VALUES ?n { 2 10 1 } } ORDER BY ?n", ("?n", "1", "2", "10")),
    ("SELECT ?n { { SELECT ?n { VALUES ?n { 2 10 1 } } ORDER BY ?n } }", ("?n", "1", "10", "2")),
    ("SELECT ?order { VALUES ?order { 2 10 1 } } # ORDER BY ?n", ("?order", "1", "10", "2")),
    ("ASK {}", ("true",)),
]


@pytest.mark.parametrize(("text", "lines"), ANSWERED)
def test_an_answer_becomes_lines(text, lines):
    question = syntax.question(text)
    store = EmbeddedStore([], version="1", union_default_graph=True)
    body = store.query(text, deposits.answer_format(question.form))
    assert deposits.lines(body, question) == lines


def test_lines_may_end_as_on_the_wire():
    assert deposits.lines(b"?n\r\n1\r\n\r\n", syntax.question("SELECT ?n {}")) == ("?n", "", "1")
    assert deposits.answer_format("select") is TSV


def test_an_id_never_leads_to_another_query(tmp_path):
    kept = deposits.Deposits(tmp_path / "deposits.sqlite", megabytes=1, megabytes_per_client=1)
    one, other = (deposits.make(syntax.question(text), "1", ("true",), None) for text in ("ASK {}", "ASK { ?s ?p ?o }"))
    assert kept.put(one, "192.0.2.1") == one
    assert kept.put(replace(one, query="ASK  {} # the same"), "192.0.2.1") == one
    with pytest.raises(InputError, match="another query is deposited"):
        kept.put(replace(other, id=one.id), "192.0.2.1")


def test_a_client_fills_its_own_share_of_a_day_only(tmp_path):
    kept = deposits.Deposits(tmp_path / "deposits.sqlite", megabytes=9, megabytes_per_client=1)
    incompressible = os.urandom(900_000).hex()[:900_000]
    first, second, small = (
        deposits.make(syntax.question(text), "1", (line,), None)
        for text, line in (
            ("ASK {}", incompressible),
            ("ASK { ?a ?b ?c }", incompressible * 2),
            ("ASK { ?x a ?c }", "true"),
        )
    )
    assert kept.put(first, "192.0.2.1") == first
    with pytest.raises(BudgetSpent) as spent:
        kept.put(second, "192.0.2.1")
    assert 0 < spent.value.retry_after <= 24 * 60 * 60
    with pytest.raises(NotFound):
        kept.get(second.id)
    assert kept.put(first, "192.0.2.1") == first
    assert kept.put(small, "192.0.2.1") == small
    assert kept.put(second, "192.0.2.2") == second


def test_a_share_is_counted_over_restarts_until_the_next_day(tmp_path):
    file = tmp_path / "deposits.sqlite"
    incompressible = os.urandom(800_000).hex()
    one, other = (
        deposits.make(syntax.question(text), "1", (incompressible,), None) for text in ("ASK {}", "ASK { ?a ?b ?c }")
    )
    deposits.Deposits(file, megabytes=9, megabytes_per_client=1).put(one, "192.0.2.1")
    again = deposits.Deposits(file, megabytes=9, megabytes_per_client=1)
    with pytest.raises(BudgetSpent):
        again.put(other, "192.0.2.1")
    with closing(sqlite3.connect(file)) as connection, connection:
        assert connection.execute("SELECT client FROM share").fetchall() == [("192.0.2.1",)]
        connection.execute("UPDATE share SET day = '2026-01-01'")
    again.put(other, "192.0.2.2")
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT client FROM share").fetchall() == [("192.0.2.2",)]
