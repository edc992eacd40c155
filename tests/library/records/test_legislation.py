"""Schema.org: the types fit, and the properties are those of the vocabulary."""

import json

import pytest

from aseancan_kg.library.records.legislation import as_legislation, legislation
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
    assert {one["@type"] for one in made["contributor"]} == {"Country"}


def test_a_plan_has_its_text_its_chapters_and_its_topics(catalogued):
    made = legislation(catalogued[PLAN])
    assert made["temporalCoverage"] == "2021/2025"
    assert len(made["encoding"]["sha256"]) == 64
    assert made["hasPart"][0]["position"] == "1"
    assert {one["@type"] for one in made["about"]} == {"DefinedTerm"}


@pytest.mark.parametrize("several", [False, True])
def test_harmful_texts_come_through_as_they_are(harmed, harm, several):
    record = next(one for one in harmed if one.kind == "instrument")
    made = json.loads(as_legislation([record, record] if several else [record]))
    assert (made["@graph"][0] if several else made)["name"] == harm
