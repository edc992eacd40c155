"""MARC 21 as libraries' own tools read and check it."""

import io
import re
import subprocess
from collections import Counter

import pymarc
import pytest

from aseancan_kg.catalogue.labels import Link
from aseancan_kg.errors import NotAcceptable
from aseancan_kg.library.plain import plain
from aseancan_kg.library.records.access_points import signing_date
from aseancan_kg.library.records.grounds import Ground
from aseancan_kg.library.records.marc import as_iso2709, as_marcxml, main_record
from aseancan_kg.library.records.marc.authorities import authority
from aseancan_kg.library.records.marc.bibliographic import bibliographic
from aseancan_kg.library.records.marc.fields import skipped
from aseancan_kg.library.records.record import Record, Value
from aseancan_kg.namespaces import thing

ACTIP = thing("instrument", "actip-2015")
MPAC = thing("instrument", "mpac-2025")
PLAN = thing("instrument", "asean-canada-poa-2021-2025")
STRATEGY = thing("instrument", "canada-indo-pacific-strategy")
AHA_CENTRE = thing("body", "aha-centre")
SUMMIT = thing("mechanism", "asean-summit")

LINT = """
use MARC::Batch; use MARC::Lint;
my $lint = MARC::Lint->new;
my $batch = MARC::Batch->new('USMARC', $ARGV[0]);
while (my $record = $batch->next) {
  $lint->check_record($record);
  print $record->field('001')->data, ": $_\\n" for $lint->warnings;
}
print "warning: $_\\n" for $batch->warnings;
"""


@pytest.fixture(scope="module")
def lint(tool, tmp_path_factory):
    """Return what MARC::Lint says of records."""
    perl = tool("perl")
    if subprocess.run([perl, "-MMARC::Lint", "-e", "1"], capture_output=True, check=False).returncode:
        tool("MARC::Lint")
    directory = tmp_path_factory.mktemp("lint")

    def lint(marcs):
        file = directory / "records.mrc"
        file.write_bytes(as_iso2709(marcs))
        ran = subprocess.run([perl, "-e", LINT, file], capture_output=True, encoding="utf-8", check=True)
        return ran.stdout.splitlines()

    return lint


def read(written):
    return list(pymarc.MARCReader(written))


def values(marc, tag, code="a"):
    return [one for field in marc.get_fields(tag) for one in field.get_subfields(code)]


def instruments(catalogued):
    return [record for record in catalogued.values() if record.kind == "instrument"]


@pytest.mark.parametrize("main_entry", ["title", "corporate"])
def test_lint_has_nothing_to_say_of_any_instrument(catalogued, lint, main_entry):
    assert lint(bibliographic(record, main_entry) for record in instruments(catalogued)) == []


def test_lint_finds_what_is_wrong(catalogued, lint):
    marc = bibliographic(catalogued[MPAC])
    marc.add_field(pymarc.Field("245", pymarc.Indicators("9", "0"), [pymarc.Subfield("q", "twice")]))
    assert any("245" in warning for warning in lint([marc]))


def test_the_list_of_all_fields_of_marc_has_nothing_to_say_of_any_instrument(catalogued, tool, tmp_path):
    """Checked with the Avram schema of MARC 21 in Debian's libmarc-schema-perl."""
    validate, file = tool("marcvalidate"), tmp_path / "records.mrc"
    file.write_bytes(as_iso2709(map(bibliographic, instruments(catalogued))))
    assert subprocess.run([validate, file], capture_output=True, encoding="utf-8", check=False).stdout == ""
    marc = bibliographic(catalogued[MPAC])
    marc.add_field(pymarc.Field("245", pymarc.Indicators("0", "0"), [pymarc.Subfield("q", "no such subfield")]))
    file.write_bytes(as_iso2709([marc]))
    assert "245" in subprocess.run([validate, file], capture_output=True, encoding="utf-8", check=False).stdout


