"""The document about a thing, as RDF."""

import json
from pathlib import Path

import pyoxigraph as ox
import pytest

from aseancan_kg.catalogue.documents import PAGE_SIZE, document, successor, written
from aseancan_kg.errors import NotAcceptable, NotFound
from aseancan_kg.mediatypes import GRAPH_FORMATS, JSON_LD, N_QUADS, N_TRIPLES, RDF_XML, TRIG, TURTLE
from aseancan_kg.namespaces import BASE, ID, PREFIXES
from aseancan_kg.store.embedded import EmbeddedStore

TINY = Path(__file__).parents[1] / "web" / "tiny.trig"
PLAN_B = "https://w3id.org/aseancan/id/instrument/plan-b"
GRAPH = "https://w3id.org/aseancan/graph/"
PREFIX_LINES = "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in PREFIXES.items())


@pytest.fixture(scope="module")
def tiny():
    return EmbeddedStore.from_files([TINY], union_default_graph=True)


def store_of(text):
    quads = ox.parse(f"{PREFIX_LINES}@base <{BASE}> .\n{text}", format=ox.RdfFormat.TRIG)
    return EmbeddedStore(quads, version="v", union_default_graph=True)


def described(store, iri, graph_format, page=1):
    return written(store, document(store, iri, page), graph_format)


def test_the_description_is_the_same_in_every_format(tiny):
    graphs = {}
    for one in GRAPH_FORMATS:
        rdf_format = ox.RdfFormat.from_media_type(one.media_type)
        graphs[one.name] = {quad.triple for quad in ox.parse(described(tiny, PLAN_B, one), format=rdf_format)}
    assert len(graphs["ttl"]) > 15
    for found in graphs.values():
        assert found == graphs["ttl"]


def test_the_description_holds_the_thing_and_the_labels_of_what_it_points_to(tiny):
    text = described(tiny, PLAN_B, TURTLE).decode()
    assert text.index("<https://w3id.org/aseancan/id/instrument/plan-b> a ac:Instrument") < text.index("skos:altLabel")
    assert 'skos:prefLabel "Plan A, 2016-2020"@en' in text
    assert "2015-08" not in text
    assert "@prefix foaf:" in text
    assert "@prefix org:" not in text


def test_quad_formats_name_the_graphs_beside_their_union_and_others_hold_each_triple_once(tiny):
    label = "<http://www.w3.org/2004/02/skos/core#prefLabel>"
    quads = [line for line in described(tiny, PLAN_B, N_QUADS).decode().splitlines() if f"plan-b> {label}" in line]
    told = ['"Plan B, 2021-2025"@en', f"<{GRAPH}instruments>", f"<{GRAPH}plan-of-action-2021-2025>"]  # none, and two
    assert len(quads) == 3
    assert sum(line.endswith(f"{told[0]} .") for line in quads) == 1
    assert sum(line.endswith(f"{graph} .") for line in quads for graph in told[1:]) == 2
    assert described(tiny, PLAN_B, N_TRIPLES).decode().count(f"plan-b> {label}") == 1
    assert f"<{GRAPH}instruments> {{" in described(tiny, PLAN_B, TRIG).decode()


def test_json_ld_is_compact_and_carries_its_context(tiny):
    document = json.loads(described(tiny, PLAN_B, JSON_LD))
    assert document["@context"]["ac"] == "https://w3id.org/aseancan/ont#"
    plan = document["@graph"][0]
    assert plan["@id"] == PLAN_B
    assert plan["@type"] == ["ac:Instrument", "ac:Plan"]
    assert plan["ac:adoptedOn"] == {"@value": "2020-09-10", "@type": "xsd:date"}
    assert plan["skos:altLabel"] == {"@value": "Plan B", "@language": "en"}


def test_blank_nodes_are_described_with_their_owner():
    node = ox.BlankNode("b")
    p = ox.NamedNode("http://e/p")
    quads = [ox.Quad(ox.NamedNode("http://e/a"), p, node), ox.Quad(node, p, node), ox.Quad(node, p, ox.Literal("deep"))]
    store = EmbeddedStore(quads, version="", union_default_graph=False)
    for one in GRAPH_FORMATS:
        assert b"deep" in described(store, "http://e/a", one)


def test_a_graph_and_the_ontology_are_described_by_all_their_triples(tiny):
    assert b"co-chair" in described(tiny, f"{GRAPH}meetings", TURTLE)
    assert b"skos:definition" in described(tiny, "https://w3id.org/aseancan/ont", TURTLE)


@pytest.mark.parametrize("iri", ["https://w3id.org/aseancan/id/instrument/nope", "not an iri", "http://e/\x00", ""])
def test_what_nobody_knows_is_not_found(tiny, iri):
    assert not tiny.knows(iri)
    with pytest.raises(NotFound):
        described(tiny, iri, TURTLE)


