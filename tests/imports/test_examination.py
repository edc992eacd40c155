"""A cataloguer's table: what is new becomes rows, what is there is told, what may be is asked, faults are named."""

import csv
import io
import json
from dataclasses import replace

import pytest

from aseancan_kg import settings
from aseancan_kg.build.columns import REGISTERS
from aseancan_kg.build.registers import read_row
from aseancan_kg.errors import InputError, Place
from aseancan_kg.imports import examination
from aseancan_kg.imports.incoming import COLUMNS
from aseancan_kg.imports.report import Outcome, as_csv, as_json, as_text

NEW = {
    "title": "ASEAN Convention on Lighthouse Keeping",
    "acronym": "ACLK",
    "kind": "convention",
    "adopted": "2024-05-06",
    "parties": "state/canada | state/malaysia",
    "sources": "https://example.org/aclk | https://example.org/news?a=1&b=2",
    "confidence": "high",
}
ACTIP = {
    "title": "ASEAN Convention Against Trafficking in Persons, Especially Women and Children",
    "sources": "https://example.org/",
    "confidence": "medium",
    "kind": "convention",
}
SUCCESSOR = NEW | {
    "slug": "aclk-protocol",
    "title": "Protocol on Lamps",
    "acronym": "",
    "supersedes": "instrument/aclk",
}


def table(*rows, delimiter=","):
    columns = list(dict.fromkeys(column for row in rows for column in row))
    output = io.StringIO()
    writer = csv.DictWriter(output, columns, restval="", delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return output.getvalue()


def outcomes(report):
    return [one.outcome.value for one in report.examined]


def test_a_new_instrument_becomes_a_row_with_the_header_of_the_register(examine):
    report = examine(table(NEW))
    register = settings.resources() / "data" / "registers" / "instruments.csv"
    header, row = as_csv(report).splitlines()
    assert header == register.read_text().splitlines()[0]
    assert dict(zip(COLUMNS, next(csv.reader([row])), strict=True)) == dict.fromkeys(COLUMNS, "") | NEW | {
        "slug": "aclk-2024"
    }
    assert report.settled
    assert outcomes(report) == ["new"]
    assert report.examined[0].thing == "instrument/aclk-2024"


@pytest.mark.parametrize(
    "content",
    [
        table(dict(reversed(NEW.items()))),
        table(NEW, delimiter=";"),
        table({column.upper(): cell for column, cell in NEW.items()}, delimiter=";"),
        table(NEW, delimiter="\t"),
        b"\xef\xbb\xbf" + table(NEW).encode(),
        table(NEW).replace("ASEAN Convention on", "  ASEAN Convention on"),
        table(NEW) + ",,,,,,\n",
    ],
    ids=["other order", "semicolons", "capitals", "tabs", "byte-order mark", "blanks", "empty row"],
)
def test_spreadsheets_may_write_it_as_they_do(examine, content):
    assert as_csv(examine(content)) == as_csv(examine(table(NEW)))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"\n\n", "the file is empty"),
        (table(NEW).splitlines()[0], "there is no row below the header"),
        (table(NEW).encode("utf-16"), "seem to be in UTF-16. Save it as “CSV UTF-8”"),
        (table(NEW).replace("Keeping", "Kéeping").encode("cp1252"), "is not UTF-8. Save the file as “CSV UTF-8”"),
        (table(NEW).encode("utf-16-le"), "seem to be in UTF-16. Save it as “CSV UTF-8”"),
        (
            b"PK\x03\x04\x14\x00\x06\x00\x08\x00\xd0\xff",
            "is a workbook, as of Excel, and no CSV. Save it as “CSV UTF-8”",
        ),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is a workbook, as of Excel, and no CSV. Save it as “CSV UTF-8”"),
        (table(NEW).replace("title,", "title,title,", 1), "row 1: the header has twice: title"),
        (b"%PDF-1.7\ntext\n", "row 1: its first row has not one column of the register. Use slug,title"),
        (b"Titles,Year,Source\n1,2,3\n", "Did you mean title, adopted, sources? Use slug,title"),
        ('title,kind\n"never closed,convention\n', "row 2: this is not CSV"),
        ("title\n" + "x" * 200_000, "row 2: a cell is longer than 131,072 characters. Shorten it"),
    ],
    ids=[
        *("empty", "blank", "header only", "UTF-16", "Latin", "UTF-16 without mark", "Excel", "old Excel", "twice"),
        *("another file", "other names", "quote", "huge cell"),
    ],
)
def test_what_is_no_table_cannot_be_read(examine, content, message):
    with pytest.raises(InputError) as error:
        examine(content)
    assert message in str(error.value)
    assert "incoming" in str(error.value)


