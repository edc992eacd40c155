"""Clauses as readers cut them, their codings, and what the rules say of the same words."""

import re
from itertools import pairwise

import pytest

from aseancan_kg.build import commitments
from aseancan_kg.build.editions import Edition
from aseancan_kg.build.passages import Passage
from aseancan_kg.errors import InvalidTables
from aseancan_kg.model import Clause, Coding, Mention, Span
from aseancan_kg.namespaces import concept

EDITION = "plan-of-action-2021-2025"
TEXT = "Continue to support ASEAN in trade, and explore a joint fund, as appropriate, and support ASEAN in trade;"
ACTION = Passage("action/1.1.1", TEXT, range(500, 500 + len(TEXT)))
PASSAGES = {ACTION.path: ACTION}
VERBS = ["support", "explore", "strengthen", "build"]

FIRST = {
    "clause": "1.1.1/1",
    "text": "Continue to support ASEAN in trade",
    "verb": "support",
    "continuity": "continuing",
}
SECOND = {"clause": "1.1.1/2", "text": "explore a joint fund, as appropriate", "verb": "explore", "continuity": "new"}


@pytest.fixture
def cut(read):
    """Cut `ACTION` into clauses as these rows say."""

    def cut(*rows: dict[str, str]) -> tuple[list[Clause], dict[str, Passage]]:
        return commitments.clauses(read({"clauses": list(rows)}).named(EDITION, "clauses"), PASSAGES)

    return cut


def test_clauses_stand_where_a_reader_cut_them(cut) -> None:
    (first, second), passages = cut(FIRST | {"addressee": "ASEAN"}, SECOND | {"means": "joint | fund"})
    assert (first.path, first.verb, first.continuity) == ("action/1.1.1/clause/1", "support", "continuing")
    assert (first.addressee, second.means) == (("ASEAN",), ("joint", "fund"))
    turned = cut(SECOND | {"means": "joint | fund"}, FIRST | {"addressee": "ASEAN"})
    assert (turned[0], [*turned[1].items()]) == ([first, second], [*passages.items()])
    assert [TEXT[one.span.start - 500 : one.span.end - 500] for one in (first, second)] == [first.text, second.text]
    assert {path: passage.text for path, passage in passages.items()} == {
        first.path: first.text,
        second.path: second.text,
    }
    assert second.locator == f"data/codings/{EDITION}/clauses.csv#1.1.1/2"


def test_words_that_stand_twice_are_found_after_the_clause_before(cut) -> None:
    first = SECOND | {"clause": "1.1.1/1"}
    (_, again), _ = cut(first, SECOND | {"text": "support ASEAN in trade"})
    assert again.span.start == 500 + TEXT.rindex("support")


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [
        ({"text": "explore a fund"}, "text", "“explore a fund” does not follow in action/1.1.1. Copy the words"),
        ({"text": "support ASEAN in trade, and"}, "text", "does not follow in action/1.1.1"),
        ({"text": "Continue to support"}, "text", "clauses stand in the order of the text and do not overlap"),
        ({"clause": "9.9.9/1"}, "text", "does not follow in action/9.9.9"),
        (
            {"clause": "1.1.1/3"},
            "clause",
            "clause 3 does not follow. Count the clauses of an action from 1: this one is 2",
        ),
        ({"text": "plore a joint fund"}, "text", "does not follow in action/1.1.1"),
        ({"output": "joint | funds"}, "output", "“funds” is not in the text. Copy the words from it"),
    ],
)
def test_a_clause_that_does_not_follow_is_named_by_file_row_and_column(
    cut, row: dict[str, str], column: str, message: str
) -> None:
    with pytest.raises(InvalidTables) as caught:
        cut(FIRST, SECOND | row)
    (fault,) = caught.value.faults
    assert re.search(rf"clauses\.csv, row 3, column {column}: ", str(fault))
    assert message in str(fault)
    assert fault.remedy


CODING = {
    "coder": "first-reading",
    "clause": "1.1.1/1",
    "scheme": "firmness",
    "value": "firm",
    "rationale": "No doubt.",
}


