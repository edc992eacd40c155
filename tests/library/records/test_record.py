"""The one record: what the graph states, on what it rests, and nothing else."""

import pyoxigraph as ox
import pytest

from aseancan_kg.library.records.record import FIELDS, records
from aseancan_kg.library.records.record import catalogued as iris_of_catalogue
from aseancan_kg.namespaces import ONT, PREFIXES, thing
from aseancan_kg.store.descriptions import describe
from aseancan_kg.store.embedded import EmbeddedStore

ACTIP = thing("instrument", "actip-2015")
PLAN = thing("instrument", "asean-canada-poa-2021-2025")
AHA_CENTRE = thing("body", "aha-centre")


def texts(values):
    return [value.text for value in values]


def test_every_instrument_body_and_mechanism_has_a_record(served, catalogued):
    assert list(catalogued) == [iri for iris in iris_of_catalogue(served).values() for iri in iris]
    kinds = [record.kind for record in catalogued.values()]
    assert (kinds.count("instrument"), kinds.count("body"), kinds.count("mechanism")) == (120, 51, 42)


def test_a_treaty_has_what_its_register_says_and_a_rival_date_apart(catalogued):
    record = catalogued[ACTIP]
    assert record.legal
    assert record.path == "instrument/actip-2015"
    assert texts(record.adopted) == ["2015-11-21"]
    assert texts(record.rivals["adopted"]) == ["2015-11-22"]
    assert "2016-01" in {act.date for act in record.acts if act.text == "Ratified: Singapore"}
    assert len(record.parties) == 10
    (ground,) = record.adopted[0].grounds
    assert "https://asean.org/a-step-closer-for-entry-into-force" in ground.sources[2].iri


def test_a_mention_carries_its_words_its_place_and_who_found_it(catalogued):
    (action,) = catalogued[AHA_CENTRE].mentioned_in
    (ground,) = action.grounds
    assert (action.kind, action.code) == ("action", "3.1.1")
    assert ground.words.startswith("ASEAN Coordinating Centre for Humanitarian Assistance")
    assert (ground.start, ground.end) == (20869, 20958)
    assert ground.mechanical
    assert ground.reviewed


def test_the_plan_has_its_contents_its_topics_and_what_it_names(catalogued):
    record = catalogued[PLAN]
    assert len(record.contents) == 32
    assert [section.code for section in record.contents[:3]] == ["1", "1.1", "1.2"]
    assert ACTIP in {value.iri for value in record.mentioned}
    assert PLAN not in {value.iri for value in record.mentioned}
    assert all(topic.grounds for topic in record.topics)
    assert texts(record.language) == ["id.loc.gov/vocabulary/iso639-1/en"]


def test_an_action_and_a_meeting_have_records_too(served):
    action, meeting = f"{PLAN}/action/1.4.2", thing("meeting", "asean-canada-dialogue-20")
    found = records(served, [action, meeting, thing("meeting", "nowhere")])
    assert ACTIP in {value.iri for value in found[action].mentioned}
    assert texts(found[action].number) == ["1.4.2"]
    assert found[action].text[0].grounds[0].start is not None
    assert [one for one in found if "meeting/nowhere" in one] == []


def test_a_part_of_a_text_has_its_whole_and_was_adopted_with_it(served, catalogued):
    iri = f"{PLAN}/action/2.7.4"
    record, plan = records(served, [iri])[iri], catalogued[PLAN]
    assert [(one.kind, one.code) for one in record.part_of] == [
        ("instrument", ""),
        ("section", "2"),
        ("section", "2.7"),
    ]
    assert record.part_of[0].iri == PLAN
    for name in ("adopted", "adopted_place", "adopted_by", "parties"):
        assert record.values(name) == plan.values(name)
    assert (
        catalogued[thing("instrument", "apaec-phase-2-2021-2025")].parties[0].grounds
    )  # a part with a text of its own


