"""What the workbench completes queries from."""

import json

import pyoxigraph as ox
import pytest

from aseancan_kg.namespaces import ONT, PREFIXES
from aseancan_kg.store.embedded import EmbeddedStore
from aseancan_kg.web.vocabulary import document


@pytest.fixture(scope="module")
def vocabulary(client):
    response = client.get("/sparql/vocabulary")
    assert response.headers["content-type"] == "application/json"
    return response.json()


def named(terms, iri):
    (found,) = (term for term in terms if term["iri"] == iri)
    return found


def test_terms_have_label_definition_and_number(vocabulary):
    instrument = {"iri": f"{ONT}Instrument", "label": "Instrument", "definition": "A text that states commitments."}
    assert named(vocabulary["classes"], f"{ONT}Instrument") == {**instrument, "count": 2}
    adopted = {"iri": f"{ONT}adoptedOn", "label": "adopted on", "definition": None}
    assert named(vocabulary["properties"], f"{ONT}adoptedOn") == {**adopted, "count": 2}
    assert vocabulary["prefixes"] == PREFIXES


def test_terms_of_others_are_named_in_words_and_the_most_used_come_first(vocabulary):
    assert named(vocabulary["properties"], f"{PREFIXES['org']}member")["label"] == "member"
    for kind in ("classes", "properties"):
        counts = [term["count"] for term in vocabulary[kind]]
        assert counts == sorted(counts, reverse=True)
        assert counts[0] > 1


def test_things_have_all_their_names_and_statements_and_parts_are_none(vocabulary):
    asean = named(vocabulary["things"], "https://w3id.org/aseancan/id/body/asean")
    assert asean["label"] == "Association of Southeast Asian Nations"
    assert sorted(asean["names"]) == ["ASEAN", "東盟"]
    iris = {thing["iri"] for thing in vocabulary["things"]}
    assert "https://w3id.org/aseancan/scheme/body-kind/secretariat" in iris
    assert not any("/action/" in iri or "/assertion/" in iri or iri.startswith(ONT) for iri in iris)


def test_a_client_that_holds_it_gets_304(client):
    tag = client.get("/sparql/vocabulary").headers["etag"]
    assert client.get("/sparql/vocabulary", headers={"If-None-Match": tag}).status_code == 304


DESCRIBED = f"""
@prefix ac: <{ONT}> . @prefix void: <{PREFIXES["void"]}> . @prefix owl: <{PREFIXES["owl"]}> .
@prefix rdfs: <{PREFIXES["rdfs"]}> .
[] void:class ac:Body ; void:entities 51 .
[] void:property ac:acronym ; void:triples 145 .
ac:Fund a owl:Class ; rdfs:label "fund"@en , "fonds"@fr ; rdfs:comment "Money." .
<urn:x> a ac:Body ."""


def test_numbers_are_those_of_the_datasets_own_description_and_unused_terms_are_told():
    quads = list(ox.parse(DESCRIBED, format=ox.RdfFormat.TURTLE))
    told = json.loads(document(EmbeddedStore(quads, version="v", union_default_graph=False)))
    fund = {"iri": f"{ONT}Fund", "label": "fund", "definition": "Money.", "count": 0}
    assert told["classes"] == [{"iri": f"{ONT}Body", "label": "body", "definition": None, "count": 51}, fund]
    assert [(term["iri"], term["count"]) for term in told["properties"]] == [(f"{ONT}acronym", 145)]


def test_a_dataset_of_others_has_its_terms_too():
    quad = ox.Quad(ox.NamedNode("http://e/a"), ox.NamedNode("http://e/p"), ox.Literal("x"))
    told = json.loads(document(EmbeddedStore([quad], version="v", union_default_graph=False)))
    assert [(term["iri"], term["count"]) for term in told["properties"]] == [("http://e/p", 1)]
    assert (told["classes"], told["things"]) == ([], [])