def test_a_column_that_is_not_known_is_named_and_nothing_is_written(examine):
    report = examine(table(NEW | {"Titel": "x", "colour": "red", "": "y"}))
    told = "\n".join(map(str, report.faults))
    assert "column Titel: there is no column “Titel”. Did you mean title?" in told
    assert "column colour: there is no column “colour”. Delete it, or use one of slug, title" in told
    assert "the 10. column has no name" in told
    assert (report.settled, report.rows) == (False, [])
    assert "  becomes instrument/aclk-2024\n" in as_text(report)
    assert "Nothing is written as long as the file itself is at fault." in as_text(report)


@pytest.mark.parametrize(
    ("cells", "column", "message"),
    [
        ({"sources": ""}, "sources", "the cell is empty"),
        ({"sources": "our catalogue"}, "sources", "“our catalogue” is not a web address"),
        ({"sources": "source/nowhere"}, "sources", "“source/nowhere” is in no register"),
        ({"title": "", "acronym": ""}, "title", "the cell is empty"),
        ({"title": "…"}, "title", "holds no word"),
        ({"title": '=HYPERLINK("http://evil.example/","ASEAN")'}, "title", "is a formula to a spreadsheet"),
        ({"title": "@SUM(1)"}, "title", "is a formula to a spreadsheet"),
        ({"title": "Accord \u202etnemeergA"}, "title", "nobody sees, U+202E"),
        ({"title": "Two\nlines"}, "title", "nobody sees, U+000A"),
        ({"acronym": "A\x00B"}, "acronym", "nobody sees, U+0000"),
        ({"adopted": "06/05/2024"}, "adopted", "write YYYY, YYYY-MM or YYYY-MM-DD"),
        ({"adopted": "2024-02-30"}, "adopted", "there is no such day or month"),
        ({"kind": "Convention"}, "kind", "is not a code; use lowercase letters"),
        ({"kind": "covention"}, "kind", "“covention” is not a known code"),
        ({"parties": "state/narnia"}, "parties", "“state/narnia” is in no register"),
        ({"parties": "state/canada|state/malaysia"}, "parties", "is not a reference"),
        ({"wikidata": "7768"}, "wikidata", "is not a Wikidata item"),
        ({"slug": "Not A Slug"}, "slug", "is not a slug"),
        ({"supersedes": "instrument/aclk-2024", "slug": "aclk-2024"}, "supersedes", "stands above itself"),
        ({"same_as": "instrument/nowhere"}, "same_as", "there is no “instrument/nowhere” that it could be"),
        ({"same_as": "row/2"}, "same_as", "there is no “row/2” that it could be"),
        ({"same_as": "row/" + "9" * 5000}, "same_as", "that it could be"),
    ],
)
def test_what_is_wrong_is_named_by_column_and_not_written(examine, cells, column, message):
    report = examine(table(NEW | cells))
    (one,) = report.examined
    assert one.outcome is Outcome.faulty
    assert any(fault.place.column == column and message in fault.message for fault in one.faults), one.faults
    assert all(fault.place.row == 2 for fault in one.faults)
    assert (report.settled, report.rows) == (False, [])
    assert f"  {column}: " in as_text(report)


def test_a_code_that_is_not_known_is_told_with_what_it_may_mean_and_where_all_are_listed(examine):
    told = as_text(examine(table(NEW | {"kind": "covention"})))
    listed = "`aseancan-kg query code-list --param scheme=instrument-kind` lists the codes"
    assert f"“covention” is not a known code. Did you mean convention? {listed}" in told
    assert f"“xyz” is not a known code. {listed}" in as_text(examine(table(NEW | {"kind": "xyz"})))


def test_a_row_with_too_few_cells_is_faulty_and_the_others_are_not(examine):
    report = examine(table(NEW) + "Treaty on Sails,TOS,treaty\n")
    assert outcomes(report) == ["new", "faulty"]
    assert "3 cells where the header has 7" in as_text(report)
    assert len(report.rows) == 1


def test_the_register_itself_is_there_already_cell_by_cell(examine):
    register = settings.resources() / "data" / "registers" / "instruments.csv"
    report = examine(register.read_bytes())
    assert set(outcomes(report)) == {"exists"}
    assert [one.differences for one in report.examined if one.differences] == []
    assert (report.settled, report.rows) == (True, [])


@pytest.mark.parametrize("title", [ACTIP["title"], ACTIP["title"].upper(), "ASEAN TIP Convention"])
def test_an_instrument_that_is_there_is_known_by_its_name_and_what_differs_is_told(examine, title):
    (one,) = examine(table(ACTIP | {"title": title, "adopted": "2015-11", "adopted_place": "Ha Noi"})).examined
    assert (one.outcome, one.thing) == (Outcome.exists, "instrument/actip-2015")
    told = {difference.column: (difference.file, difference.register) for difference in one.differences}
    assert told["adopted"] == ("2015-11", "2015-11-21")
    assert told["adopted_place"] == ("Ha Noi", "Kuala Lumpur, Malaysia")
    assert told["sources"][0] == "https://example.org/"
    assert ("title" in told) == (title != ACTIP["title"])
    assert "kind" not in told