@pytest.fixture
def coded(read):
    """Read codings of the two clauses of `ACTION`."""

    def coded(*rows: dict[str, str]) -> list[Coding]:
        tables = read({"clauses": [FIRST, SECOND], "codings": [CODING | row for row in rows]})
        _, cut = commitments.clauses(tables.named(EDITION, "clauses"), PASSAGES)
        return commitments.read(tables.named(EDITION, "codings"), cut)

    return coded


def test_the_first_readers_codings_are_preferred_and_the_others_rival(coded) -> None:
    first, second = coded({"words": "Continue | trade"}, {"coder": "second-reading", "value": "flexible"})
    assert (first.coder, first.standing, first.words) == ("first-reading", "preferred", ("Continue", "trade"))
    assert (second.coder, second.standing) == ("second-reading", "rival")
    assert second.value == concept("firmness", "flexible")
    assert {one.target for one in (first, second)} == {"action/1.1.1/clause/1"}


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [
        ({"clause": "1.1.1/3"}, "clause", "there is no clause action/1.1.1/clause/3. See clauses.csv"),
        ({"words": "as feasible"}, "words", "“as feasible” is not in the text"),
        ({"words": "as appropriate"}, "words", "“as appropriate” is not in the text"),  # but in another clause
        ({"words": "ontinue"}, "words", "“ontinue” is not in the text"),
        ({"value": "semi-firm"}, "value", "the ordinal does not know “semi-firm”. Use one of flexible, firm"),
    ],
)
def test_a_coding_of_what_is_not_there_is_named_by_file_row_and_column(
    coded, row: dict[str, str], column: str, message: str
) -> None:
    with pytest.raises(InvalidTables) as caught:
        coded({}, row | {"coder": "second-reading"})
    (fault,) = caught.value.faults
    assert re.search(rf"codings\.csv, row 3, column {column}: {message}", str(fault))


def mention(text: str, quote: str, entity: str, relation: str = "references") -> Mention:
    start = text.index(quote)
    return Mention(
        *("action/1.1.1", Span(start, start + len(quote)), quote, "", "", entity, (relation,), "full-name"),
        *("confirmed", "high", None, None),
    )


def ruled(text: str, *mentions: Mention) -> dict[str, list[str]]:
    """Say what the rules code in a clause: scheme → codes."""
    path = "action/1.1.1/clause/1"
    found: dict[str, list[str]] = {}
    for one in commitments.by_rules({path: Passage(path, text, range(len(text)))}, mentions, VERBS):
        assert (one.coder, one.standing, one.confidence) == ("rules", "rival", "low")
        found.setdefault(one.scheme, []).append(one.value.rpartition("/")[2])
    return found


@pytest.mark.parametrize(
    ("text", "scheme", "codes"),
    [
        ("Support trade", "verb", ["support"]),
        ("Supportive trade", "verb", None),
        ("Continue cooperation on trade", "verb", ["cooperate"]),
        ("Review of trade will be made", "verb", ["review"]),
        ("Support trade", "continuity", ["new"]),
        ("Further strengthen trade", "continuity", ["further"]),
        ("Continue to support trade", "continuity", ["continuing"]),
        ("Continue to further strengthen trade", "continuity", ["continuing"]),
        ("Further continue to build trade", "continuity", ["continuing"]),
        ("Strengthen trade", "direction", ["joint"]),
        ("Support ASEAN’s efforts in trade", "direction", ["canada-to-asean"]),
        ("Strengthen ASEAN’s efforts in trade", "direction", ["canada-to-asean"]),
        ("Strengthen networks of universities", "direction", ["third-parties"]),
        ("Review of this Plan of Action", "direction", ["procedural"]),
        ("Strengthen trade", "firmness", ["firm"]),
        ("Explore trade", "firmness", ["flexible"]),
        ("Strengthen trade, where feasible", "firmness", ["flexible"]),
        ("Strengthen trade, among others", "firmness", ["firm"]),
        ("Strengthen trade", "precision", ["theme-only"]),
        ("Strengthen trade through joint research", "precision", ["named-partner-or-method"]),
        ("Build a database of trade", "precision", ["theme-only"]),
        ("Build a trade database", "precision", ["named-output"]),
        ("Strengthen trade", "hedge", None),
        ("Build trade as appropriate and where needed", "hedge", ["appropriateness", "feasibility"]),
        ("Build trade with a view to growth, in mutually agreed areas", "hedge", ["mutual-agreement", "efforts"]),
        ("Build trade under respective domestic laws", "hedge", ["domestic-law"]),
        ("Build trade including but not limited to goods", "hedge", ["open-list"]),
        ("Build on the possibility of trade", "hedge", ["possibility"]),
    ],
)
def test_the_rules_code_a_clause_by_its_words(text: str, scheme: str, codes: list[str] | None) -> None:
    assert ruled(text).get(scheme) == codes


