"""Records of MARC 21: our own come back as they went, others' are taken over as far as columns hold them."""

import csv
import io

import pymarc
import pytest

from aseancan_kg.errors import InputError
from aseancan_kg.imports.report import Outcome, as_csv, as_text
from aseancan_kg.library.records import exchange
from aseancan_kg.library.records.marc.authorities import authority

FOREIGN = {
    "245": ("10", "a:Charter on the lighthouses of Southeast Asia :", "b:a joint undertaking =", "c:by the keepers."),
    "046": ("  ", "k:20240506", "2:w3cdtf"),
    "380": ("  ", "a:Charter"),
    "370": ("  ", "g:Penang"),
    "710": ("2 ", "a:Association of Southeast Asian Nations,", "e:issuing body."),
    "500": ("  ", "a:Signed at sea."),
    "505": ("0 ", "a:Lamps -- Oil."),
    "856": ("40", "u:https://example.org/charter.pdf"),
}
STATED = {"confidence": "medium"}


def record(*fields):
    made = pymarc.Record()
    for tag, (indicators, *subfields) in fields:
        given = [pymarc.Subfield(*subfield.split(":", 1)) for subfield in subfields]
        made.add_ordered_field(pymarc.Field(tag=tag, indicators=list(indicators), subfields=given))
    return made


def foreign(**changed):
    """Return a record of another catalogue; its tags are given with an f before them, since names need a letter."""
    fields = FOREIGN | {tag[1:]: field for tag, field in changed.items()}
    return record(*((tag, field) for tag, field in fields.items() if field)).as_marc()


def left(one):
    return {each.field: each.text for each in one.record.left}


@pytest.fixture(scope="module", params=["marc21", "marcxml"])
def exported(request, served, catalogued):
    chosen = exchange.BY_NAME[request.param]
    return lambda entry: chosen.write(served, [one for one in catalogued.values() if one.kind == "instrument"], entry)


@pytest.mark.parametrize("entry", ["title", "corporate"])
def test_what_we_export_comes_back_as_what_is_there_without_a_difference(examine, existing, exported, entry):
    report = examine(exported(entry))
    assert {one.outcome for one in report.examined} == {Outcome.exists}
    assert [one.thing for one in report.examined] == sorted(existing.rows)
    assert [(one.thing, one.differences) for one in report.examined if one.differences] == []
    assert (report.settled, report.rows) == (True, [])


def test_every_cell_that_the_export_carries_comes_back(examine, existing, served, catalogued):
    chosen = exchange.BY_NAME["marc21"]
    report = examine(chosen.write(served, [one for one in catalogued.values() if one.kind == "instrument"], "title"))
    lost = {
        (one.thing, column)
        for one in report.examined
        for column, cell in existing.rows[one.thing].typed.items()
        if cell and not one.record.cells[column]
    }
    # Confidence has no field; short titles that are another name's acronym too are one name in the graph.
    assert {column for _, column in lost} <= {"confidence", "short_title"}


@pytest.mark.parametrize(
    ("tag", "subfield", "value", "column"),
    [
        ("046", "k", "2015-11-20", "adopted"),
        ("370", "g", "Ha Noi, Viet Nam", "adopted_place"),
        ("856", "u", "https://example.org/", "url"),
        ("246", "a", "ACT", "acronym"),
        ("758", "a", "ASEAN Convention against Trafficking in Persons", "title"),
        ("588", "a", "Description based on: https://example.org/new.", "sources"),
    ],
)
def test_what_a_changed_record_says_otherwise_is_told(examine, served, catalogued, tag, subfield, value, column):
    (actip,) = (one for one in catalogued.values() if one.path == "instrument/actip-2015")
    (marc,) = pymarc.MARCReader(exchange.BY_NAME["marc21"].write(served, [actip], "title"))
    marc[tag][subfield] = value
    (one,) = examine(marc.as_marc()).examined
    assert (one.outcome, one.thing) == (Outcome.exists, "instrument/actip-2015")
    assert [difference.column for difference in one.differences] == [column]
    assert one.record.fields[column] == f"{tag} ${subfield}"


def test_a_record_of_another_catalogue_becomes_a_row_and_says_what_did_not(examine):
    report = examine(foreign(), fill=STATED)
    (one,) = report.examined
    assert {column: cell for column, cell in report.rows[0].items() if cell} == {
        "slug": "charter-on-the-lighthouses-of-southeast-asia-a-joint-2024",
        "title": "Charter on the lighthouses of Southeast Asia: a joint undertaking",
        "kind": "charter",
        "adopted": "2024-05-06",
        "adopted_place": "Penang",
        "adopting_body": "body/asean",
        "url": "https://example.org/charter.pdf",
        "sources": "https://example.org/charter.pdf",
        "confidence": "medium",
    }
    assert left(one) == {"245 $c": "by the keepers.", "500": "Signed at sea.", "505": "Lamps -- Oil."}
    assert "not taken over: 245 $c, 500, 505" in as_text(report)