@pytest.mark.parametrize("make", [bibliographic, authority])
def test_yaz_reads_both_forms_and_they_are_the_same(catalogued, tool, tmp_path, make):
    dump, binary, markup = tool("yaz-marcdump"), tmp_path / "records.mrc", tmp_path / "records.xml"
    marcs = [make(record) for record in instruments(catalogued)]
    binary.write_bytes(as_iso2709(marcs))
    markup.write_bytes(as_marcxml(marcs))
    checked = subprocess.run([dump, "-n", binary], capture_output=True, check=True)
    assert (checked.stdout, checked.stderr) == (b"", b"")
    converted = subprocess.run([dump, "-i", "marcxml", "-o", "marc", markup], capture_output=True, check=True)
    assert converted.stdout == binary.read_bytes()


def test_pymarc_reads_back_every_record_in_both_forms(catalogued):
    marcs = [main_record(record) for record in catalogued.values()] + [authority(one) for one in catalogued.values()]
    written = [str(marc) for marc in marcs]
    lengths = re.compile(r"=LDR  \d{5}(.{7})\d{5}")
    assert [lengths.sub(r"\1", str(one)) for one in read(as_iso2709(marcs))] == [
        lengths.sub(r"\1", one) for one in written
    ]
    assert [str(one)[30:] for one in pymarc.parse_xml_to_array(io.BytesIO(as_marcxml(marcs)))] == [
        one[30:] for one in written
    ]


def test_a_treaty_is_entered_under_its_title_and_date(catalogued):
    for main_entry in ("title", "corporate"):
        marc = bibliographic(catalogued[ACTIP], main_entry)
        assert values(marc, "130", "d") == ["(2015 November 21)"]
        assert marc["245"].indicators == ("1", "0")
        assert marc["008"].data[24:28] == "z   "
        assert set(values(marc, "710", "e")) == {"participant in treaty"}
        assert len(values(marc, "710")) == 10
        assert "110" not in marc
        assert values(marc, "046", "k") == ["2015-11-21"]
        assert any("2015-11-22" in note for note in values(marc, "500"))  # the rival day


def test_a_plan_is_entered_under_its_title_or_under_the_body_that_adopted_it(catalogued):
    by_title, by_body = (bibliographic(catalogued[MPAC], entry) for entry in ("title", "corporate"))
    assert not {"110", "111", "130"} & {field.tag for field in by_title.fields}
    assert by_title["245"].indicators == ("0", "0")
    assert values(by_title, "711") == ["ASEAN Summit,"]
    assert (values(by_body, "111"), values(by_body, "111", "j")) == (["ASEAN Summit,"], ["issuing body"])
    assert by_body["245"].indicators == ("1", "0")
    assert "711" not in by_body
    related = {(field["i"], field["t"]) for field in by_title.get_fields("787")}
    assert ("Continuation of:", "Master Plan on ASEAN Connectivity") in related
    assert ("Superseded by:", "ASEAN Connectivity Strategic Plan") in related
    assert by_title["008"].data[24:28] == "||||"


def test_who_is_only_a_party_is_no_main_entry(catalogued):
    marc = bibliographic(catalogued[thing("instrument", "daw-asean-1988")], "corporate")
    assert "110" not in marc
    assert marc["245"].indicators == ("0", "0")
    assert len(values(marc, "710")) == 6


def test_who_adopted_it_and_is_a_party_stands_there_once_with_both(catalogued):
    for entry, tag in (("title", "710"), ("corporate", "110")):
        marc = bibliographic(catalogued[STRATEGY], entry)
        (canada,) = marc.get_fields("110", "710")
        assert (canada.tag, canada["a"], canada.get_subfields("e")) == (
            tag,
            "Canada,",
            ["issuing body,", "participant"],
        )


@pytest.mark.parametrize(
    ("slug", "code"),
    [
        ("canada-indo-pacific-strategy", "f"),  # one state adopted it
        ("chicago-convention-1944", "i"),  # a treaty, of whose parties the dataset has one
        ("daw-asean-1988", "i"),  # several states
        ("asean-canada-fta", "i"),  # a group of states
        ("arf-statement-pcve-2019", "i"),  # a mechanism
        ("un-2030-agenda", "i"),  # an organisation of states
        ("seanwfz-protocol", "|"),  # nobody is stated
    ],
)
def test_the_level_of_government_is_coded_as_far_as_stated(catalogued, slug, code):
    assert bibliographic(catalogued[thing("instrument", slug)])["008"].data[28] == code