TREATY = "Strengthen trade under the Treaty of Trade"


@pytest.mark.parametrize(
    ("named", "precision"),
    [
        (("Treaty of Trade", "instrument/treaty"), "named-output"),
        (("Treaty of Trade", "body/bank"), "named-partner-or-method"),
        (("Treaty of Trade", "body/asean"), "theme-only"),
        (("Treaty of Trade", "instrument/treaty", "namedWithin"), "theme-only"),
    ],
)
def test_what_a_clause_names_makes_it_precise(named: tuple[str, ...], precision: str) -> None:
    assert ruled(TREATY, mention(TREATY, *named))["precision"] == [precision]


def test_what_is_named_outside_the_clause_does_not_count() -> None:
    named = mention("x" * 90 + TREATY, "Treaty of Trade", "instrument/treaty")
    assert ruled(TREATY, named)["precision"] == ["theme-only"]


def coding(scheme: str, value: str, standing: str = "preferred", target: str = "action/1.1.1/clause/1") -> Coding:
    return Coding(target, scheme, scheme, concept(scheme, value), "first-reading", standing, (value,), "high", "Why.")


@pytest.mark.parametrize(
    ("firmness", "precision", "place"),
    [
        ("flexible", "theme-only", "tentative"),
        ("flexible", "named-partner-or-method", "directed"),
        ("flexible", "named-output", "directed"),
        ("firm", "theme-only", "directed"),
        ("firm", "named-partner-or-method", "specified"),
        ("firm", "named-output", "deliverable"),
    ],
)
def test_firmness_and_precision_give_a_clause_its_place(firmness: str, precision: str, place: str) -> None:
    (one,) = commitments.ordinals([coding("firmness", firmness), coding("precision", precision)])
    assert one.value == concept("project-ordinal", place)
    assert (one.property, one.coder, one.standing) == ("projectOrdinal", "rules", "indirect")
    assert one.words == (firmness, precision)


def test_a_clause_has_no_place_where_one_preferred_coding_is_missing() -> None:
    assert list(commitments.ordinals([coding("firmness", "firm")])) == []
    assert list(commitments.ordinals([coding("firmness", "firm"), coding("precision", "theme-only", "rival")])) == []
    other = coding("precision", "theme-only", target="action/1.1.2/clause/1")
    assert list(commitments.ordinals([coding("firmness", "firm"), other])) == []


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("Support trade", ["Support trade"]),
        ("Support trade, and explore a fund", ["Support trade, and ", "explore a fund"]),
        ("Support trade as well as further strengthen ties", ["Support trade as well as ", "further strengthen ties"]),
        ("Support trade and goods", ["Support trade and goods"]),
        ("Support trade by sharing data and build trust", ["Support trade by sharing data and build trust"]),
        ("Support trade to grow, as well as build trust", ["Support trade to grow, as well as ", "build trust"]),
    ],
)
def test_the_rules_cut_where_another_commitment_begins(text: str, clauses: list[str]) -> None:
    starts = commitments.cut_by_rules(Passage("action/1.1.1", text, range(len(text))), VERBS)
    assert [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)] == clauses


def test_the_clauses_of_the_plan_cover_every_action_in_its_order(edition: Edition) -> None:
    actions = [path for path in edition.passages if path.startswith("action/")]
    assert list(dict.fromkeys(one.path.partition("/clause/")[0] for one in edition.clauses)) == actions
    spans = [(one.span.start, one.span.end) for one in edition.clauses]
    assert spans == sorted(spans)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))


def test_every_clause_of_the_plan_is_coded_once_by_each_reader(edition: Edition) -> None:
    for coder in ("first-reading", "second-reading"):
        for scheme in ("direction", "firmness", "precision"):
            coded = [one.target for one in edition.codings if (one.coder, one.scheme) == (coder, scheme)]
            assert sorted(coded) == sorted(one.path for one in edition.clauses)
