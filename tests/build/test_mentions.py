"""What names what in a text: the rules on the real Plan and on small ones, and how readers review them."""

import re

import pytest
from rdflib import SH, Graph

from aseancan_kg import settings
from aseancan_kg.build import columns, mentions, names
from aseancan_kg.build.editions import Edition
from aseancan_kg.build.mentions import Finding
from aseancan_kg.build.passages import Passage
from aseancan_kg.build.registers import Row
from aseancan_kg.build.values import Reference
from aseancan_kg.errors import InvalidTables
from aseancan_kg.model import Mention
from aseancan_kg.namespaces import ONT

EDITION = "plan-of-action-2021-2025"
WHOLE = Reference("instrument", "plan")

NAMED = [
    ("action/1.4.2", "ASEAN Declaration", "instrument/asean-declaration-tip-2004"),
    (
        "action/1.5.1",
        "ASEAN Declaration on the Protection and Promotion of the Rights of Migrant Workers",
        "instrument/cebu-declaration-migrant-workers-2007",
    ),
    ("action/1.1.1", "ASEAN-Canada Joint Cooperation Committee (JCC) Meeting", "body/asean-canada-jcc"),
    ("action/8.1.2", "Joint Coordination Committee (JCC)", "body/asean-canada-jcc"),
    ("action/1.5.1", "Committee on the Rights of the Persons with Disabilities (CRPD)", "body/un-crpd-committee"),
    (
        "action/1.4.2",
        "ASEAN Plan of Action Against Trafficking in Persons, Especially Women and Children (APA)",
        "instrument/apa-tip-2015",
    ),
    (
        "action/2.3.4",
        "ASEAN Minerals Cooperation Action Plan 2016-2025 (AMCAP III) Phase 2",
        "instrument/amcap-iii-phase-2-2021-2025",
    ),
    ("action/6.1.2", "IAI Work Plan", "instrument/iai-work-plan-iv"),
    ("action/6.1.2", "IAI", "programme/iai"),
    ("action/1.2.3", "Disaster Relief", "body/arf-ism-dr"),
    ("action/1.2.3", "Maritime Security", "body/arf-ism-ms"),
    ("action/1.2.3", "Counter-Terrorism and Transnational Crime", "body/arf-ism-cttc"),
    ("action/1.2.3", "Non-Proliferation and Disarmament", "body/arf-ism-npd"),
    (
        "action/1.2.3",
        "Security of and in the Use of Information and Communication Technologies (ICTs Security)",
        "body/arf-ism-icts",
    ),
    (
        "action/1.3.6",
        "ARF Work Plan on Counter-Terrorism and Transnational Crime 2019-2021",
        "instrument/arf-work-plan-cttc-2019-2021",
    ),
    ("action/1.3.6", "ARF", "mechanism/asean-regional-forum"),
    (
        "action/3.4.2",
        "UNESCO Global Convention on the Recognition of Qualification Concerning Higher Education",
        "instrument/unesco-global-convention-2019",
    ),
    ("action/3.4.2", "UNESCO", "body/unesco"),
    ("action/8.1.2", "this Plan of Action", "instrument/asean-canada-poa-2021-2025"),
    ("action/8.1.3", "Plan of Action", "instrument/asean-canada-poa-2021-2025"),
    ("preamble", "Plan of Action (2016-2020)", "instrument/asean-canada-poa-2016-2020"),
    ("action/1.1.7", "Outlook", "instrument/aoip-2019"),
    ("action/1.2.4", "Protocol to that Treaty", "instrument/seanwfz-protocol"),
]


def told(one: Finding) -> tuple[str, str]:
    return one.quote, str(one.entity)


@pytest.mark.parametrize(("path", "quote", "entity"), NAMED)
def test_the_rules_tell_what_the_plan_names(edition: Edition, path: str, quote: str, entity: str) -> None:
    found = {told(one) for one in edition.findings if one.passage.path == path and one.quote == quote}
    assert found == {(quote, entity)}


@pytest.mark.parametrize(
    ("path", "slug"),
    [("action/1.5.1", "crpd-2006"), ("action/6.1.2", "iai-work-plan-iii"), ("action/4.1.1", "mpac-2010")],
)
def test_false_friends_are_in_no_mention_of_the_plan(edition: Edition, known, path: str, slug: str) -> None:
    assert slug in {name.entity.slug for name in known}
    assert slug not in {one.entity.partition("/")[2] for one in edition.mentions if one.part == path}


