"""What harvesters are offered: every instrument, body, mechanism and action, with datestamps, sets and tombstones."""

import xml.etree.ElementTree as ET
from datetime import UTC, datetime

import pyoxigraph as ox
import pytest

from aseancan_kg import archive, settings
from aseancan_kg.library.harvesting.metadata_formats import METADATA_FORMATS
from aseancan_kg.library.harvesting.repository import HARVESTED, Repository
from aseancan_kg.library.records.record import catalogued
from aseancan_kg.namespaces import BASE, ID, PREFIXES, thing
from aseancan_kg.store.descriptions import pointing
from aseancan_kg.store.embedded import EmbeddedStore

SINCE = datetime(2026, 12, 1, 10, 30, 15, 999, tzinfo=UTC)
SMALL = """
@prefix ac: <https://w3id.org/aseancan/ont#> .
@base <https://w3id.org/aseancan/> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

<dataset> dcat:hasVersion <r/one>, <r/two>, <r/vague> ; dcterms:modified "2026-11-20"^^xsd:date .
<r/one> dcat:version "1" ; dcterms:identifier "one" ; dcterms:issued "2026-11-10"^^xsd:date .
<r/two> dcat:version "2" ; dcterms:identifier "two" ; dcterms:issued "2026-11-20"^^xsd:date .
<r/vague> dcat:version "0" .

<id/instrument/treaty> a ac:Instrument, ac:LegalInstrument ; skos:prefLabel "Treaty"@en ;
  ac:kind <scheme/instrument-kind/treaty> ; ac:pillar <scheme/pillar/economic> .
<doc/instrument/treaty> dcterms:modified "2026-11-10"^^xsd:date .
<id/body/plain> a ac:Body ; skos:prefLabel "Plain"@en .
<id/body/café> a ac:Body ; ac:pillar <scheme/pillar/été> .
<https://example.org/other> a ac:Body .
<id/person/somebody> a ac:Person .
<scheme/pillar/economic> skos:prefLabel "Economic"@en ; skos:definition "Trade."@en .

<id/instrument/gone> owl:deprecated true ; dcterms:modified "2026-11-12"^^xsd:date .
<id/instrument/plan/action/1.2.3> owl:deprecated true ; dcterms:modified "2026-11-20"^^xsd:date .
<id/report/gone> owl:deprecated true ; dcterms:modified "2026-11-20"^^xsd:date .
<id/instrument/plan/action/1.2.3/clause/1> owl:deprecated true .
"""


@pytest.fixture(scope="module")
def small():
    store = EmbeddedStore(ox.parse(SMALL, ox.RdfFormat.TURTLE), version="v", union_default_graph=True)
    return Repository(store, SINCE)


@pytest.fixture(scope="module")
def real(served):
    return Repository(served, SINCE)


def datestamps(repository):
    return {item.identifier.removeprefix("oai:w3id.org:aseancan/"): item.datestamp for item in repository.items}


def test_the_whole_catalogue_and_every_action_can_be_harvested(served, real):
    actions = pointing(served, f"{PREFIXES['rdf']}type", [f"{BASE}ont#Action"])[f"{BASE}ont#Action"]
    assert {item.iri for item in real.items} == {
        iri for iris in (*catalogued(served).values(), actions) for iri in iris
    }
    assert {item.kind for item in real.items} == set(HARVESTED)
    assert [item.identifier for item in real.items] == sorted(real.by_identifier)
    plan = "oai:w3id.org:aseancan/instrument/asean-canada-poa-2021-2025"
    assert real.by_identifier[f"{plan}/action/1.2.6"].iri == f"{ID}instrument/asean-canada-poa-2021-2025/action/1.2.6"


def test_a_datestamp_is_the_end_of_the_day_of_the_release_since_every_record_is_of_one(small, real):
    assert set(datestamps(real).values()) == {"2026-11-25T23:59:59Z"}
    assert datestamps(small)["instrument/treaty"] == "2026-11-20T23:59:59Z"
    assert small.earliest == "2026-11-20T23:59:59Z"


@pytest.mark.parametrize(
    ("modified", "datestamp"),
    [
        ('"2026-11-15T08:00:00.5+02:00"^^xsd:dateTime', "2026-11-15T06:01:00Z"),  # when all services have it
        ('"2026-11-15"^^xsd:date', "2026-11-15T23:59:59Z"),
        ('"2026-11-20T08:00:00Z"^^xsd:dateTime', "2026-11-20T08:01:00Z"),
        ('"2026"^^xsd:gYear', "2026-12-01T10:30:15Z"),  # the host has served it since
    ],
)
def test_data_of_others_is_as_new_as_it_says(modified, datestamp):
    turtle = f"{SMALL.partition('<dataset>')[0]}<dataset> dcterms:modified {modified} . <id/body/x> a ac:Body ."
    store = EmbeddedStore(ox.parse(turtle, ox.RdfFormat.TURTLE), version="v", union_default_graph=True)
    assert datestamps(Repository(store, SINCE)) == {"body/x": datestamp}


