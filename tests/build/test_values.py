from datetime import date

import pytest

from aseancan_kg.build import values
from aseancan_kg.build.values import Code, Number, Part, PartialDate, Plain, Reference, Text, Url


@pytest.mark.parametrize(
    ("written", "earliest", "latest", "datatype"),
    [
        ("2016", date(2016, 1, 1), date(2016, 12, 31), "gYear"),
        ("2016-09", date(2016, 9, 1), date(2016, 9, 30), "gYearMonth"),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "gYearMonth"),
        ("2016-09-06", date(2016, 9, 6), date(2016, 9, 6), "date"),
    ],
)
def test_a_date_keeps_its_precision(written: str, earliest: date, latest: date, datatype: str) -> None:
    value = values.partial_date(written)
    assert value == PartialDate(written)
    assert (value.earliest, value.latest, value.datatype) == (earliest, latest, datatype)


@pytest.mark.parametrize(
    "written",
    ["2016-13", "2015-02-29", "16-09-06", "2016-9-6", "06/09/2016", "2016-", "0000", "circa 2016", "２０１６"],
)
def test_a_date_that_is_none_is_refused_with_the_text_and_a_remedy(written: str) -> None:
    with pytest.raises(ValueError, match="is not a date: ") as caught:
        values.partial_date(written)
    assert written in str(caught.value)


@pytest.mark.parametrize("reader", [values.text, values.plain])
@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("a\x00b", "nobody sees, U\\+0000"),
        ("two\nlines", "nobody sees, U\\+000A"),
        ("turned \u202etxet", "nobody sees, U\\+202E"),
        ('=HYPERLINK("x")', "is a formula to a spreadsheet"),
        ("+1", "is a formula to a spreadsheet"),
        ("-1", "is a formula to a spreadsheet"),
        ("@SUM(1)", "is a formula to a spreadsheet"),
    ],
)
def test_text_is_what_a_reader_sees_in_a_spreadsheet(reader: values.Reader, written: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        reader(written)


def test_readers_return_what_they_are_named_for() -> None:
    assert values.text("AHA Centre") == Text("AHA Centre")
    assert values.plain("ARF") == Plain("ARF")
    assert values.slug("aha-centre") == Plain("aha-centre")
    assert values.number("20") == Number(20)
    assert values.url("https://asean.org/a?b=c#d") == Url("https://asean.org/a?b=c#d")
    assert values.wikidata("Q7768") == Url("http://www.wikidata.org/entity/Q7768")
    assert values.References("body")("body/aha-centre") == Reference("body", "aha-centre")
    assert values.source("source/plan-of-action-2021-2025") == Reference("source", "plan-of-action-2021-2025")
    assert values.source("https://asean.org/") == Url("https://asean.org/")
    assert values.Codes("pillar")("economic") == Code("pillar", "economic")
    assert values.concept("topic/mine-action") == Code("topic", "mine-action")
    assert values.Choice("accepted", "rejected")("rejected") == Plain("rejected")
    assert values.offset("0") == Number(0)
    assert values.sdg("16.a") == Url("http://metadata.un.org/sdg/16.a")


@pytest.mark.parametrize("written", ["title", "preamble", "section/1", "section/III.2", "action/1.2.6", "action/2-b"])
def test_a_part_of_a_plan_is_named_by_its_path(written: str) -> None:
    assert values.part(written) == Part(written)


def test_actions_and_clauses_are_written_by_number() -> None:
    assert values.action("1.2.6") == Part("action/1.2.6")
    assert values.clause("1.2.6/10") == Part("action/1.2.6/clause/10")


def test_a_statement_reaffirms_a_part_or_a_topic() -> None:
    assert values.reaffirmed("section/2.1") == Part("section/2.1")
    assert values.reaffirmed("topic/trade") == Code("topic", "trade")


@pytest.mark.parametrize(
    ("reader", "written", "message"),
    [
        (values.slug, "AHA Centre", "is not a slug"),
        (values.slug, "aha--centre", "is not a slug"),
        (values.number, "0", "positive whole number"),
        (values.number, "²", "positive whole number"),
        (values.url, "asean.org", "is not a web address"),
        (values.url, "ftp://asean.org/", "is not a web address"),
        (values.url, "https://asean.org/a b", "must percent-encode"),
        (values.wikidata, "7768", "is not a Wikidata item"),
        (values.References("body"), "aha-centre", "is not a reference"),
        (values.References("body"), "state/canada", "takes body"),
        (values.Codes("pillar"), "Economic", "is not a code"),
        (values.concept, "mine-action", "write scheme/code"),
        (values.concept, "topic/Mine Action", "write scheme/code"),
        (values.Choice("accepted", "rejected"), "yes", "write one of accepted, rejected"),
        (values.offset, "-1", "write a whole number"),
        (values.offset, "１", "write a whole number"),
        (values.sdg, "18", "write 16 or 16.2"),
        (values.sdg, "SDG 16", "write 16 or 16.2"),
        (values.sdg, "16.0", "write 16 or 16.2"),
        (values.part, "1.2.6", "write title, preamble, section/1.2 or action/1.2.6"),
        (values.part, "action/1.2.6/clause/1", "is not a part of a plan"),
        (values.part, "action/1..6", "is not a part of a plan"),
        (values.action, "1.2.6.", "is not a part of a plan"),
        (values.clause, "1.2.6", "/ and its own: 1.2.6/1"),
        (values.clause, "1.2.6/0", "is not a clause"),
        (values.reaffirmed, "topic/Trade", "write scheme/code"),
        (values.reaffirmed, "pillar/economic", "is not a part of a plan"),
    ],
)
def test_bad_values_are_refused_with_a_reason(reader: values.Reader, written: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        reader(written)