def test_the_asean_declaration_of_1967_is_not_named_even_if_the_registers_come_to_hold_it(
    edition: Edition, known, tables, read
) -> None:
    declaration = {"slug": "asean-declaration-1967", "title": "ASEAN Declaration", "kind": "declaration"}
    more = [*known, *names.names(read({"instruments": [declaration]}))]
    found = mentions.find(edition.passages.values(), more, Reference("instrument", "asean-canada-poa-2021-2025"))
    assert [one.passage.path for one in found if one.entity.slug == "asean-declaration-1967"] == ["action/1.4.2"]
    reviewed = mentions.standing(mentions.review(found, tables.named(EDITION, "mentions"), edition.passages))
    assert "instrument/asean-declaration-1967" not in {one.entity for one in reviewed}
    (one,) = (one for one in reviewed if one.part == "action/1.4.2" and one.quote == "ASEAN Declaration")
    assert (one.entity, one.status) == ("instrument/asean-declaration-tip-2004", "corrected")


def test_no_name_stands_within_a_longer_one_of_the_same_thing_or_overlaps_another(edition: Edition) -> None:
    spans = [(one.span.start, one.span.end, one.entity) for one in edition.mentions]
    for start, end, entity in spans:
        for other_start, other_end, other in spans:
            inside = start <= other_start and other_end <= end and (start, end) != (other_start, other_end)
            assert not (inside and entity == other)
            assert not start < other_start < end < other_end


def test_every_finding_of_the_plan_was_looked_at_by_a_reader(edition: Edition) -> None:
    statuses = {one.status for one in edition.mentions}
    assert {"confirmed", "added"} <= statuses <= {"confirmed", "corrected", "added"}


def passage(text: str, path: str = "action/1.1.1") -> Passage:
    return Passage(path, text, range(1000, 1000 + len(text)))


REGISTERS = {
    "instruments": [
        {"slug": "plan", "title": "Plan of Action 2021", "kind": "plan"},
        {"slug": "charter", "title": "Charter of the Forum", "kind": "treaty"},
        {"slug": "outlook", "title": "Outlook on the Sea", "kind": "outlook"},
        {"slug": "work-plan", "title": "Forum Work Plan on Mines", "acronym": "WP", "kind": "plan"},
        {"slug": "work-programme", "title": "Work Programme of the Bank", "acronym": "WP", "kind": "plan"},
        {"slug": "same-title", "title": "Joint Statement", "kind": "statement"},
        {"slug": "other-statement", "title": "Joint Statement", "kind": "statement"},
        {
            "slug": "known-statement",
            "title": "Statement of 2020",
            "short_title": "Forum Statement",
            "kind": "statement",
        },
    ],
    "bodies": [
        {"slug": "forum", "name": "Regional Forum", "acronym": "RF", "kind": "forum"},
        {"slug": "statement-office", "name": "Forum Statement", "kind": "office"},
        *(
            {"slug": f"ism-{slug}", "name": f"Regional Forum Meeting on {topic}", "kind": "meeting"}
            for slug, topic in (("relief", "Disaster Relief"), ("sea", "Maritime Security"), ("mines", "Mine Action"))
        ),
    ],
}


