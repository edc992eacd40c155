"""One edition with all that is read from it, and what does not fit it."""

import pytest

from aseancan_kg.build import editions, names
from aseancan_kg.build.editions import Edition
from aseancan_kg.build.registers import Registers
from aseancan_kg.build.sources import Source
from aseancan_kg.errors import InvalidData, InvalidTables
from aseancan_kg.namespaces import concept, thing

EDITION = "plan-of-action-2021-2025"
TEXT = """\
Plan of Action 2021-2025
Adopted on 10 September 2020

1. Trade
1.1. Goods
1.1.1. Continue to support the Bank, and explore a joint fund;
"""
METADATA = {"instrument": "plan", "about": "", "date_of": "adoption", "date": "2020-09-10", "code_points": len(TEXT)}
PLAN = Source(EDITION, METADATA, TEXT)
NEWS = Source("news", METADATA | {"instrument": "", "code_points": 20}, None)
INSTRUMENT = {"slug": "plan", "title": "Plan of Action 2021-2025", "short_title": "The Plan", "kind": "plan"}
CLAUSE = {"clause": "1.1.1/1", "text": "Continue to support the Bank", "verb": "support", "continuity": "continuing"}
TABLES = {
    "instruments": [INSTRUMENT | {"adopted": "2020-09-10"}],
    "bodies": [{"slug": "bank", "name": "The Bank", "acronym": "Bank", "kind": "bank"}],
    "concepts": [
        {"scheme": "verb", "code": "backing", "label": "Backing", "definition": "A family of verbs."},
        {"scheme": "verb", "code": "support", "label": "Support", "definition": "A verb.", "broader": "backing"},
    ],
    "clauses": [CLAUSE],
    "topics": [{"action": "1.1.1", "topic": "banking", "basis": "named", "rationale": "The Bank is named."}],
}


def edit(tables: Registers, *documents: Source) -> list[Edition]:
    return editions.read(documents, tables, names.names(tables), frozenset())


def test_a_plan_is_read_with_what_rules_and_readers_make_of_it(read) -> None:
    (edition,) = edit(read(TABLES), PLAN)
    assert (edition.whole, edition.short_title) == (thing("instrument", "plan"), "The Plan")
    assert list(edition.passages) == ["title", "section/1", "section/1.1", "action/1.1.1"]
    assert [(one.quote, one.entity, one.status) for one in edition.mentions] == [
        ("Plan of Action 2021-2025", "instrument/plan", "unreviewed"),
        ("Bank", "body/bank", "unreviewed"),
    ]
    assert [one.text for one in edition.clauses] == ["Continue to support the Bank"]
    assert {(one.coder, one.scheme, one.value) for one in edition.codings} >= {
        ("first-reading", "verb", concept("verb", "support")),
        ("first-reading", "topic", concept("topic", "banking")),
        ("rules", "verb", concept("verb", "support")),
    }


def test_families_of_verbs_are_no_verbs(read) -> None:
    assert editions.verbs(read(TABLES)) == ["support"]


def test_plans_come_before_what_speaks_of_them(read) -> None:
    plan, news = edit(read(TABLES), NEWS, PLAN)
    assert (plan.source.slug, news.source.slug) == (EDITION, "news")
    assert (news.plan, news.passages, news.whole) == (None, {}, "")


def test_what_a_statement_takes_up_is_looked_for_in_the_plan_that_the_edition_is_about(read) -> None:
    statement = {"statement": "statement/s1", "target": "action/1.1.1", "match": "full", "basis": "named"}
    tables = read(TABLES | {"reaffirmations": [statement | {"rationale": "The same words."}]})
    own, other = dict(tables.codings[EDITION]), {}
    other["reaffirmations"] = own.pop("reaffirmations")
    tables = Registers(tables.rows, {EDITION: own, "news": other})
    _, news = edit(tables, PLAN, Source("news", NEWS.metadata | {"about": "plan"}, None))
    assert news.whole == thing("instrument", "plan")
    assert [one.value for one in news.codings] == [thing("instrument", "plan") + "/action/1.1.1"]
    with pytest.raises(InvalidData, match="“about” names no plan whose text is held") as caught:
        edit(tables, PLAN, Source("news", NEWS.metadata | {"about": "another-plan"}, None))
    assert str(caught.value).startswith("data/sources/news.toml")


@pytest.mark.parametrize(
    ("changes", "metadata", "text", "message"),
    [
        ({"slug": "another"}, {}, TEXT, "its instrument “plan” is in no register. Add it to instruments.csv"),
        ({"title": "The Plan"}, {}, TEXT, "the text gives another title"),
        ({"adopted": "2020-09"}, {}, TEXT, "the text gives another adopted"),
        ({}, {"date": "2020-09-11"}, TEXT, "the text was adopted 2020-09-10, its description says otherwise"),
        ({}, {}, TEXT + "\n17\n", "line 8: “17” has no place in the plan. Run `aseancan-kg ingest`"),
    ],
)
def test_a_plan_that_does_not_fit_its_register_row_or_description_is_refused(
    read, changes: dict[str, str], metadata: dict[str, str], text: str, message: str
) -> None:
    tables = read(TABLES | {"instruments": [TABLES["instruments"][0] | changes]})
    with pytest.raises(InvalidData) as caught:
        edit(tables, Source(EDITION, METADATA | metadata, text))
    assert str(caught.value).startswith(f"data/sources/{EDITION}.txt")
    assert message in str(caught.value)


def test_a_table_that_nobody_would_read_is_refused(read) -> None:
    row = {"statement": "statement/s1", "match": "none", "rationale": "Nothing in it."}
    with pytest.raises(InvalidTables, match=r"reaffirmations\.csv: an edition like .* has no such table\. It can have"):
        edit(read(TABLES | {"reaffirmations": [row]}), PLAN)


def test_a_plan_that_gives_no_day_of_adoption_is_read(read) -> None:
    tables = read(TABLES | {"instruments": [INSTRUMENT]})
    (edition,) = edit(
        tables,
        Source(EDITION, METADATA | {"date_of": "", "date": ""}, TEXT.replace("Adopted on 10 September 2020\n", "")),
    )
    assert edition.plan.adopted is None


@pytest.mark.parametrize(
    ("changes", "column", "message"),
    [
        ({"end": "99"}, "end", "the passage does not lie in its edition. Count code points; the edition has 20"),
        ({"start": "9", "end": "9"}, "end", "the passage does not lie in its edition"),
        ({"quotation": "agreed"}, "quotation", "these words are not in the passage. Copy a few words"),
    ],
)
def test_a_statement_that_its_edition_does_not_make_is_named_by_file_row_and_column(
    read, changes: dict[str, str], column: str, message: str
) -> None:
    said = {
        "slug": "s1",
        "edition": "source/news",
        "start": "0",
        "end": "9",
        "quotation": "They met",
        "gist": "A meeting.",
    }
    tables = read(TABLES | {"statements": [said | changes]})
    with pytest.raises(InvalidTables, match=rf"statements\.csv, row 2, column {column}: {message}"):
        edit(tables, PLAN, Source("news", NEWS.metadata, "They met. They left."))


@pytest.mark.parametrize("table", ["clauses", "topics"])
def test_a_table_that_does_not_fit_its_edition_is_refused(read, table: str) -> None:
    spoilt = {
        "clauses": CLAUSE | {"text": "support the Fund"},
        "topics": TABLES["topics"][0] | {"words": "fund | Fund"},
    }
    with pytest.raises(InvalidTables, match=rf"{table}\.csv, row 2"):
        edit(read(TABLES | {table: [spoilt[table]]}), PLAN)
