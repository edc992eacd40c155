"""The list of formats, and what is taken out of the catalogue."""

import pytest

from aseancan_kg.errors import NotFound
from aseancan_kg.library.records.exchange import BY_NAME, FORMATS, of_kind, selected
from aseancan_kg.namespaces import thing

ACTIP = thing("instrument", "actip-2015")
PLAN = "instrument/asean-canada-poa-2021-2025"


def test_a_format_has_all_its_names():
    assert BY_NAME["mods"].format.name == "mods"
    assert BY_NAME["bibtex"] is BY_NAME["bib"]


def test_every_kind_has_formats_and_everything_else_has_none():
    assert set(of_kind("body")) == set(FORMATS) - {BY_NAME["mods"]}
    assert "mods" in {one.format.name for one in of_kind("action")}
    assert of_kind("topic") == of_kind("") == ()


@pytest.mark.parametrize("one", FORMATS, ids=lambda one: one.format.name)
def test_every_record_of_the_catalogue_is_written(served, catalogued, one):
    for record in catalogued.values():
        if record.kind in one.kinds:
            assert record.iri.encode() in one.write(served, [record])


def test_things_are_chosen_by_iri_by_path_by_kind_or_not_at_all(served):
    def chosen(*things, name="oai_dc"):
        return [record.path for record in selected(served, BY_NAME[name], things)]

    assert chosen(ACTIP) == chosen("instrument/actip-2015") == ["instrument/actip-2015"]
    with_a_kind = chosen("mechanism", "body/aha-centre")
    assert (len(with_a_kind), with_a_kind[-1]) == (43, "body/aha-centre")
    assert len(chosen("meeting")) == 73
    whole = chosen(name="mods")
    assert len(whole) == 120 + 106
    assert whole[120:123] == [f"{PLAN}/action/1.1.{number}" for number in (1, 2, 3)]


@pytest.mark.parametrize("thing", ["instrument/nowhere", "no iri at all", "http://[", "topic/mine-action", "a:\x00"])
def test_what_has_no_record_is_told(served, thing):
    with pytest.raises(NotFound, match="there is no record of"):
        selected(served, BY_NAME["oai_dc"], [thing])


@pytest.mark.parametrize("thing", ["body", "body/aha-centre", "meeting"])
def test_what_a_format_does_not_take_is_told(served, thing):
    with pytest.raises(NotFound, match="MODS") as refused:
        selected(served, BY_NAME["mods"], [thing])
    assert refused.value.remedy == "It has records of: instrument, action."


def test_a_misspelt_thing_is_told_the_nearest(served):
    with pytest.raises(NotFound) as refused:
        selected(served, BY_NAME["mods"], ["instrument/actip-2051"])
    assert refused.value.remedy.startswith("Did you mean instrument/actip-2015")