@pytest.fixture
def found(read):
    """Say what the rules find in a text: words and slug of the thing, in the order of the text."""
    known = names.names(read(REGISTERS))

    def found(text: str) -> list[tuple[str, str]]:
        return [(one.quote, one.entity.slug) for one in mentions.find([passage(text)], known, WHOLE)]

    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Support the Regional Forum (RF) and the RF.", [("Regional Forum (RF)", "forum"), ("RF", "forum")]),
        ("Support the Regional Forum (WHO).", [("Regional Forum (WHO)", "forum")]),
        ("Support the WP.", []),
        ("Support the Joint Statement.", []),
        ("Support the Forum Statement.", [("Forum Statement", "statement-office")]),
        ("Review this Plan of Action.", [("this Plan of Action", "plan")]),
        ("The previous Plan of Action and another Plan of Action.", []),
        (
            "Support the Outlook on the Sea, as the Outlook says.",
            [("Outlook on the Sea", "outlook"), ("Outlook", "outlook")],
        ),
        ("As the Outlook says, support the Outlook on the Sea.", [("Outlook on the Sea", "outlook")]),
        (
            "Implement the Forum Work Plan on Mines.",
            [("Forum Work Plan on Mines", "work-plan")],
        ),
        (
            "Hold Regional Forum Meetings (RFMs) on Disaster Relief, mine-action and Maritime Security; Mine Action.",
            [
                *(("Regional Forum", "forum"), ("Disaster Relief", "ism-relief"), ("mine-action", "ism-mines")),
                ("Maritime Security", "ism-sea"),
            ],
        ),
    ],
    ids=[
        *("short form in brackets", "short form nobody knows", "ambiguous acronym", "ambiguous title"),
        *("name before short title", "this Plan of Action", "another plan", "the Outlook", "Outlook before its name"),
        *("name alone", "list that leaves out what is shared"),
    ],
)
def test_the_rules_find_names_and_leave_doubtful_ones_alone(found, text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


RELATIONS = [
    ("Support the implementation of the Charter of the Forum.", "supportsImplementationOf"),
    ("Promote the universalisation of the Charter of the Forum.", "promotes"),
    ("Act as the Charter of the Forum says.", "references"),
    ("Consider the possibility of a Charter of the Forum.", "considers"),
    ("Support the work of the Regional Forum.", "supports"),
    ("Keep convening regular Regional Forum.", "convenes"),
    ("Cooperate through the Regional Forum.", "cooperatesThrough"),
    ("Cooperate with the Regional Forum.", "cooperatesWith"),
    ("Submit a report to the Regional Forum.", "reportsTo"),
    ("Regional Forum and its work.", "cooperatesWith"),
]


@pytest.mark.parametrize(("text", "relation"), RELATIONS)
def test_a_cue_tells_how_a_text_is_related_to_what_it_names(read, text: str, relation: str) -> None:
    (one,) = mentions.find([passage(text)], names.names(read(REGISTERS)), WHOLE)
    assert one.relation == relation


def test_a_name_within_a_longer_name_is_marked_so(read) -> None:
    registers = REGISTERS | {
        "instruments": [{"slug": "rf-plan", "title": "RF Work Plan on Mines", "kind": "plan"}],
        "names": [{"entity": "instrument/rf-plan", "name": "RF Work Plan", "kind": "variant"}],
    }
    found = mentions.find([passage("Implement the RF Work Plan on Mines.")], names.names(read(registers)), WHOLE)
    assert [(one.quote, one.relation) for one in found] == [
        ("RF Work Plan on Mines", "supportsImplementationOf"),
        ("RF", "namedWithin"),
    ]


TEXT = passage("Cooperate with the Regional Forum through the Charter of the Forum.")
ROW = {
    "part": "action/1.1.1",
    "quote": "Regional Forum",
    "occurrence": "1",
    "entity": "body/forum",
    "relation": "supports | mentions",
    "decision": "accepted",
    "confidence": "high",
}


@pytest.fixture
def review(read):
    """Give the mentions of `TEXT` as they stand after readers wrote these rows."""

    def review(*rows: dict[str, str]) -> list[Mention]:
        tables = read(REGISTERS | {"mentions": [ROW | row for row in rows]})
        found = mentions.find([TEXT], names.names(tables), WHOLE)
        return mentions.standing(mentions.review(found, tables.named(EDITION, "mentions"), {TEXT.path: TEXT}))

    return review


@pytest.mark.parametrize(
    ("row", "quote", "entity", "status", "rule"),
    [
        ({}, "Regional Forum", "body/forum", "confirmed", "full-name"),
        ({"entity": "instrument/plan"}, "Regional Forum", "instrument/plan", "corrected", "full-name"),
        ({"quote": "Forum", "occurrence": "2"}, "Forum", "body/forum", "added", None),
    ],
)
def test_a_reader_has_the_last_word(
    review, row: dict[str, str], quote: str, entity: str, status: str, rule: str | None
) -> None:
    (one,) = (mention for mention in review(row) if mention.status != "unreviewed")
    assert (one.quote, one.entity, one.status, one.rule) == (quote, entity, status, rule)
    assert one.relations == ("supports", "mentions")
    assert (one.part, one.confidence) == ("action/1.1.1", "high")
    assert one.locator == f"data/codings/{EDITION}/mentions.csv#action/1.1.1 · {quote} · {row.get('occurrence', '1')}"
    assert TEXT.text[one.span.start - 1000 : one.span.end - 1000] == quote
    assert one.prefix + one.quote + one.suffix in TEXT.text


def test_what_a_reader_rejects_is_no_mention(review) -> None:
    assert [one.entity for one in review({"decision": "rejected"})] == ["instrument/charter"]


def test_what_no_reader_saw_is_told_apart(review) -> None:
    forum, charter = review()
    assert (forum.status, forum.rule, forum.relations) == ("unreviewed", "full-name", ("cooperatesWith",))
    assert (charter.quote, charter.locator, charter.confidence) == ("Charter of the Forum", None, "medium")


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [
        ({"quote": "Regional Fora"}, "quote", "“Regional Fora” does not stand in action/1.1.1. Copy the words"),
        ({"quote": "Regional Foru"}, "quote", "does not stand in action/1.1.1"),
        ({"occurrence": "2"}, "quote", "“Regional Forum” does not stand in action/1.1.1 as often as 2 times"),
        ({"part": "action/9.9.9"}, "part", "the plan has no such part. Write it as action/1.2.6"),
    ],
)
def test_words_that_do_not_stand_there_are_named_by_file_row_and_column(
    review, row: dict[str, str], column: str, message: str
) -> None:
    with pytest.raises(InvalidTables) as caught:
        review({}, row)
    (fault,) = caught.value.faults
    assert re.search(rf"mentions\.csv, row 3, column {column}: ", str(fault))
    assert message in str(fault)
    assert fault.remedy


