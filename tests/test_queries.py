"""The query catalogue."""

import csv
import io
import re
from pathlib import Path

import pytest

from aseancan_kg import settings
from aseancan_kg.errors import InputError, NotFound
from aseancan_kg.mediatypes import CSV
from aseancan_kg.queries import AUDIENCES, SUBJECTS, catalogue, load
from aseancan_kg.store.embedded import EmbeddedStore

TINY = Path(__file__).parent / "web" / "tiny.trig"
PLAN_B = {"plan": "instrument/plan-b"}


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("action", PLAN_B | {"number": "1.2.6"}),
        ("actions-by-section", PLAN_B),
        ("actions-per-chapter", PLAN_B),
        ("supersession", {"instrument": "instrument/plan-a"}),
        ("sources", {"thing": "instrument/plan-b"}),
        ("meetings", {"series": "body/jcc"}),
        ("participations", {"meeting": "meeting/jcc-1"}),
        *((name, {}) for name in ("bodies-by-kind", "classes", "graphs", "instruments-and-bodies", "members", "names")),
        *((name, {}) for name in ("instruments-by-kind", "instruments-by-period", "rival-values")),
    ],
)
def test_a_query_on_the_registers_or_the_text_answers_over_the_terms_of_the_contract(name, values):
    assert answer(name, **values)


SHIPPED = sorted(path.stem for path in (settings.resources() / "queries").glob("*.rq"))
ANSWERS = Path(__file__).parent / "queries"
NOTHING_TO_FIND = {"facts-on-one-unreviewed-mention"}
"""Queries for what should not be there."""


def test_every_shipped_query_says_what_it_answers_and_whom_it_serves():
    found = catalogue()
    assert sorted(found) == SHIPPED
    assert [name for name, query in found.items() if not (query.title and query.description.endswith("."))] == []
    assert [name for name, query in found.items() if query.audience not in AUDIENCES] == []
    assert [name for name, query in found.items() if query.subject not in SUBJECTS] == []


def test_each_competency_question_is_answered_by_one_query():
    assert sorted(query.question for query in catalogue().values() if query.question) == list(range(1, 41))


def rows(table):
    """Return the rows of a CSV table, whatever its line ends are."""
    return list(csv.reader(io.StringIO(table.decode(), newline="")))


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_query_answers_what_is_written_down_for_it(served, name):
    """`aseancan-kg query NAME --format csv` writes it down anew, after `aseancan-kg build`."""
    found = rows(served.query(load(name).bind({}), CSV))
    assert found == rows((ANSWERS / f"{name}.csv").read_bytes())
    assert (len(found) > 1) is (name not in NOTHING_TO_FIND)


def test_every_answer_written_down_belongs_to_a_query():
    assert {path.stem for path in ANSWERS.iterdir()} <= set(SHIPPED)


def answer(query, **values):
    store = EmbeddedStore.from_files([TINY], union_default_graph=True)
    return store.query(load(query).bind(values), CSV).decode().splitlines()[1:]


def test_members_at_a_date():
    assert [row.split(",")[1] for row in answer("members", date="2025-10-25")] == ["Thailand"]
    assert [row.split(",")[1] for row in answer("members", date="2025-10-26")] == ["Thailand", "Timor-Leste"]


def test_actions_come_in_the_order_of_the_text_and_are_counted_by_chapter():
    assert [row.split(",")[2] for row in answer("actions-by-section", **PLAN_B)] == ["1.2.6", "1.2.10", "5.1.1"]
    assert answer("actions-per-chapter", **PLAN_B) == ["1,Political,2", "5,Narrowing the gap,1"]


def test_an_instrument_that_covers_a_day():
    assert [row.split(",")[0][-6:] for row in answer("instruments-by-period", date="2018-05-01")] == ["plan-a"]
    assert answer("instruments-by-period", date="2015-12-31") == []


def test_the_supersession_chain_is_the_same_from_either_end():
    chain = answer("supersession", instrument="instrument/plan-a")
    assert len(chain) == 2
    assert chain == answer("supersession", instrument="https://w3id.org/aseancan/id/instrument/plan-b")


HOSTILE = "x' } UNION { ?s ?p ?o } # \" \\ \n <http://e/> ?number"


