"""The query catalogue as pages, as RDF and as addresses that answer."""

import pyoxigraph as ox
import pytest
from rdflib import RDF, RDFS, SH, Graph, URIRef

from aseancan_kg.mediatypes import GRAPH_FORMATS
from aseancan_kg.queries import catalogue
from aseancan_kg.syntax import form

BASE = "https://w3id.org/aseancan/queries/"
FIREFOX = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


def test_the_list_in_rdf_has_every_query_with_a_text_that_can_be_run(client, store):
    graph = Graph().parse(data=client.get("/queries", headers={"Accept": "text/turtle"}).text, format="turtle")
    assert set(graph.subjects(RDF.type, SH.SPARQLExecutable)) == {URIRef(BASE + name) for name in catalogue()}
    for node in graph.subjects(RDF.type, SH.SPARQLSelectExecutable):
        text = str(graph.value(node, SH.select))
        assert form(text) == "select"
        store.rows(text)
        assert graph.value(node, RDFS.label)
        assert graph.value(node, RDFS.comment)


@pytest.mark.parametrize("one", GRAPH_FORMATS, ids=lambda one: one.name)
def test_a_query_is_described_in_every_graph_format(client, one):
    negotiated = client.get("/queries/members", headers={"Accept": one.media_type})
    named = client.get(f"/queries/members.{one.name}")
    assert negotiated.headers["content-type"] == named.headers["content-type"] == one.content_type
    assert negotiated.headers["content-location"] == f"/queries/members.{one.name}"
    assert negotiated.content == named.content
    assert len(list(ox.parse(named.content, format=ox.RdfFormat.from_media_type(one.media_type)))) > 10


def test_parameters_are_described_with_type_and_default(client):
    graph = Graph().parse(data=client.get("/queries/members.ttl").text, format="turtle")
    date = URIRef(f"{BASE}members#date")
    assert (URIRef(f"{BASE}members"), SH.parameter, date) in graph
    assert str(graph.value(date, SH.datatype)).endswith("#date")
    assert str(graph.value(date, SH.defaultValue)) == "2025-10-26"
    assert graph.value(URIRef(f"{BASE}members#organisation"), SH.nodeKind) == SH.IRI


def test_the_text_comes_with_its_parameters_bound(client):
    response = client.get("/queries/members.rq?date=1999-01-01")
    assert response.headers["content-type"] == "application/sparql-query; charset=utf-8"
    assert '"1999-01-01"^^' in response.text
    assert form(response.text) == "select"


def test_a_page_leads_to_the_workbench_and_the_other_forms(client):
    page = client.get("/queries/members", headers=FIREFOX).text
    assert 'href="/sparql?query=' in page
    assert 'href="/queries/members.ttl"' in page
    assert 'href="/queries/members.rq?date=2025-10-26&amp;organisation=body%2Fasean"' in page


def test_a_value_cannot_change_the_query(client):
    for value in ("x> } SERVICE <urn:a> {", '2020-01-01" . ?s ?p ?o', "body/asean> . ?x ?y ?z"):
        for name in ("date", "organisation"):
            response = client.get("/queries/members", params={name: value, "format": "csv"})
            assert response.status_code == 400, (name, value)


def test_a_name_is_understood_and_what_nothing_is_known_of_is_404(client):
    by_name, by_iri = (client.get(f"/queries/members?organisation={one}&format=csv") for one in ("ASEAN", "body/asean"))
    assert by_name.content == by_iri.content
    page = client.get("/queries/members?organisation=ASEAN", headers=FIREFOX)
    assert "queries/members?organisation=https%3A%2F%2Fw3id.org%2Faseancan%2Fid%2Fbody%2Fasean" in page.text
    refused = client.get("/queries/members?organisation=body/asian&format=csv")
    assert (refused.status_code, refused.json()["hint"]) == (404, "Did you mean body/asean?")


@pytest.mark.parametrize("path", ["/queries/members.docx", "/queries/members.html.ttl"])
def test_an_unknown_form_is_406(client, path):
    assert client.get(path).status_code == 406