def test_a_format_that_cannot_express_the_graph_says_so():
    quad = ox.Quad(ox.NamedNode("http://e/a"), ox.NamedNode("http://e/1"), ox.Literal("x"))
    store = EmbeddedStore([quad], version="", union_default_graph=False)
    assert b"http://e/1" in described(store, "http://e/a", TURTLE)
    with pytest.raises(NotAcceptable, match="RDF/XML cannot express"):
        described(store, "http://e/a", RDF_XML)


def test_it_holds_what_points_to_the_thing_with_its_label(tiny):
    text = described(tiny, f"{ID}instrument/plan-a", N_TRIPLES).decode()
    assert f"<{PLAN_B}> <{PREFIXES['ac']}supersedes> <{ID}instrument/plan-a> ." in text
    assert f'<{PLAN_B}> <{PREFIXES["skos"]}prefLabel> "Plan B, 2021-2025"@en .' in text


def test_it_tells_its_graphs_their_terms_and_when_it_changed():
    store = store_of(
        """
        GRAPH <graph/one> { <id/body/a> skos:prefLabel "A"@en }
        GRAPH <graph/two> { <id/body/a> skos:altLabel "Ah"@en }
        GRAPH <graph/description> {
            <graph/one> dcterms:license <http://e/licence> . <graph/two> dc:rights "Not ours."@en .
            <dataset> dcterms:license <http://e/whole> ; dcterms:issued "2026-11-25"^^xsd:date .
        }
        GRAPH <graph/history> { <doc/body/a> dcterms:modified "2026-10-01"^^xsd:date }
        """
    )
    found = document(store, f"{ID}body/a")
    assert found.graphs == (f"{GRAPH}one", f"{GRAPH}two")
    assert found.licences == ["http://e/licence"]
    text = described(store, f"{ID}body/a", N_TRIPLES).decode()
    about = f"<{BASE}doc/body/a>"
    for line in (
        f"{about} <{PREFIXES['foaf']}primaryTopic> <{ID}body/a> .",
        f"{about} <{PREFIXES['void']}inDataset> <{GRAPH}one> .",
        f"{about} <{PREFIXES['dcterms']}license> <http://e/licence> .",
        f'<{GRAPH}two> <{PREFIXES["dc"]}rights> "Not ours."@en .',
        f'{about} <{PREFIXES["dcterms"]}modified> "2026-10-01"^^<{PREFIXES["xsd"]}date> .',
    ):
        assert line in text
    assert "http://e/whole" not in text


def test_a_code_is_a_document_itself_and_told_apart_from_it():
    store = store_of("GRAPH <graph/one> { <scheme/x/y> skos:prefLabel 'Y'@en }")
    text = described(store, f"{BASE}scheme/x/y", N_TRIPLES).decode()
    assert f"<{BASE}scheme/x/y#document> <{PREFIXES['foaf']}primaryTopic> <{BASE}scheme/x/y> ." in text


def test_many_incoming_links_come_in_pages_that_hold_each_once():
    links = "".join(f"<id/body/b{number}> org:memberOf <id/body/a> .\n" for number in range(PAGE_SIZE * 2 + 1))
    store = store_of(f"<id/body/a> skos:prefLabel 'A'@en .\n{links}")
    pages = [described(store, f"{ID}body/a", N_TRIPLES, page).decode() for page in (1, 2, 3)]
    assert [page.count("memberOf") for page in pages] == [PAGE_SIZE, PAGE_SIZE, 1]
    assert len({line for page in pages for line in page.splitlines() if "memberOf" in line}) == PAGE_SIZE * 2 + 1
    here, hydra = f"{BASE}doc/body/a?page=", PREFIXES["hydra"]
    assert f"<{here}2> <{hydra}next> <{here}3> ." in pages[1]
    assert f"<{here}2> <{hydra}previous> <{here}1> ." in pages[1]
    assert f"{hydra}next" not in pages[2]
    with pytest.raises(NotFound, match="no page 4"):
        document(store, f"{ID}body/a", 4)


def test_what_one_thing_replaced_has_a_successor_and_what_was_dropped_or_divided_none():
    store = store_of(
        """
        <id/body/old> owl:deprecated true ; dcterms:isReplacedBy <id/body/new> .
        <id/body/gone> owl:deprecated true .
        <id/body/split> owl:deprecated true ; dcterms:isReplacedBy <id/body/new>, <id/body/other> .
        <id/body/plain> dcterms:isReplacedBy <id/body/new> .
        <ont#Old> owl:deprecated true ; dcterms:isReplacedBy <ont#New> .
        <scheme/kind/old> owl:deprecated true ; dcterms:isReplacedBy <scheme/kind/new> .
        <graph/gone> owl:deprecated true .
        """
    )
    assert successor(store, f"{ID}body/old") == f"{ID}body/new"
    assert successor(store, f"{BASE}scheme/kind/old") == f"{BASE}scheme/kind/new"
    for iri in (f"{ID}body/gone", f"{ID}body/split", f"{ID}body/plain", f"{BASE}ont#Old", "http://e/x"):
        assert successor(store, iri) is None
    assert all(document(store, one).withdrawn for one in (f"{ID}body/gone", f"{BASE}graph/gone"))
    assert not document(store, f"{BASE}ont#Old").withdrawn
