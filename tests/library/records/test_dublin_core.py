"""Dublin Core: true to its schema, whatever stands in the record."""

import pytest
from lxml import etree

from aseancan_kg.library.plain import plain
from aseancan_kg.library.records.dublin_core import as_dcterms, as_oai_dc
from aseancan_kg.library.records.record import records
from aseancan_kg.namespaces import thing

DC = "{http://purl.org/dc/elements/1.1/}"
DCTERMS = "{http://purl.org/dc/terms/}"
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
MPAC = thing("instrument", "mpac-2025")
TERMS = {
    *("title", "alternative", "creator", "contributor", "subject", "description", "tableOfContents", "publisher"),
    *("date", "created", "issued", "valid", "type", "identifier", "source", "hasFormat", "language", "relation"),
    *("replaces", "isReplacedBy", "isPartOf", "hasPart", "references", "isReferencedBy", "spatial", "temporal"),
    *("rights",),
}
"""Those of https://www.dublincore.org/specifications/dublin-core/dcmi-terms/ that are used."""


@pytest.fixture(scope="module")
def schema(schemas):
    return etree.XMLSchema(etree.parse(schemas / "oai" / "oai_dc.xsd"))


def test_every_record_is_valid(catalogued, served, schema):
    some = [
        thing("meeting", "asean-canada-dialogue-20"),
        f"{thing('instrument', 'asean-canada-poa-2021-2025')}/action/1.2.6",
    ]
    for record in [*catalogued.values(), *records(served, some).values()]:
        schema.assertValid(etree.fromstring(as_oai_dc([record])))


def test_harmful_texts_are_valid_and_whole(harmed, harm, schema):
    for record in harmed:
        root = etree.fromstring(as_oai_dc([record]))
        schema.assertValid(root)
        assert plain(harm) in [title.text for title in root.iter(f"{DC}title")]
        assert plain(harm) in [title.text for title in etree.fromstring(as_dcterms([record])).iter(f"{DCTERMS}title")]


def test_the_first_identifier_is_the_iri_and_relations_are_addresses(catalogued):
    root = etree.fromstring(as_oai_dc([catalogued[MPAC]]))
    assert next(root.iter(f"{DC}identifier")).text == MPAC
    assert thing("instrument", "mpac-2010") in [one.text for one in root.iter(f"{DC}relation")]
    assert [one.text for one in root.iter(f"{DC}date")] == ["2016-09-06"]
    assert "/2025" in [one.text for one in root.iter(f"{DC}coverage")]


def test_nothing_is_told_twice(catalogued):
    for record in catalogued.values():
        for written in (as_oai_dc([record]), as_dcterms([record])):
            told = [(one.tag, one.text) for one in etree.fromstring(written)]
            assert len(told) == len(set(told)), record.path


def test_an_action_has_the_makers_the_day_and_the_whole(served):
    iri = f"{thing('instrument', 'asean-canada-poa-2021-2025')}/action/2.7.4"
    root = etree.fromstring(as_oai_dc([records(served, [iri])[iri]]))
    told = {name: {one.text for one in root.iter(DC + name)} for name in ("creator", "contributor", "date", "relation")}
    assert told["creator"] == {"ASEAN Post Ministerial Conference with Canada"}
    assert told["contributor"] == {"ASEAN Member States", "Canada"}
    assert "2020-09-10" in told["date"]
    assert iri.partition("/action")[0] in told["relation"]


def test_terms_say_more_exactly_what_is_meant(catalogued):
    root = etree.fromstring(as_dcterms([catalogued[MPAC]]))
    assert {one.tag.removeprefix(DCTERMS) for one in root} <= TERMS
    replaced = [one for one in root.iter(f"{DCTERMS}replaces") if one.get(XSI_TYPE) == "dcterms:URI"]
    assert [one.text for one in replaced] == [thing("instrument", "mpac-2010")]
    assert [one.text for one in root.iter(f"{DCTERMS}temporal")] == ["end=2025"]


def test_all_records_stand_in_one_document(catalogued):
    whole = etree.fromstring(as_dcterms(list(catalogued.values())))
    assert {DCTERMS + term for term in TERMS} >= {one.tag for record in whole for one in record}
    assert len(whole) == len(catalogued)