def test_parts_that_go_round_in_a_circle_end(served):
    one, other = (ox.NamedNode(f"{PLAN}/section/{number}") for number in (1, 2))
    kind, whole = ox.NamedNode(f"{PREFIXES['rdf']}type"), ox.NamedNode(f"{PREFIXES['dcterms']}isPartOf")
    quads = [ox.Quad(part, kind, ox.NamedNode(f"{ONT}Section")) for part in (one, other)]
    quads += [ox.Quad(one, whole, other), ox.Quad(other, whole, one)]
    found = records(EmbeddedStore(quads, version="v", union_default_graph=True), [one.value])
    assert [value.iri for value in found[one.value].part_of] == [other.value]


def test_another_day_of_an_act_is_told_apart_with_whose_act_it_is(catalogued):
    charter = catalogued[thing("instrument", "asean-charter")]
    told = {one.dated for one in charter.rivals["acts"]}
    assert told == {"Ratified: Thailand (2008-11-14)", "Ratified: Viet Nam (2008-03-14)"}
    assert all(one.sources for one in charter.rivals["acts"])


def test_of_several_titles_the_english_one_stands_first_and_none_is_lost():
    iri = ox.NamedNode(thing("instrument", "two"))
    titles = [ox.Literal("A French plan", language="fr"), ox.Literal("Plan one", language="en")]
    quads = [ox.Quad(iri, ox.NamedNode(f"{PREFIXES['skos']}prefLabel"), title) for title in titles]
    (record,) = records(EmbeddedStore(quads, version="v", union_default_graph=True), [iri.value]).values()
    assert (record.heading, texts(record.title), texts(record.other_titles)) == (
        "Plan one",
        ["Plan one"],
        ["A French plan"],
    )


def test_every_value_but_a_note_rests_on_something(served, catalogued):
    bare = {
        (name, record.path)
        for record in (*catalogued.values(), *records(served, [f"{PLAN}/action/2.7.4"]).values())
        for name in FIELDS
        for value in record.values(name)
        if not value.grounds and name not in {"note", "edition"}
    }
    assert bare == set()


@pytest.mark.proof
def test_no_value_is_there_that_the_graph_does_not_state(served, catalogued):
    """Every text and IRI of a record stands in the graph."""
    quads = served.quads()
    stated = {quad.object.value for quad in quads if isinstance(quad.object, ox.Literal | ox.NamedNode)}
    subjects = {quad.subject.value for quad in quads}
    for record in catalogued.values():
        for name in set(FIELDS) - {"acts"}:
            for value in record.values(name):
                assert value.iri in subjects | stated if value.iri else value.text in stated, (record.path, name)


def test_what_is_not_stated_is_left_out():
    iri = thing("instrument", "bare")
    triples = [
        ox.Quad(ox.NamedNode(iri), ox.NamedNode(f"{PREFIXES['rdf']}type"), ox.NamedNode(f"{ONT}Instrument")),
        ox.Quad(ox.NamedNode(iri), ox.NamedNode(f"{ONT}adoptedOn"), ox.Literal("2015")),
    ]
    store = EmbeddedStore(triples, version="v", union_default_graph=True)
    record = records(store, [iri])[iri]
    assert (record.kind, record.heading, texts(record.adopted)) == ("instrument", "bare", ["2015"])
    assert (record.agency, record.created, record.licence, record.legal) == ("", "", "", False)
    assert [name for name in FIELDS if record.values(name)] == ["adopted"]


@pytest.mark.proof
def test_the_number_of_look_ups_does_not_grow_with_the_things(served, catalogued):
    class Counted(EmbeddedStore):
        asked = 0

        def quads(self, **asked):
            Counted.asked += 1
            return served.quads(**asked)

    store = Counted([], version="v", union_default_graph=True)
    records(store, [ACTIP])
    few = Counted.asked
    records(store, [*catalogued])
    assert Counted.asked - few < few + 15
    assert few < 30


def test_the_titles_are_those_of_the_graph(served, catalogued):
    labels = describe(served, catalogued, [f"{PREFIXES['skos']}prefLabel"])
    for iri, record in catalogued.items():
        assert record.heading == labels.text(iri, f"{PREFIXES['skos']}prefLabel")