@pytest.mark.parametrize(
    ("cells", "path", "reason"),
    [
        ({"adopted": "2009"}, "instrument/actip-2015", "adopted: “2015-11-21” there"),
        ({"adopted": "", "kind": "charter"}, "instrument/actip-2015", "kind: “convention” there"),
        (
            {"adopting_body": "body/asean-canada-jcc"},
            "instrument/actip-2015",
            "adopting_body: “mechanism/asean-summit” there",
        ),
        (
            {"title": "Canada's Indo-Pacific Strategy", "adopted": "", "kind": "strategy", "parties": "state/malaysia"},
            "instrument/canada-indo-pacific-strategy",
            "parties: “state/canada” there",
        ),
        (
            {"title": "Master Plan on ASEAN Connectivity", "kind": "master-plan", "adopted": "", "period_end": "2025"},
            "instrument/mpac-2010",
            "period_end: empty there",
        ),
        (
            {"title": "ASEAN Convention on Ferries 2031", "short_title": "ASEAN TIP Convention", "adopted": ""},
            "instrument/actip-2015",
            "no 2031 in its names",
        ),
        ({"title": "Pakta ASEAN"}, "instrument/actip-2015", "the same kind; the dates of adoption agree"),
        ({"title": "ASEAN Convention against Traficking in Person"}, "instrument/actip-2015", "a name like it"),
        ({"title": "Convention on Ferries", "acronym": "ACTIP"}, "instrument/actip-2015", "the same name “ACTIP”"),
        ({"title": "Convention on Ferries", "slug": "actip-2015"}, "instrument/actip-2015", "the same slug"),
        ({"title": "ASEAN Secretariat"}, "body/asean-secretariat", "the same name"),
        (
            {"title": "Master Plan on ASEAN Connectivity 2025", "slug": "mpac-2010", "adopted": "2016"},
            "instrument/mpac-2010",
            "the same slug",
        ),
    ],
)
def test_what_may_be_there_is_asked_and_not_written(examine, cells, path, reason):
    report = examine(table(ACTIP | {"adopted": "2015-11-21"} | cells))
    (one,) = report.examined
    assert one.outcome is Outcome.duplicate
    found = {likeness.thing: "; ".join(likeness.reasons) for likeness in one.likenesses}
    assert reason in found[path]
    assert (report.settled, report.rows) == (False, [])
    assert "or --same-as 2=none if it is new" in as_text(report)


def test_a_web_address_that_another_has_is_a_question(examine, existing):
    address = existing.rows["instrument/actip-2015"].written("url")
    (one,) = examine(table(NEW | {"url": address})).examined
    assert (one.outcome, one.likenesses[0].thing) == (Outcome.duplicate, "instrument/actip-2015")


@pytest.mark.parametrize("answered", ["in the table", "on the command line"])
def test_a_cataloguer_decides(examine, answered):
    alike = ACTIP | {"title": "ASEAN Convention against Traficking in Person", "adopted": "2015-11-21"}

    def decided(answer):
        if answered == "in the table":
            return examine(table(alike | {"same_as": answer}))
        return examine(table(alike), same_as={"2": answer})

    same, new = decided("instrument/actip-2015"), decided("none")
    assert (outcomes(same), same.settled, same.rows) == (["exists"], True, [])
    assert (outcomes(new), new.settled) == (["new"], True)
    assert new.rows[0]["slug"] == "asean-convention-against-traficking-in-person-2015"
    # The slug of another cannot be had by decision.
    taken = examine(table(alike | {"slug": "actip-2015", "same_as": "none"}))
    assert outcomes(taken) == ["faulty"]
    assert "“actip-2015” stands in" in as_text(taken)
    assert "give one another slug" in as_text(taken)


def test_what_is_there_as_another_kind_of_thing_may_be_the_answer(examine):
    (one,) = examine(table(ACTIP | {"title": "ASEAN Secretariat"}), same_as={"2": "body/asean-secretariat"}).examined
    assert (one.outcome, one.thing, one.row) == (Outcome.exists, "body/asean-secretariat", None)


def test_answers_have_to_fit_the_file(examine):
    with pytest.raises(InputError, match="there is no record 7"):
        examine(table(NEW), same_as={"7": "none"})
    with pytest.raises(InputError, match="there is no column “colour”"):
        examine(table(NEW), fill={"colour": "red"})


