"""Lineages: what instruments supersede, implement and belong to, and dates as precise as they are known."""

from datetime import date

import pytest

from aseancan_kg.catalogue.lineages import MOST_IN_LINEAGE, Span, lineages
from aseancan_kg.store.embedded import EmbeddedStore

HEAD = """
@prefix ac: <https://w3id.org/aseancan/ont#> . @prefix dcterms: <http://purl.org/dc/terms/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix : <urn:> .
"""
FAMILY = """
:old a ac:Instrument ; skos:prefLabel "Old" ; ac:adoptedOn "2001-05-06"^^xsd:date .
:lost a ac:Instrument ; skos:prefLabel "Lost" .
:new a ac:Instrument ; skos:prefLabel "New" ; ac:supersedes :lost ; ac:adoptedOn "2015-08"^^xsd:gYearMonth ;
  ac:phaseOf :frame ; dcterms:isPartOf :frame ;
  ac:periodStartsOn "2016"^^xsd:gYear ; ac:periodEndsOn "2020"^^xsd:gYear .
:lost ac:supersedes :old .
:frame a ac:Instrument ; skos:prefLabel "Frame" ; ac:adoptedOn "1999"^^xsd:gYear ; ac:implementsInstrument :charter .
:charter a ac:Instrument ; skos:prefLabel "Charter" .
:plan a ac:Instrument ; skos:prefLabel "Plan" ; ac:implementsInstrument :new .
:stranger a ac:Instrument ; skos:prefLabel "Stranger" ; ac:adoptedOn "2001"^^xsd:gYear .
:round a ac:Instrument ; skos:prefLabel "Round" ; ac:supersedes :once , :round .
:once a ac:Instrument ; skos:prefLabel "Once" ; ac:supersedes :round .
"""


@pytest.fixture
def read(tmp_path):
    def read(turtle):
        file = tmp_path / "lineage.ttl"
        file.write_text(HEAD + turtle)
        return lineages(EmbeddedStore.from_files([file], union_default_graph=False))

    return read


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("2015-02-03", (2015, 2, 3), (2015, 2, 3)),
        ("2015-02", (2015, 2, 1), (2015, 2, 28)),
        ("2016-02", (2016, 2, 1), (2016, 2, 29)),
        ("2015", (2015, 1, 1), (2015, 12, 31)),
        ("2015-12Z", (2015, 12, 1), (2015, 12, 31)),
    ],
)
def test_a_date_is_as_wide_as_it_is_known(text, earliest, latest):
    span = Span.of(text)
    assert (span.earliest, span.latest) == (date(*earliest), date(*latest))
    assert span.text == text.removesuffix("Z")


@pytest.mark.parametrize("text", ["", "soon", "2015-13", "2015-02-30", "0000", "20155", "2015-2-3"])
def test_what_is_no_date_is_none(text):
    assert Span.of(text) is None


def test_a_lineage_goes_along_what_supersedes_and_up_what_is_implemented(read):
    found = read(FAMILY).of("urn:new")
    assert [one.label for one in found.instruments] == ["Frame", "Old", "Lost", "New", "Charter", "Plan"]
    told = {
        (found.instruments[tie.source].label, tie.relation, found.instruments[tie.target].label) for tie in found.ties
    }
    assert told == {
        ("New", "supersedes", "Lost"),
        ("Lost", "supersedes", "Old"),
        ("New", "is a phase of", "Frame"),
        ("Frame", "implements", "Charter"),
        ("Plan", "implements", "New"),
    }
    new = found.instruments[3]
    assert (new.adopted.text, new.starts.text, new.ends.text, new.in_force) == ("2015-08", "2016", "2020", None)


def test_an_instrument_without_a_relation_has_no_lineage(read):
    found = read(FAMILY)
    assert found.of("urn:stranger") is None
    assert found.of("urn:nobody") is None
    assert read(":a a ac:Instrument .").overview() is None


def test_the_overview_has_each_chain_once_the_oldest_first_and_no_other_relation(read):
    found = read(FAMILY).overview()
    assert [[one.label for one in group] for group in found.groups] == [["Old", "Lost", "New"], ["Once", "Round"]]
    assert {tie.relation for tie in found.ties} == {"supersedes"}


def test_a_large_family_is_cut_and_says_so(read):
    found = read(
        "".join(f":i{n} a ac:Instrument ; ac:implementsInstrument :top .\n" for n in range(40))
        + ":top a ac:Instrument ."
    )
    lineage = found.of("urn:top")
    assert len(lineage.instruments) == MOST_IN_LINEAGE
    assert lineage.left_out == 41 - MOST_IN_LINEAGE
    assert "urn:top" in {one.iri for one in lineage.instruments}