def test_one_state_among_unknown_parties_tells_no_level():
    party = Value("Canada", thing("state", "canada"), "state")
    marc = bibliographic(Record(iri=thing("instrument", "some"), kind="instrument", parties=(party,)))
    assert marc["008"].data[28] == "|"


def test_only_what_has_its_text_online_is_an_online_resource(catalogued):
    online = {record.iri for record in instruments(catalogued) if "338" in bibliographic(record)}
    assert online == {PLAN}
    marc = bibliographic(catalogued[PLAN])
    assert marc["006"].data == "m     o  d i      "
    assert (marc["008"].data[23], marc["007"].data[:2]) == ("o", "cr")
    page_only = bibliographic(catalogued[ACTIP])
    assert page_only["008"].data[23] == "|"
    assert "856" in page_only
    assert not {"006", "007", "337", "338"} & {field.tag for field in page_only.fields}


def test_what_carries_a_plan_out_and_is_no_resource_is_an_added_entry(catalogued):
    marc = bibliographic(catalogued[PLAN])
    fund = next(field for field in marc.get_fields("710") if "Trust Fund" in field["a"])
    assert fund.get_subfields("e") == ["implementing body"]
    assert not any("Trust Fund" in title for title in values(marc, "787", "t"))


def test_subjects_are_tagged_by_what_they_are(catalogued):
    marc = bibliographic(catalogued[PLAN])
    assert {"Nuclear-Weapon States", "ASEAN Member States"} <= set(values(marc, "610"))
    assert "Minister of International Trade (Canada)" in values(marc, "653")
    assert "Canada" in values(marc, "651")
    assert {field["1"].split("/")[-2] for field in marc.get_fields("651")} == {"state", "place"}


def test_in_authority_records_a_state_is_a_place_a_partnership_a_body_and_a_post_a_note(catalogued):
    relations = authority(catalogued[thing("mechanism", "asean-canada-dialogue-relations")])
    assert values(relations, "110") == ["ASEAN-Canada Dialogue Relations"]
    assert "111" not in relations
    assert values(relations, "551") == ["Canada"]
    assert values(authority(catalogued[ACTIP]), "551", "i") == ["Participant:"] * 10
    posts = [(record, one) for record in catalogued.values() for one in record.children if one.kind == "post"]
    for record, post in posts:
        marc = authority(record)
        assert f"Hierarchical subordinate: {post.text}" in values(marc, "667")
        assert post.text not in values(marc, "510")
    assert posts


def test_without_an_agency_the_dataset_is_cited_by_its_version():
    marc = authority(Record(iri=thing("body", "bare"), kind="body", version="v"))
    assert values(marc, "670") == ["dataset version v"]


def test_each_way_in_which_software_found_a_value_is_told(catalogued):
    ways = [Ground("g", by=Link(f"https://example.org/{name}", name), mechanical=True) for name in ("Rule", "Other")]
    subject = Value("Summit", SUMMIT, "mechanism", grounds=(*ways, *ways))
    marc = bibliographic(Record(iri=MPAC, kind="instrument", mentioned=(subject,)))
    assert marc["611"].get_subfields("8") == ["1\\p", "2\\p"]
    assert values(marc, "883") == ["Rule", "Other"]


def test_another_day_of_an_act_is_a_note(catalogued):
    unclos = bibliographic(catalogued[thing("instrument", "unclos-1982")])
    assert any("acts of parties: Ratified: Canada (2003-11-06)" in note for note in values(unclos, "500"))


def test_what_software_found_is_told_from_what_a_reader_found(catalogued):
    marc = bibliographic(catalogued[PLAN])
    actip = next(field for field in marc.get_fields("630") if field["1"] == ACTIP)
    assert (actip["d"], actip.indicators) == ("(2015 November 21)", ("0", "4"))
    (note,) = [field for field in marc.get_fields("883") if field["8"] == actip["8"]]
    assert (note["a"], note["c"], note.indicator1) == ("Full name", "0.9", "1")
    assert all("8" not in field for field in marc.get_fields("650"))  # topics were coded by a reader
    assert {field["2"] for field in marc.get_fields("650") if field.indicator2 == "7"} == {"eurovocen", "unbist"}