def test_a_value_cannot_change_the_shape_of_a_query():
    assert answer("action", number=HOSTILE, **PLAN_B) == []
    assert answer("names", name=HOSTILE) == []
    assert answer("names", name="aSeAn")


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("members", {"date": "2025-13-01"}, "'2025-13-01' is no date for parameter 'date'. Give a date as YYYY-MM-DD"),
        ("members", {"day": "2025-01-01"}, "has no parameter 'day'. It has: date, organisation"),
        ("sources", {"thing": "not an iri"}, "is no iri for parameter 'thing'"),
        ("sources", {"thing": "http://e/> ?p ?o"}, "is no iri for parameter 'thing'"),
    ],
)
def test_a_bad_value_is_refused(name, values, message):
    with pytest.raises(InputError) as refusal:
        load(name).bind(values)
    assert message in str(refusal.value)


def test_an_unknown_query_is_refused_with_the_nearest_name():
    with pytest.raises(NotFound, match="Did you mean 'members'"):
        load("membrs")


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("ASK {}", 1, "no title"),
        ("# title: T\n# description: D.\n# author: me\nASK {}", 3, "unexpected header line 'author'"),
        ("# title: T\n# description: D.\n# param: x number 1\nASK {}", 3, "'x number 1' is no parameter"),
        ("# title: T\n# param: x integer many\n# description: D.\nASK {}", None, "'many' is no integer"),
        ("# title: T\n# description: D.\n# audience: everybody\nASK {}", 3, "unexpected header line 'audience'"),
        ("# title: T\n# description: D.\n# question: 0\nASK {}", 3, "unexpected header line 'question'"),
        ("# title: T\n# title: T\n# description: D.\nASK {}", 2, "unexpected header line 'title'"),
        ("# title: T\n# description: D.\n# subject: all\nASK {}", 3, "unexpected header line 'subject'"),
        ("# title: T\n# description: D.\n# values: x ?s ?p ?x\nASK {}", 3, "unexpected header line 'values'"),
        ("# title: T\n# audience: librarian\nASK {}", 1, "no title or no description"),
    ],
)
def test_a_bad_header_is_refused_with_its_line(tmp_path, text, line, message):
    (tmp_path / "q.rq").write_text(text)
    with pytest.raises(InputError, match=message) as refusal:
        catalogue(tmp_path)
    if line:
        assert refusal.value.place.line == line


def test_a_header_tells_whom_a_query_serves_and_which_question_it_answers(tmp_path):
    header = "# title: T\n# description: D.\n"
    (tmp_path / "bare.rq").write_text(header + "ASK {}")
    (tmp_path / "full.rq").write_text(header + "# audience: librarian\n# subject: instruments\n# question: 17\nASK {}")
    bare, full = catalogue(tmp_path).values()
    assert (bare.audience, bare.subject, bare.question) == (None, None, None)
    assert (full.audience, full.subject, full.question) == ("librarian", "instruments", 17)


def test_an_integer_binds_as_a_number_and_a_missing_one_is_asked_for(tmp_path):
    (tmp_path / "q.rq").write_text("# title: T\n# description: D.\n# param: n integer\nASK { FILTER($n + 1 = 4) }")
    query = load("q", tmp_path)
    store = EmbeddedStore([], version="", union_default_graph=False)
    assert b"true" in store.query(query.bind({"n": "3"}), CSV)
    with pytest.raises(InputError, match="needs the parameter 'n'"):
        query.bind({})


def test_an_unreadable_query_is_refused(tmp_path):
    (tmp_path / "q.rq").write_bytes(b"# title: \xff")
    with pytest.raises(InputError, match="cannot be read"):
        catalogue(tmp_path)


@pytest.mark.parametrize("name", ["table-of-clauses", "table-of-actions"])
def test_every_column_of_a_table_is_explained(name: str) -> None:
    docs = (settings.resources() / "docs" / "codings.md").read_text(encoding="utf-8")
    table = docs.partition(f"| column of `{name}` |")[2].partition("\n\n")[0]
    cells = [line.split("|")[1] for line in table.splitlines()[2:]]
    explained = [column for cell in cells for column in re.findall(r"`(\w+)`", cell)]
    header = (Path(__file__).parent / "queries" / f"{name}.csv").read_text(encoding="utf-8").partition("\n")[0]
    assert sorted(explained) == sorted(header.strip().split(","))
