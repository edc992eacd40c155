"""What is cited of a thing."""

import pytest

from aseancan_kg.library.citations import as_sentence
from aseancan_kg.library.references import references
from aseancan_kg.namespaces import BASE, concept, thing
from aseancan_kg.store.embedded import EmbeddedStore

PLAN = thing("instrument", "asean-canada-poa-2021-2025")


@pytest.fixture(scope="module")
def store(published):
    return EmbeddedStore.from_files([published], union_default_graph=True)


def test_an_action_is_cited_by_its_plan_with_number_day_and_version(store):
    cited = references(store, [f"{PLAN}/action/1.2.6"])[f"{PLAN}/action/1.2.6"]
    assert cited.title.endswith("on ASEAN-Canada Enhanced Partnership, action 1.2.6")
    assert (cited.section, cited.issued, cited.author) == ("1.2.6", "2020-09-10", "ASEAN Member States and Canada")
    assert store.version in cited.version
    assert not cited.is_dataset
    assert as_sentence(cited).endswith(f" {PLAN}/action/1.2.6")


@pytest.mark.parametrize("part", ["section/1.2", "preamble", "action/1.2.6/clause/1"])
def test_every_part_of_a_plan_is_cited_by_the_plan(store, part):
    iri = f"{PLAN}/{part}"
    assert references(store, [iri])[iri].issued == "2020-09-10"


def test_other_things_are_cited_as_parts_of_the_dataset(store):
    things = [thing("body", "asean-secretariat"), concept("topic", "mine-action"), f"{BASE}dataset"]
    cited = references(store, things)
    for iri in things:
        assert cited[iri].author == "ASEAN-Canada commitments knowledge graph project"
        assert cited[iri].is_dataset
    assert len({one.key for one in cited.values()}) == len(things)
    assert cited[f"{BASE}dataset"].container == ""


def test_a_statement_node_is_cited_by_what_it_is_about(store):
    coding = thing("coding", "plan-of-action-2021-2025/rules/action/1.2.6/clause/1/firmness")
    cited = references(store, [coding])[coding]
    assert cited.title == "ASEAN-Canada Plan of Action (2021-2025), action 1.2.6, clause 1: firmness"
    assert cited.author == "ASEAN-Canada commitments knowledge graph project"


def test_data_that_tells_nothing_of_itself_is_cited_by_version_and_address():
    cited = references(EmbeddedStore([], version="v", union_default_graph=True), ["http://e/a"])["http://e/a"]
    assert as_sentence(cited) == "http://e/a. Version v. http://e/a"