def test_what_every_record_lacks_is_given_once(examine):
    bare = {"title": NEW["title"], "kind": "convention"}
    report = examine(table(bare), fill={"sources": "https://example.org/list", "confidence": "low", "kind": "treaty"})
    assert (report.rows[0]["sources"], report.rows[0]["confidence"]) == ("https://example.org/list", "low")
    assert report.rows[0]["kind"] == "convention"
    (there,) = examine(table(ACTIP), fill={"adopted_place": "Ha Noi"}).examined
    assert "adopted_place" not in {difference.column for difference in there.differences}  # the file did not say so


def test_a_record_that_stands_twice_in_the_file_is_asked_once(examine):
    again = NEW | {"title": "ASEAN convention on lighthouse-keeping", "sources": "https://example.org/again"}
    report = examine(table(NEW, again))
    assert outcomes(report) == ["new", "likely duplicate"]
    assert report.examined[1].likenesses[0].thing == "row/2"
    report = examine(table(NEW, again), same_as={"3": "row/2"})
    assert (outcomes(report), len(report.rows), report.settled) == (["new", "exists"], 1, True)


def test_successive_plans_are_no_duplicates(examine):
    plans = [
        NEW | {"title": f"Lamp Plan {year}-{year + 4}", "acronym": "", "adopted": ""} for year in (2011, 2016, 2021)
    ]
    report = examine(table(*plans))
    assert outcomes(report) == ["new"] * 3
    assert [row["slug"] for row in report.rows] == ["lamp-plan-2011-2015", "lamp-plan-2016-2020", "lamp-plan-2021-2025"]


def test_rows_may_refer_to_each_other_and_none_is_written_without_what_it_refers_to(examine):
    good = examine(table(NEW | {"slug": "aclk"}, SUCCESSOR))
    assert outcomes(good) == ["new", "new"]
    third = NEW | {"title": "Rules of Wicks", "acronym": "", "implements": "instrument/aclk-protocol"}
    bad = examine(table(NEW | {"slug": "aclk", "adopted": "soon"}, SUCCESSOR, third))
    assert outcomes(bad) == ["faulty"] * 3
    assert bad.rows == []
    assert "supersedes: “instrument/aclk” is not written. Settle record 2 first." in as_text(bad)
    assert "implements: “instrument/aclk-protocol” is not written. Settle record 3 first." in as_text(bad)


def test_two_new_rows_never_get_the_same_slug(examine):
    rows = [NEW | {"title": f"Accord on {what}", "acronym": "", "short_title": "Accord"} for what in ("Oars", "Tar")]
    report = examine(table(*rows, rows[0] | {"title": "Accord on Rope", "slug": "accord-2024"}), same_as={"3": "none"})
    slugs = [row["slug"] for row in report.rows]
    assert len(slugs) == len(set(slugs))


def test_the_slug_of_what_is_no_longer_in_use_is_not_used_again(existing):
    typed = {"iri": "id/instrument/aclk-2024", "label": "Lamp", "status": "withdrawn", "date": "2026-01-01"}
    columns = REGISTERS["identifiers"][1]
    former, _ = read_row(
        "identifiers", dict.fromkeys(columns, "") | typed | {"reason": "none"}, Place("identifiers.csv")
    )
    rows = {**existing.registers.rows, "identifiers": (former,)}
    since = replace(existing, registers=replace(existing.registers, rows=rows))
    content = table(NEW, NEW | {"title": "Pact on Fog", "acronym": "", "slug": "aclk-2024"}).encode()
    report = examination.examine(examination.read(content, "incoming", since), since)
    assert [one.thing for one in report.examined] == ["instrument/aclk-2024-2", ""]
    assert "slug: “aclk-2024” was the slug of what is no longer in use. Give it another" in as_text(report)


def test_the_report_as_json_says_the_same_to_programs(examine):
    report = examine(table(NEW, ACTIP | {"adopted": "2015-11"}, NEW | {"adopted": "soon", "title": "Pact on Fog"}))
    told = json.loads(as_json(report))
    assert (told["format"], told["settled"]) == ("csv", False)
    assert told["counts"] == {"new": 1, "exists": 1, "likely duplicate": 0, "faulty": 1}
    new, exists, faulty = told["records"]
    assert new["row"] == report.rows[0]
    assert (exists["thing"], exists["row"]) == ("instrument/actip-2015", None)
    assert {"column": "adopted", "file": "2015-11", "register": "2015-11-21"} in exists["differences"]
    assert faulty["faults"][0]["column"] == "adopted"
    assert faulty["number"] == 4


@pytest.mark.proof  # half a minute
def test_ten_thousand_rows_are_examined(examine):
    rows = [NEW | {"title": f"Protocol number {number} on Lamps", "acronym": ""} for number in range(10_000)]
    report = examine(table(*rows))
    assert outcomes(report) == ["new"] * 10_000
    assert len({row["slug"] for row in report.rows}) == 10_000
