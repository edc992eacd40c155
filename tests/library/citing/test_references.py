"""What is cited of a thing, and how it stands in every style and format: the table beside this file was reviewed."""

import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest

from aseancan_kg.library.citing.citations import (
    DATASET,
    PART,
    REPORT,
    TREATY,
    as_bibtex,
    as_csl,
    as_ris,
    as_sentence,
    as_zotero,
)
from aseancan_kg.library.citing.references import of_answer, references
from aseancan_kg.library.citing.styles import STYLES, formatted
from aseancan_kg.namespaces import BASE, ONT, PREFIXES, concept, thing
from aseancan_kg.queries import catalogue
from aseancan_kg.store.embedded import EmbeddedStore

PLAN = thing("instrument", "asean-canada-poa-2021-2025")
REVIEWED = tomllib.loads(Path(__file__).with_name("citations.toml").read_text(encoding="utf-8"))
QUERY = f"{BASE}queries/instruments-by-state-on-a-day?date=2023-06-01"


def cited(store, iri):
    """Return a citation as it is written down: the version and the day of the dataset differ with every build."""
    found = (
        of_answer(store, iri, f"{catalogue()['instruments-by-state-on-a-day'].title} (date 2023-06-01)", store.version)
        if iri == QUERY
        else references(store, [iri])[iri]
    )
    issued = "2026-11-25" if found.form is DATASET else found.issued
    return replace(found, url=iri, version="1.2.3 (0123456789abcdef)", issued=issued)


def written(found):
    """Return what is written down of a citation; lines end there as those of other texts do."""
    told = {"recommended": as_sentence(found)}
    told |= {name: formatted(found, name) for name in STYLES}
    exports = {
        "bibtex": as_bibtex(found),
        "ris": as_ris(found),
        "csl": as_csl(found),
        "zotero": as_zotero(found).decode(),
    }
    return told | {name: text.replace("\r\n", "\n").strip() for name, text in exports.items()}


@pytest.mark.parametrize("iri", REVIEWED)
def test_every_citation_is_as_it_was_reviewed(served, iri):
    assert written(cited(served, iri)) == {name: text.strip() for name, text in REVIEWED[iri].items()}


def test_an_action_is_cited_as_part_of_its_plan_with_day_and_version(served):
    iri = f"{PLAN}/action/1.2.6"
    found = references(served, [iri])[iri]
    assert (found.title, found.container[:24]) == ("Action 1.2.6", "2021-2025 Plan of Action")
    assert (found.issued, found.authors, found.form) == ("2020-09-10", ("ASEAN Member States", "Canada"), PART)
    assert served.version in found.version
    sentence = as_sentence(found)
    assert " (adopted 10 September 2020), action 1.2.6; ASEAN-Canada commitments knowledge graph, version " in sentence
    assert sentence.endswith(f"; {iri}")


@pytest.mark.parametrize(
    ("part", "title"),
    [
        ("section/1.2", "Section 1.2"),
        ("preamble", "Preamble"),
        ("action/1.2.6/clause/1", "Action 1.2.6, clause 1"),
    ],
)
def test_every_part_of_a_plan_is_cited_by_the_plan(served, part, title):
    iri = f"{PLAN}/{part}"
    found = references(served, [iri])[iri]
    assert (found.issued, found.title, found.form) == ("2020-09-10", title, PART)


def test_a_treaty_is_a_treaty_by_who_adopted_it_and_all_else_a_report_by_its_parties(served):
    treaty, plan = (thing("instrument", name) for name in ("tac-1976", "mpac-2025"))
    found = references(served, [treaty, plan])
    assert (found[treaty].form, found[treaty].authors) == (TREATY, ("ASEAN Summit",))
    assert (found[plan].form, found[plan].authors, found[plan].genre) == (
        REPORT,
        ("ASEAN Member States",),
        "Master plan",
    )


def test_other_things_are_cited_as_parts_of_the_dataset(served):
    things = [thing("body", "asean-secretariat"), concept("topic", "mine-action"), f"{BASE}dataset"]
    found = references(served, things)
    for iri in things:
        assert found[iri].authors == ("ASEAN-Canada commitments knowledge graph project",)
        assert found[iri].is_dataset
    assert len({one.key for one in found.values()}) == len(things)
    assert found[f"{BASE}dataset"].source == ""
    assert found[things[0]].source == "ASEAN-Canada commitments knowledge graph"


def test_a_statement_node_is_cited_by_what_it_is_about(served):
    coding = thing("coding", "plan-of-action-2021-2025/rules/action/1.2.6/clause/1/firmness")
    found = references(served, [coding])[coding]
    assert found.title == "ASEAN-Canada Plan of Action (2021-2025), action 1.2.6, clause 1: firmness"
    assert found.is_dataset


def test_data_that_tells_nothing_of_itself_is_cited_by_version_and_address():
    found = references(EmbeddedStore([], version="v", union_default_graph=True), ["http://e/a"])["http://e/a"]
    assert as_sentence(found) == "http://e/a; version v; http://e/a"


def test_a_past_release_is_cited_with_its_own_version_and_day(served):
    past, now = f"{BASE}r/b0c752e3c0a8ec01", f"{BASE}r/{served.version}"
    found = references(served, [past, now, f"{BASE}dataset"])
    assert (found[past].version, found[past].issued) == ("0.1.0 (b0c752e3c0a8ec01)", "2026-11-23")
    assert (found[past].title, found[past].url) == (found[now].title, past)
    assert replace(found[now], key="") == replace(found[f"{BASE}dataset"], key="")
    assert len({one.key for one in found.values()}) == 3


def test_an_answer_is_cited_with_the_number_of_the_release_that_gave_it(served):
    versions = {version: of_answer(served, "https://e/q", "", version).version for version in ("b0c752e3c0a8ec01", "f")}
    assert versions == {"b0c752e3c0a8ec01": "0.1.0 (b0c752e3c0a8ec01)", "f": "f"}


def test_names_that_differ_have_keys_that_differ():
    names = ["a-b", "a--b", "a.b", "a_b", "a,b", "n", "\u00fcn\u00ef", "\u5b57", "-", "ont#A"]
    found = references(EmbeddedStore([], version="v", union_default_graph=True), [f"{BASE}{name}" for name in names])
    assert len({one.key for one in found.values()}) == len(names)
    assert all(re.fullmatch("[A-Za-z0-9.-]+", one.key) for one in found.values())


@pytest.mark.parametrize(
    ("value", "issued"),
    [("2020-09-10Z", "2020-09-10"), ("2020-13-01", "2020"), ("soon", ""), ("-0044-03-15", ""), ("2020-09", "2020-09")],
)
def test_a_date_of_any_kind_is_read_as_far_as_it_is_one(value, issued):
    iri = thing("instrument", "x")
    triples = [
        ox.Quad(ox.NamedNode(iri), ox.NamedNode(f"{PREFIXES['rdf']}type"), ox.NamedNode(f"{ONT}Instrument")),
        ox.Quad(ox.NamedNode(iri), ox.NamedNode(f"{ONT}adoptedOn"), ox.Literal(value)),
    ]
    found = references(EmbeddedStore(triples, version="v", union_default_graph=True), [iri])[iri]
    assert found.issued == issued
    assert written(found)