@pytest.mark.proof
def test_whatever_differs_from_the_first_release_has_a_later_datestamp(real, tmp_path):
    first = archive.read(settings.resources() / "data" / "releases")[0]
    before = EmbeddedStore.from_files([first.unpack(tmp_path / first.quads_name)], union_default_graph=True)
    iris = [item.iri for item in real.items if item.kind != "action"]
    then, now = (
        {iri: ET.tostring(made) for iri, made in METADATA_FORMATS["oai_dc"].elements(store, iris).items()}
        for store in (before, real.store)
    )
    differing = {iri for iri in then.keys() & now.keys() if then[iri] != now[iri]}
    assert thing("instrument", "aadmer-2005") in differing  # of which acts of its parties are told since
    assert differing <= {item.iri for item in real.items if item.datestamp > f"{first.issued}T23:59:59Z"}


def test_a_change_on_the_day_of_a_release_is_no_older_than_it():
    changed = SMALL.replace(
        'modified "2026-11-20"^^xsd:date .\n<r/', 'modified "2026-11-20T08:00:00Z"^^xsd:dateTime .\n<r/'
    )
    store = EmbeddedStore(ox.parse(changed, ox.RdfFormat.TURTLE), version="v", union_default_graph=True)
    assert datestamps(Repository(store, SINCE))["instrument/treaty"] == "2026-11-20T23:59:59Z"


def test_what_went_is_a_tombstone_of_the_release_it_went_with(small):
    gone = {item.identifier.rpartition("aseancan/")[2]: item for item in small.items if item.deleted}
    assert set(gone) == {"instrument/gone", "instrument/plan/action/1.2.3"}
    assert (
        gone["instrument/gone"].datestamp == "2026-11-20T23:59:59Z"
    )  # in the register on the 12th, released on the 20th
    left = [["kind:instrument:treaty", "pillar:economic"], ["kind:action"]]  # those of what is left of their kinds
    assert [item.specs for item in gone.values()] == left
    assert small.keeps_tombstones
    assert not Repository(EmbeddedStore([], version="v", union_default_graph=True), SINCE).keeps_tombstones


def test_only_what_has_an_identifier_of_ours_can_be_harvested(small):
    assert set(datestamps(small)) == {
        *("instrument/treaty", "body/plain", "body/caf%C3%A9"),
        *("instrument/gone", "instrument/plan/action/1.2.3"),
    }
    assert small.by_identifier["oai:w3id.org:aseancan/body/caf%C3%A9"].specs == ["kind:body"]


def test_sets_add_up(real):
    counts = {one.spec: sum(one.spec in item.sets for item in real.items) for one in real.sets}
    assert min(counts.values()) > 0
    assert counts["kind"] == sum(counts[f"kind:{kind}"] for kind in HARVESTED) == len(real.items)
    for group in ("kind:instrument", "kind:body", "kind:mechanism", "pillar", "chapter"):
        below = [count for spec, count in counts.items() if spec.rpartition(":")[0] == group]
        assert sum(below) == counts[group], group
    assert sum(1 for item in real.items if item.kind == "action") == counts["chapter"] == counts["kind:action"] == 106
    assert counts["source:plan-of-action-2021-2025"] > 106
    assert len(real.sets) == len(counts)


def test_a_set_stands_before_those_below_it_and_has_the_words_of_the_dataset(small, real):
    specs = [one.spec for one in real.sets]
    for spec in specs:
        if ":" in spec:
            assert specs.index(spec.rpartition(":")[0]) < specs.index(spec)
    sets = {one.spec: one for one in (*real.sets, *small.sets)}
    assert sets["kind:instrument"].name == "Instruments"
    assert sets["chapter:asean-canada-poa-2021-2025:1"].name == "1 Political and Security Cooperation"
    assert (sets["pillar:economic"].name, sets["pillar:economic"].definition) == ("Economic", "Trade.")
    assert sets["pillar:economic"].iri == f"{BASE}scheme/pillar/economic"


def test_items_are_selected_by_kind_time_and_set_with_both_ends_included(small):
    def found(kinds=HARVESTED, since="", until="9", spec=""):
        return [item.iri for item in small.select(kinds, since, until, spec)]

    treaty, gone = thing("instrument", "treaty"), thing("instrument", "gone")
    assert found(["instrument"]) == [gone, treaty]
    assert found(["instrument"], until="2026-11-20T23:59:58Z") == []
    assert found(["instrument"], since="2026-11-20T23:59:59Z", until="2026-11-20T23:59:59Z") == [gone, treaty]
    assert found(spec="pillar") == found(spec="kind:instrument:treaty") == [gone, treaty]
    assert found(["action"]) == found(spec="kind:action") == [f"{thing('instrument', 'plan')}/action/1.2.3"]
    assert found(spec="kind:instr") == found(spec="nowhere") == []


def test_the_number_of_look_ups_does_not_grow_with_the_items(served):
    class Counted(EmbeddedStore):
        asked = 0

        def quads(self, **asked):
            Counted.asked += 1
            return served.quads(**asked)

        def rows(self, *asked):
            Counted.asked += 1
            return served.rows(*asked)

    assert len(Repository(Counted([], version="v", union_default_graph=True), SINCE).items) > 300
    assert Counted.asked < 20
