"""Topics, Goals and what statements take up again: what is stated stands, what is only concluded does not."""

import re

import pytest

from aseancan_kg.build import subjects
from aseancan_kg.build.editions import Edition
from aseancan_kg.build.passages import Passage
from aseancan_kg.errors import InvalidTables
from aseancan_kg.namespaces import concept

EDITION = "plan-of-action-2021-2025"
PLAN = "https://w3id.org/aseancan/id/instrument/plan"
TEXTS = {"title": "Plan", "preamble": "This Plan", "action/1.1.1": "Support trade;"}
PASSAGES = {path: Passage(path, text, range(len(text))) for path, text in TEXTS.items()}
TOPIC = {"action": "1.1.1", "topic": "trade", "basis": "named", "words": "trade", "rationale": "The word stands there."}
GOALS = frozenset({"http://metadata.un.org/sdg/17.10"})
SDG = TOPIC | {"sdg": "17.10", "basis": "explicit"}
STATEMENT = {"statement": "statement/s1", "match": "full", "rationale": "The same words.", "basis": "named"}


@pytest.mark.parametrize(
    ("basis", "standing"),
    [("named", "preferred"), ("in-substance", "preferred"), ("in-name", "indirect"), ("inferred", "indirect")],
)
def test_a_topic_stands_only_where_the_text_is_about_it(read, basis: str, standing: str) -> None:
    rows = read({"topics": [TOPIC | {"basis": basis}]}).named(EDITION, "topics")
    (one,) = subjects.topics(rows, PASSAGES)
    assert (one.target, one.property, one.value) == ("action/1.1.1", "topic", concept("topic", "trade"))
    assert (one.basis, one.standing, one.words) == (basis, standing, ("trade",))
    assert one.locator == f"data/codings/{EDITION}/topics.csv#1.1.1 · trade"


@pytest.mark.parametrize(("basis", "standing"), [("explicit", "preferred"), ("inferred", "indirect")])
def test_a_goal_stands_only_where_the_text_names_it(read, basis: str, standing: str) -> None:
    row = {column: value for column, value in (SDG | {"basis": basis}).items() if column != "topic"}
    (one,) = subjects.sdgs(read({"sdgs": [row]}).named(EDITION, "sdgs"), PASSAGES, GOALS)
    assert (one.property, one.value, one.standing) == ("sdg", "http://metadata.un.org/sdg/17.10", standing)


def test_a_goal_that_there_is_not_is_named_by_file_row_and_column(read) -> None:
    row = {column: value for column, value in (SDG | {"sdg": "16.99"}).items() if column != "topic"}
    with pytest.raises(InvalidTables, match=r"sdgs\.csv, row 2, column sdg: there is no Goal or target 16\.99"):
        subjects.sdgs(read({"sdgs": [row]}).named(EDITION, "sdgs"), PASSAGES, GOALS)


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [
        ({"action": "1.1.2"}, "action", "the plan has no such action. Write 1.2.6"),
        ({"words": "trade | goods"}, "words", "“goods” is not in the text. Copy the words from it"),
    ],
)
def test_a_row_that_does_not_fit_the_text_is_named_by_file_row_and_column(
    read, row: dict[str, str], column: str, message: str
) -> None:
    rows = read({"topics": [TOPIC, TOPIC | {"topic": "energy"} | row]}).named(EDITION, "topics")
    with pytest.raises(InvalidTables) as caught:
        subjects.topics(rows, PASSAGES)
    (fault,) = caught.value.faults
    assert re.search(rf"topics\.csv, row 3, column {column}: {message}", str(fault))


@pytest.mark.parametrize(
    ("row", "property", "value", "standing"),
    [
        ({"target": "action/1.1.1"}, "reaffirms", f"{PLAN}/action/1.1.1", "preferred"),
        ({"target": "preamble", "basis": "in-substance"}, "reaffirms", f"{PLAN}/preamble", "preferred"),
        ({"target": "title"}, "reaffirms", PLAN, "preferred"),
        ({"target": "topic/trade"}, "reaffirms", concept("topic", "trade"), "preferred"),
        ({"target": "action/1.1.1", "basis": "inferred"}, "reaffirms", f"{PLAN}/action/1.1.1", "indirect"),
        ({"target": "", "basis": "", "match": "none"}, "match", concept("match", "none"), "preferred"),
    ],
)
def test_a_statement_takes_up_a_part_a_topic_or_nothing(
    read, row: dict[str, str], property: str, value: str, standing: str
) -> None:
    rows = read({"reaffirmations": [STATEMENT | row]}).named(EDITION, "reaffirmations")
    (one,) = subjects.reaffirmations(rows, PLAN, PASSAGES)
    assert (one.target, one.property, one.value, one.standing) == ("statement/s1", property, value, standing)
    assert one.match == row.get("match", "full")


def test_a_statement_cannot_take_up_what_the_plan_does_not_have(read) -> None:
    rows = read({"reaffirmations": [STATEMENT | {"target": "section/9"}]}).named(EDITION, "reaffirmations")
    with pytest.raises(InvalidTables, match=r"row 2, column target: the plan has no section/9\. Write action/1\.2\.6"):
        subjects.reaffirmations(rows, PLAN, PASSAGES)


def test_every_action_of_the_plan_has_a_topic_though_one_has_it_in_a_name_alone(edition: Edition) -> None:
    topics = [one for one in edition.codings if one.scheme == "topic"]
    actions = {path for path in edition.passages if path.startswith("action/")}
    assert {one.target for one in topics} == actions
    assert actions - {one.target for one in topics if one.standing == "preferred"} == {"action/1.1.5"}
