"""MODS: the elements and the values that the format knows, in the order in which people look for them."""

from collections import Counter

import pytest
from lxml import etree

from aseancan_kg.library.plain import plain
from aseancan_kg.library.records.mods import NAMESPACE, as_mods
from aseancan_kg.library.records.record import Record, Value, records
from aseancan_kg.namespaces import thing

ACTIP = thing("instrument", "actip-2015")
PLAN = thing("instrument", "asean-canada-poa-2021-2025")
ACTION = f"{PLAN}/action/2.7.4"
KNOWN = {
    "mods": {
        *("titleInfo", "name", "typeOfResource", "genre", "originInfo", "language", "abstract", "tableOfContents"),
        *("note", "subject", "relatedItem", "identifier", "location", "accessCondition", "recordInfo"),
    },
    "titleInfo": {"nonSort", "title"},
    "name": {"namePart", "role"},
    "role": {"roleTerm"},
    "originInfo": {"place", "publisher", "dateIssued", "dateCreated", "dateValid"},
    "place": {"placeTerm"},
    "language": {"languageTerm"},
    "subject": {"topic", "geographic", "name", "titleInfo"},
    "relatedItem": {"titleInfo", "identifier", "name", "originInfo", "part"},
    "part": {"detail"},
    "detail": {"number", "title"},
    "location": {"url"},
    "recordInfo": {
        *("recordContentSource", "recordCreationDate", "recordChangeDate", "recordIdentifier", "recordOrigin"),
    },
}
"""Element → those that may stand in it, of those of the schema that are used."""
RELATIONS = {"preceding", "succeeding", "host", "constituent", "isReferencedBy"}


@pytest.fixture(scope="module")
def whole(served, catalogued):
    instruments = [record for record in catalogued.values() if record.kind == "instrument"]
    return etree.fromstring(as_mods([*instruments, *records(served, [ACTION]).values()]))


def find(root, path):
    return root.xpath(path, namespaces={"m": NAMESPACE})


def name(node):
    return etree.QName(node).localname


def test_only_elements_of_the_schema_stand_where_they_may(whole):
    for mods in whole:
        for node in mods.iter():
            assert etree.QName(node).namespace == NAMESPACE
            assert {name(child) for child in node} <= KNOWN.get(name(node), set())
        assert Counter(map(name, mods))["recordInfo"] == 1


def test_attributes_have_the_values_of_the_schema(whole):
    assert set(find(whole, "//m:relatedItem/@type")) <= RELATIONS
    assert set(find(whole, "//m:titleInfo/@type")) <= {"abbreviated", "translated", "alternative", "uniform"}
    assert set(find(whole, "//m:name/@type")) <= {"personal", "corporate", "conference", "family"}
    assert set(find(whole, "//@encoding")) <= {"edtf", "w3cdtf"}
    assert find(whole, "//m:relatedItem[@type and @otherType]") == []


def test_a_treaty_has_a_uniform_title_with_its_date(catalogued):
    root = etree.fromstring(as_mods([catalogued[ACTIP]]))
    assert find(root, "//m:mods/m:titleInfo[@type='uniform']/m:title/text()")[0].endswith("Children (2015 November 21)")
    assert set(find(root, "//m:roleTerm/text()")) == {"issuing body", "participant in treaty"}
    assert find(root, "//m:dateCreated/text()") == ["2015-11-21"]


def test_what_binds_in_law_is_a_treaty_in_the_list_of_marc(whole, catalogued):
    treaties = find(whole, "//m:mods[m:genre[@authority='marcgt']='treaty']/m:identifier[1]/text()")
    assert treaties == [record.iri for record in catalogued.values() if record.legal]


def test_an_action_is_a_part_of_its_plan_which_has_the_makers_and_the_day(served):
    root = etree.fromstring(as_mods([records(served, [ACTION])[ACTION]]))
    (host,) = find(root, "//m:relatedItem[@type='host']")
    assert find(host, "m:identifier/text()") == [PLAN]
    assert find(host, "m:originInfo[@eventType='adoption']/m:dateCreated/text()") == ["2020-09-10"]
    makers = {"ASEAN Post Ministerial Conference with Canada", "ASEAN Member States", "Canada"}
    assert set(find(host, "m:name/m:namePart/text()")) == makers
    assert find(host, "m:part/m:detail[@type='section']/m:number/text()") == ["2", "2.7"]
    assert find(host, "m:part/m:detail[@type='action']/m:number/text()") == ["2.7.4"]
    assert find(root, "//m:mods/m:name") == []
    assert len(find(root, "//m:abstract")) == 1


def test_adoption_and_publication_are_two_events():
    texts = {key: (Value(key),) for key in ("adopted_place", "edition_publisher")}
    record = Record(iri=PLAN, kind="instrument", period_start=(Value("2021"),), **texts)
    root = etree.fromstring(as_mods([record]))
    events = {one.get("eventType"): [name(part) for part in one] for one in find(root, "//m:originInfo")}
    assert events == {"adoption": ["place"], "in effect": ["dateValid"], "publication": ["publisher"]}


def test_an_article_is_no_part_of_the_title_that_is_filed(catalogued):
    root = etree.fromstring(as_mods([catalogued[thing("instrument", "aim-2020")]]))
    (title,) = find(root, "//m:mods/m:titleInfo[not(@type)]")
    assert [(name(part), part.text) for part in title] == [("nonSort", "The"), ("title", "ASEAN ICT Masterplan 2020")]


def test_subjects_are_what_they_are(catalogued):
    root = etree.fromstring(as_mods([catalogued[PLAN]]))
    assert "Minister of International Trade (Canada)" in find(root, "//m:subject/m:topic/text()")
    assert "ASEAN Member States" in find(root, "//m:subject/m:name[@type='corporate']/m:namePart/text()")
    assert "Nuclear-Weapon States" in find(root, "//m:subject/m:name[@type='corporate']/m:namePart/text()")
    assert "Canada" in find(root, "//m:subject/m:geographic/text()")
    assert set(find(root, "//m:subject/@authority")) == {"eurovocen", "unbist"}


def test_what_carries_it_out_and_is_no_resource_is_a_name(catalogued):
    root = etree.fromstring(as_mods([catalogued[PLAN]]))
    (fund,) = find(root, "//m:mods/m:name[m:namePart='ASEAN-Canada Plan of Action Trust Fund']")
    assert find(fund, "m:role/m:roleTerm/text()") == ["implementing body"]
    assert find(root, "//m:relatedItem/m:titleInfo[m:title='ASEAN-Canada Plan of Action Trust Fund']") == []


def test_a_partnership_is_no_conference(catalogued):
    partnership = thing("mechanism", "asean-canada-strategic-partnership")
    parents = (Value("Partnership", partnership, "mechanism", form="partnership"), Value("Summit", kind="mechanism"))
    root = etree.fromstring(as_mods([Record(iri=PLAN, kind="instrument", adopted_by=parents)]))
    assert find(root, "//m:mods/m:name/@type") == ["corporate", "conference"]


def test_harmful_texts_are_whole(harmed, harm):
    root = etree.fromstring(as_mods([record for record in harmed if record.kind == "instrument"]))
    assert plain(harm) in find(root, "//m:mods/m:titleInfo/m:title/text()")


def test_every_record_has_its_iri_and_tells_what_it_rests_on(whole, served):
    for mods in whole:
        assert find(mods, "m:identifier[@type='uri']/text()")[0].startswith("https://w3id.org/aseancan/id/instrument/")
        assert served.version in find(mods, "m:recordInfo/m:recordOrigin/text()")[0]