@pytest.mark.parametrize(
    ("changed", "cells", "remains"),
    [
        ({"f245": ("00", "a:Charter =", "b:Charte")}, {"title": "Charter"}, {"245 $b": "Charte"}),
        ({"f240": ("10", "a:Lighthouse Charter")}, {}, {"240 $a": "Lighthouse Charter"}),
        ({"f246": ("1 ", "i:Acronym:", "a:CLSA")}, {"acronym": "CLSA"}, {}),
        ({"f246": ("3 ", "a:Lighthouse Charter")}, {"short_title": "Lighthouse Charter"}, {}),
        ({"f246": ("31", "a:Charte des phares")}, {"short_title": ""}, {"246": "Charte des phares"}),
        ({"f246": ("1 ", "i:Former title:", "a:Lamp Pact")}, {"short_title": ""}, {"246": "Former title: Lamp Pact"}),
        ({"f380": None, "f655": (" 7", "a:Charters.", "2:lcgft")}, {"kind": ""}, {"655": "Charters. lcgft"}),
        ({"f380": None, "f655": (" 7", "a:Charter.", "2:lcgft")}, {"kind": "charter"}, {}),
        ({"f046": None, "f240": ("10", "a:Lamps", "d:(2024 May 6)")}, {"adopted": "2024-05-06"}, {"240 $a": "Lamps"}),
        ({"f046": None, "f130": ("0 ", "a:Lamps", "d:(2024 May)")}, {"adopted": "2024-05"}, {"130 $a": "Lamps"}),
        ({"f130": ("0 ", "a:Lamps", "d:(2023)")}, {"adopted": "2024-05-06"}, {"130 $a": "Lamps", "130 $d": "2023"}),
        ({"f046": None, "f130": ("0 ", "a:Lamps", "d:2024?")}, {"adopted": ""}, {"130 $d": "2024?"}),
        ({"f710": ("2 ", "a:Nobody in particular,", "e:issuing body.")}, {"adopting_body": ""}, {"710": None}),
        ({"f710": ("1 ", "a:Canada,", "e:participant in treaty.")}, {"parties": "state/canada"}, {}),
        ({"f710": ("1 ", "a:Canada.")}, {"parties": "", "adopting_body": ""}, {"710": "Canada."}),
        ({"f111": ("2 ", "a:ASEAN Summit.")}, {"adopting_body": "mechanism/asean-summit | body/asean"}, {}),
        (
            {"f787": ("08", "i:Continuation of:", "t:Master Plan on ASEAN Connectivity 2025")},
            {"supersedes": "instrument/mpac-2025"},
            {},
        ),
        ({"f787": ("08", "i:Continuation of:", "t:Lost Charter")}, {"supersedes": ""}, {"787": None}),
        ({"f787": ("08", "i:Implemented by:", "t:ASEAN Charter")}, {"implements": ""}, {"787": None}),
        ({"f773": ("0 ", "t:ASEAN documents series")}, {"part_of": ""}, {"773": "ASEAN documents series"}),
        ({"f024": ("7 ", "a:Q42", "2:wikidata")}, {"wikidata": "Q42"}, {}),
        ({"f024": ("7 ", "a:10.1000/182", "2:doi")}, {"wikidata": "", "slug": ""}, {"024": "10.1000/182 doi"}),
        ({"f856": ("42", "u:https://example.org/about")}, {"url": "", "sources": ""}, {"856": None}),
        ({"f588": ("0 ", "a:Described from https://example.org/d.")}, {"sources": "https://example.org/d"}, {}),
        ({"f520": ("  ", "a:On lamps.")}, {}, {"520": "On lamps."}),
    ],
)
def test_a_field_is_taken_over_or_told(examine, changed, cells, remains):
    (one,) = examine(foreign(**changed)).examined
    assert {column: one.record.cells[column] for column in cells} == cells
    told = left(one)
    assert {field: text or told[field] for field, text in remains.items()}.items() <= told.items()
    if not remains:
        assert set(told) <= {"245 $c", "500", "505"}


def test_what_is_wrong_with_a_record_is_told_with_its_field(examine):
    report = examine(foreign(f046=("  ", "k:soon"), f856=None))
    text = as_text(report)
    assert "record 1: faulty: Charter on the lighthouses" in text
    assert "adopted (046 $k): “soon” is not a date" in text
    assert "sources: the cell is empty" in text
    assert "confidence: the cell is empty" in text


def test_a_record_that_cannot_be_read_or_is_of_another_kind_is_told_by_number(examine, catalogued):
    secretariat = next(one for one in catalogued.values() if one.path == "body/asean-secretariat")
    content = (
        foreign() + b"99999nam\x1e\x1d" + authority(secretariat).as_marc() + foreign(f245=("00", "a:Second")) + b"1"
    )
    report = examine(content, fill=STATED)
    assert [one.outcome.value for one in report.examined] == ["new", "faulty", "faulty", "likely duplicate", "faulty"]
    assert [one.record.number for one in report.examined] == [1, 2, 3, 4, 5]
    text = as_text(report)
    assert "record 2: faulty\n  leader or directory do not fit the record" in text
    assert "record 3: faulty\n  this is an authority record" in text
    assert "record 5: faulty\n  the file ends within the record" in text


@pytest.mark.parametrize("content", [b"99999nam\x1e\x1d", b"<collection/>", foreign()[:40]])
def test_a_file_without_one_record_cannot_be_read(examine, content):
    with pytest.raises(InputError, match="incoming"):
        examine(content)


@pytest.mark.parametrize(
    "text",
    [
        "\x1b]0;title\x07\x1b[31mred",
        "\u202etnemeergA",
        "line\r\nline",
        "=1+1",
        '"quotes", commas; and | bars',
        "<b>&amp;</b> ]]>",
        "條約 สนธิสัญญา",
    ],
)
def test_texts_that_mean_harm_are_faults_or_stay_texts(examine, text):
    title = f"{text} on lamps"
    report = examine(
        foreign(f245=("00", f"a:{title}"), f370=("  ", f"g:{text}"), f520=("  ", f"a:{text}")), fill=STATED
    )
    (one,) = report.examined
    assert one.outcome is (Outcome.faulty if not text.isprintable() or text[0] == "=" else Outcome.new)
    assert all(line.isprintable() for line in as_text(report).split("\n"))
    rows = list(csv.DictReader(io.StringIO(as_csv(report)), strict=True))
    assert [(row["title"], row["adopted_place"]) for row in rows] == [(title, text)] * (one.outcome is Outcome.new)
