"""Schema.org: the types fit, and the properties are those of the vocabulary."""

import json

import pytest

from aseancan_kg.library.records.legislation import as_legislation, legislation
from aseancan_kg.library.records.record import records
from aseancan_kg.namespaces import thing

ACTIP = thing("instrument", "actip-2015")
PLAN = thing("instrument", "asean-canada-poa-2021-2025")
KNOWN = {
    *("@id", "@type", "name", "alternateName", "keywords", "description", "additionalType", "sameAs", "subjectOf"),
    *(
        "dateCreated",
        "creator",
        "contributor",
        "genre",
        "inLanguage",
        "temporalCoverage",
        "locationCreated",
        "mentions",
    ),
    *("hasPart", "isPartOf", "about", "encoding", "usageInfo", "publisher", "datePublished", "position", "text"),
    *("legislationDate", "legislationPassedBy", "legislationType"),
    *("parentOrganization", "subOrganization", "member", "foundingDate", "dissolutionDate", "address"),
    *("sdPublisher", "sdLicense", "sdDatePublished"),
}
"""Properties of https://schema.org that are used."""


def linked(value):
    return value if isinstance(value, list) else [value] if value else []


def test_only_known_properties_are_used(catalogued):
    assert {name for record in catalogued.values() for name in legislation(record)} <= KNOWN


def test_only_what_binds_in_law_is_legislation(catalogued):
    for record in catalogued.values():
        made = legislation(record)
        assert (made["@type"] == "Legislation") == record.legal
        assert any(name.startswith("legislation") for name in made) == record.legal


def test_a_treaty_says_who_passed_it_and_when(catalogued):
    made = json.loads(as_legislation([catalogued[ACTIP]]))
    assert made["@context"] == "https://schema.org"
    assert made["legislationDate"] == "2015-11-21"
    assert made["legislationPassedBy"]["name"] == "ASEAN Summit"
    assert made["legislationPassedBy"]["@type"] == ["Organization", "EventSeries"]
    assert all(one["@type"] == ["Country", "Organization"] for one in made["contributor"])


def test_a_plan_has_its_text_its_chapters_and_its_topics(catalogued):
    made = legislation(catalogued[PLAN])
    assert made["temporalCoverage"] == "2021/2025"
    assert len(made["encoding"]["sha256"]) == 64
    assert made["hasPart"][0]["position"] == "1"
    assert {one["@type"] for one in made["about"]} == {"DefinedTerm"}


def test_a_partnership_is_an_organization_and_no_event(catalogued):
    assert legislation(catalogued[thing("mechanism", "asean-canada-strategic-partnership")])["@type"] == "Organization"
    assert legislation(catalogued[thing("mechanism", "asean-summit")])["@type"] == ["Organization", "EventSeries"]


def test_a_post_is_no_part_of_an_organization(catalogued):
    children = [one for record in catalogued.values() for one in record.children if one.kind == "post"]
    told = [
        one["@type"] for record in catalogued.values() for one in linked(legislation(record).get("subOrganization"))
    ]
    assert children
    assert "Thing" not in told


def test_the_text_of_a_plan_is_what_an_action_is_taken_from(served):
    iri = f"{PLAN}/action/2.7.4"
    made = legislation(records(served, [iri])[iri])
    assert "encoding" not in made
    assert len(made["isBasedOn"]["sha256"]) == 64
    assert {one["@id"] for one in made["isPartOf"]} >= {PLAN, f"{PLAN}/section/2.7"}


@pytest.mark.parametrize("several", [False, True])
def test_harmful_texts_come_through_as_they_are(harmed, harm, several):
    record = next(one for one in harmed if one.kind == "instrument")
    made = json.loads(as_legislation([record, record] if several else [record]))
    assert (made["@graph"][0] if several else made)["name"] == harm