def test_an_authority_record_cites_each_passage_with_its_words_and_their_place(catalogued):
    marc = authority(catalogued[AHA_CENTRE])
    assert marc.leader[6] == "z"
    assert len(marc["008"].data) == 40
    assert values(marc, "046", "s") == ["2011-11-17"]
    assert values(marc, "370", "e") == ["Jakarta"]
    assert values(marc, "410") == ["AHA Centre"]
    assert "Q114434380" in values(marc, "024")
    (passage,) = [field for field in marc.get_fields("670") if "action/3.1.1" in (field["u"] or "")]
    assert "code points 20869-20958: “ASEAN Coordinating Centre" in passage["b"]
    assert passage["8"] == marc["883"]["8"]
    assert values(authority(catalogued[SUMMIT]), "111") == ["ASEAN Summit"]
    assert values(authority(catalogued[ACTIP]), "130", "d") == ["(2015 November 21)"]


def test_every_record_tells_where_it_comes_from(catalogued, served):
    for record in catalogued.values():
        for marc in (main_record(record), authority(record)):
            assert record.iri in values(marc, "024")
            assert marc["001"].data == record.path
            assert served.version in str(marc)
            assert len(marc["008"].data) == 40
            assert Counter(field.tag for field in marc.fields)["008"] == 1


def test_nothing_is_coded_that_is_not_stated():
    bare = Record(iri=thing("instrument", "bare"), kind="instrument", title=(Value("Bare"),))
    marc = bibliographic(bare)
    assert marc["008"].data == "||||||nuuuuuuuuxx " + "|" * 14 + " ||und d"
    assert {field.tag for field in marc.fields} == {"001", "008", "024", "040", "245", "336", "588", "758", "856"}
    assert values(marc, "588") == ["Description based on: no source stated; dataset version ."]


@pytest.mark.parametrize("make", [bibliographic, authority])
def test_harmful_texts_keep_their_field_and_their_record(harmed, harm, lint, make):
    marcs = [make(record) for record in harmed]
    back = read(as_iso2709(marcs))
    assert len(back) == len(marcs)
    for marc, one in zip(marcs, back, strict=True):
        assert [field.tag for field in one.fields] == [field.tag for field in marc.fields]
        titles = [title for tag in ("245", "130", "110") for title in values(one, tag)]
        assert titles[0].startswith(plain(harm)[:9000])
    markup = pymarc.parse_xml_to_array(io.BytesIO(as_marcxml(marcs)))
    assert [str(one)[30:] for one in markup] == [str(one)[30:] for one in marcs]
    if make is bibliographic:
        assert lint(marcs) == []


def test_a_field_that_is_too_long_is_cut_and_says_so(catalogued):
    long = Record(iri=thing("body", "long"), kind="body", title=(Value("é" * 6000),))
    (marc,) = read(as_iso2709([authority(long)]))
    assert marc["110"]["a"].endswith("é […].")
    assert len(marc["110"].as_marc("utf-8")) <= 9999


def test_a_record_that_is_too_long_is_refused_with_the_way_out():
    notes = tuple(Value(f"{number} " + "x" * 9000) for number in range(12))
    with pytest.raises(NotAcceptable, match="ISO 2709 holds 99,999") as refused:
        as_iso2709([bibliographic(Record(iri=thing("instrument", "long"), kind="instrument", note=notes))])
    assert "MARCXML" in refused.value.remedy


@pytest.mark.parametrize(
    ("date", "written"),
    [
        ("2015-11-21", "(2015 November 21)"),
        ("2016-01", "(2016 January)"),
        ("1976", "(1976)"),
        ("2015-13-01", ""),
        ("x", ""),
    ],
)
def test_the_date_of_a_treaty_is_as_precise_as_known(date, written):
    assert signing_date(date) == written


def test_an_article_is_skipped_in_filing():
    assert [skipped(title) for title in ("The Treaty", "A Plan", "An Act", "Theft", "ASEAN", "the")] == list("423000")
