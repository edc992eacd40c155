"""What a format can hold is written so that it is read back; what it cannot hold is refused."""

import json

import pyoxigraph as ox
import pytest

from aseancan_kg.errors import NotAcceptable
from aseancan_kg.mediatypes import JSON, JSON_LD, RDF_XML, TURTLE, XML
from aseancan_kg.namespaces import PREFIXES
from aseancan_kg.store.embedded import EmbeddedStore
from aseancan_kg.store.representation import write

LABEL = ox.NamedNode(PREFIXES["skos"] + "prefLabel")


def test_json_ld_keeps_the_base_direction():
    triple = ox.Triple(ox.NamedNode("urn:a"), LABEL, ox.Literal("x", language="ar", direction=ox.BaseDirection.RTL))
    node = json.loads(write([triple], JSON_LD))["@graph"][0]
    assert node["skos:prefLabel"] == {"@value": "x", "@language": "ar", "@direction": "rtl"}


@pytest.mark.parametrize("place", ["subject", "predicate", "object", "datatype"])
def test_an_iri_whose_scheme_is_a_prefix_is_read_back_as_it_is(place):
    odd = ox.NamedNode("skos:y")
    parts = {"subject": ox.NamedNode("urn:a"), "predicate": LABEL, "object": ox.Literal("x")} | (
        {"object": ox.Literal("x", datatype=odd)} if place == "datatype" else {place: odd}
    )
    triples = [ox.Triple(*parts.values()), ox.Triple(ox.NamedNode("urn:b"), LABEL, ox.Literal("y"))]
    read = {quad.triple for quad in ox.parse(write(triples, JSON_LD), format=ox.RdfFormat.JSON_LD)}
    assert read == set(triples)


@pytest.mark.parametrize("character", ["\\u0001", "\\u001F", "\\uFFFE", "\\uFFFF"])
def test_xml_refuses_what_it_cannot_hold(character):
    store = EmbeddedStore([], version="1", union_default_graph=True)
    table = f'SELECT ("a{character}" AS ?x) {{}}'
    graph = f'CONSTRUCT {{ <urn:a> <urn:p> "a{character}" }} {{}}'
    for text, xml, other in ((table, XML, JSON), (graph, RDF_XML, TURTLE)):
        assert store.query(text, other)
        assert store.query(text.replace(character, "\\t\\n\\uFFFD"), xml)
        with pytest.raises(NotAcceptable, match="XML cannot express"):
            store.query(text, xml)


def test_a_character_across_the_border_of_two_pieces_is_found():
    """The engine writes pieces of some kilobytes, so that of these answers one has the character on a border."""
    store = EmbeddedStore([], version="", union_default_graph=False)
    for length in range(8_100, 8_200):
        with pytest.raises(NotAcceptable):
            store.query(rf"SELECT ('{'a' * length}\uFFFF' AS ?x) {{}}", XML)
