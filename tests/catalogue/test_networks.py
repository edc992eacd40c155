"""Networks of what actions name, and what a thing is joined to."""

import itertools

import pytest

from aseancan_kg.catalogue import networks
from aseancan_kg.catalogue.networks import MOST_NODES
from aseancan_kg.namespaces import thing
from aseancan_kg.store.embedded import EmbeddedStore

HEAD = """
@prefix ac: <https://w3id.org/aseancan/ont#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix : <urn:> .
"""
SMALL = """
:a1 a ac:Action ; skos:notation "1.1" ; ac:mentions :jcc , :plan , :asean .
:a1 ac:namedWithin :asean ; ac:references :plan .
:a2 a ac:Action ; skos:notation "1.2" ; ac:mentions :jcc , :plan , :canada .
:a3 a ac:Action ; skos:notation "1.3" .
:jcc a ac:Body ; skos:prefLabel "Joint Cooperation Committee" ; ac:acronym "JCC" ; ac:parent :asean .
:asean a ac:Body ; skos:prefLabel "ASEAN" .
:plan a ac:Instrument ; skos:prefLabel "Plan" ; ac:adoptedBy :jcc .
:canada a ac:State .
"""


@pytest.fixture
def store(tmp_path):
    def store(turtle):
        file = tmp_path / "network.ttl"
        file.write_text(HEAD + turtle)
        return EmbeddedStore.from_files([file], union_default_graph=False)

    return store


def edges(network):
    return {
        (network.nodes[edge.source].name, network.nodes[edge.target].name): (edge.relations, edge.actions)
        for edge in network.edges
    }


def test_things_named_together_or_related_are_joined(store):
    network = networks.of_things(store(SMALL))
    assert [(node.name, node.label, node.actions) for node in network.nodes] == [
        ("JCC", "Joint Cooperation Committee", 2),
        ("Plan", "Plan", 2),
    ]
    assert edges(network) == {("Plan", "JCC"): (("adopted by",), 2)}


def test_actions_are_joined_to_what_they_name_and_not_to_parts_of_names(store):
    network = networks.with_actions(store(SMALL))
    assert edges(network) == {
        ("Plan", "JCC"): (("adopted by",), 0),
        ("1.1", "JCC"): (("mentions",), 0),
        ("1.1", "Plan"): (("references",), 0),
        ("1.2", "JCC"): (("mentions",), 0),
        ("1.2", "Plan"): (("mentions",), 0),
    }


def test_a_thing_has_its_neighbours_around_it(store):
    network = networks.around(store(SMALL), "urn:jcc")
    assert network.nodes[0].name == "JCC"
    assert edges(network) == {
        ("1.1", "JCC"): (("mentions",), 0),
        ("1.2", "JCC"): (("mentions",), 0),
        ("Plan", "JCC"): (("adopted by",), 0),
        ("JCC", "ASEAN"): (("parent",), 0),
    }
    assert [node.name for node in networks.around(store(SMALL), "urn:asean").nodes] == ["ASEAN", "JCC"]
    assert networks.around(store(SMALL), "urn:canada") is None
    assert networks.around(store(":a a ac:Body ."), "urn:a") is None


def test_nothing_named_no_network(store):
    assert networks.of_things(store(":jcc a ac:Body .")) is None
    assert networks.with_actions(store(":a a ac:Action ; ac:mentions :canada . :canada a ac:State .")) is None


def test_what_too_many_actions_name_is_left_out_and_said(served):
    network = networks.of_things(served)
    assert [(link.iri, count) for link, count in network.left_out] == [(thing("body", "asean"), 30)]
    assert thing("body", "asean") not in {node.iri for node in network.nodes}
    assert len(network.nodes) == 91


def test_no_two_nodes_lie_on_one_another_and_each_time_they_lie_the_same(served):
    network = networks.with_actions(served)
    for one, other in itertools.combinations(network.nodes, 2):
        assert abs(one.x - other.x) + abs(one.y - other.y) > 0.01
    assert all(0 <= node.x <= 1 and (0 <= node.y <= 1 or node.y >= 2) for node in network.nodes)
    assert networks.with_actions(served) == network


def test_small_groups_stand_below_what_is_connected(served):
    network = networks.of_things(served)
    below = {number for number, node in enumerate(network.nodes) if node.y > 1}
    assert 0 < len(below) < len(network.nodes) / 2
    assert all((edge.source in below) == (edge.target in below) for edge in network.edges)
    above = [node for number, node in enumerate(network.nodes) if number not in below]
    for side in ("x", "y"):
        places = [getattr(node, side) for node in above]
        assert (min(places), max(places)) == (0, 1)


def test_a_network_of_small_groups_only_has_its_largest_above(store):
    pairs = "".join(
        f":a{n} a ac:Action ; ac:mentions :b{n}, :c{n} . :b{n} a ac:Body . :c{n} a ac:Body .\n" for n in "12"
    )
    network = networks.of_things(store(f"{pairs} :a1 ac:mentions :d . :d a ac:Body ."))
    assert {node.iri for node in network.nodes if node.y <= 1} == {"urn:b1", "urn:c1", "urn:d"}
    assert sorted(node.y for node in network.nodes if node.y > 1) == [2, 3]


def test_a_large_network_is_cut_and_says_so(store):
    many = "".join(f":a{n} a ac:Action ; ac:mentions :b{n} . :b{n} a ac:Body .\n" for n in range(400))
    network = networks.of_things(store(many))
    assert (len(network.nodes), network.more) == (MOST_NODES, 100)
    many = "".join(f":a{n} a ac:Action ; ac:mentions :b .\n" for n in range(60))
    around = networks.around(store(f"{many} :b a ac:Body ."), "urn:b")
    assert (len(around.nodes), around.more) == (40, 21)