def test_every_row_with_a_fault_is_told(review) -> None:
    with pytest.raises(InvalidTables) as caught:
        review({"quote": "Fora"}, {"part": "preamble"}, {})
    assert [fault.place.row for fault in caught.value.faults if fault.place] == [2, 3]


NEWS = "ASEAN met the Regional Forum."


@pytest.fixture
def news(read):
    """Give the rows of a table about a text that is not shipped."""

    def news(*rows: dict[str, str]) -> tuple[Row, ...]:
        unplaced = ROW | {"part": "", "occurrence": "", "start": "14"}
        return read({"mentions": [unplaced | row for row in rows]}).named(EDITION, "mentions")

    return news


@pytest.mark.parametrize("text", [None, NEWS], ids=["text not at hand", "text at hand"])
def test_a_text_that_is_not_shipped_is_quoted_by_offset(news, text: str | None) -> None:
    rows = news({}, {"quote": "ASEAN", "start": "0", "decision": "rejected"})
    (one,) = mentions.standing(mentions.quoted(rows, text, len(NEWS)))
    assert (one.part, one.quote, one.status, one.rule) == (None, "Regional Forum", "added", None)
    assert NEWS[one.span.start : one.span.end] == one.quote
    assert (one.prefix, one.suffix) == ("", "")


@pytest.mark.parametrize(
    ("row", "text", "message"),
    [
        ({"start": ""}, None, "it is not said where the words begin"),
        ({"start": "20"}, None, "“Regional Forum” does not stand at 20"),
        ({"start": "13"}, NEWS, "“Regional Forum” does not stand at 13"),
        ({"quote": "regional forum"}, NEWS, "“regional forum” does not stand at 14"),
    ],
)
def test_a_quotation_at_the_wrong_place_is_named_by_file_row_and_column(
    news, row: dict[str, str], text: str | None, message: str
) -> None:
    with pytest.raises(InvalidTables) as caught:
        mentions.quoted(news({}, row), text, len(NEWS))
    (fault,) = caught.value.faults
    assert re.search(rf"mentions\.csv, row 3, column start: {message}", str(fault))
    assert fault.remedy


def test_a_relation_leads_to_the_kinds_that_the_shapes_allow() -> None:
    shapes = Graph().parse(settings.resources() / "shapes" / "mentions.ttl")
    allowed = {}
    for shape, path in shapes.subject_objects(SH.path):
        pattern = str(shapes.value(shape, SH.pattern) or "")
        if str(path).startswith(ONT) and (kinds := re.search(r"/id/\(?([a-z|-]+)\)?/$", pattern)):
            allowed[str(path).removeprefix(ONT)] = frozenset(kinds[1].split("|"))
    assert {relation: allowed[relation] for relation in columns.RELATIONS} == columns.RELATIONS


def test_what_no_reader_has_seen_is_related_as_the_shapes_allow(edition) -> None:
    unfit = [one for one in edition.findings if one.entity.kind not in columns.RELATIONS[one.relation]]
    assert unfit == []


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [
        ({"relation": "cooperatesWith", "entity": "instrument/p"}, "relation", "leads to no instrument"),
        ({"decision": "rejected"}, "decision", "no rule finds a name there to reject"),
    ],
)
def test_a_row_that_cannot_be_meant_is_named_by_file_row_and_column(read, row, column, message) -> None:
    usual = {"part": "preamble", "quote": "Fund", "entity": "body/f", "relation": "mentions", "decision": "accepted"}
    rows = read({"mentions": [usual | row]}).named("plan-of-action-2021-2025", "mentions")
    with pytest.raises(InvalidTables, match=rf"row 2, column {column}: .*{message}"):
        mentions.review([], rows, {"preamble": Passage("preamble", "The Fund", range(8))})


def test_words_that_are_decided_on_twice_are_a_fault(read) -> None:
    row = {"part": "preamble", "quote": "Fund", "entity": "body/f", "relation": "mentions", "decision": "accepted"}
    rows = read({"mentions": [row, row | {"occurrence": "1"}]}).named("plan-of-action-2021-2025", "mentions")
    with pytest.raises(
        InvalidTables, match=r"row 3, column quote: these words are decided on already\. Merge it with row 2"
    ):
        mentions.review([], rows, {"preamble": Passage("preamble", "The Fund", range(8))})
