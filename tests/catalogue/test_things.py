"""What a page is made of."""

import pyoxigraph as ox

from aseancan_kg.catalogue.things import thing
from aseancan_kg.namespaces import BASE, ONT, PREFIXES
from aseancan_kg.store.embedded import EmbeddedStore


def test_a_thing_that_is_not_ours_still_has_a_page():
    a, p = ox.NamedNode("http://e/a"), ox.NamedNode("http://e/p")
    values = [ox.Literal("x", language="fr"), ox.Literal("7", datatype=p), ox.Literal("2020")]
    store = EmbeddedStore([ox.Quad(a, p, value) for value in values], version="v", union_default_graph=True)
    found = thing(store, "http://e/a")
    assert found.label == "e/a"
    assert found.evidence == found.incoming == found.types == ()
    assert {(one.text, one.language, one.datatype) for one in found.facts[0].values} == {
        ("2020", None, None),
        ("7", None, "e/p"),
        ("x", "fr", None),
    }


def test_the_notation_of_a_concept_is_its_code_and_of_all_else_a_number():
    notation, kind = ox.NamedNode(f"{PREFIXES['skos']}notation"), ox.NamedNode(f"{PREFIXES['rdf']}type")
    energy, action = ox.NamedNode(f"{BASE}scheme/topic/energy"), ox.NamedNode(f"{BASE}id/action/1")
    quads = [
        ox.Quad(energy, notation, ox.Literal("energy")),
        ox.Quad(energy, kind, ox.NamedNode(f"{PREFIXES['skos']}Concept")),
        ox.Quad(action, notation, ox.Literal("1.1.1")),
    ]
    store = EmbeddedStore(quads, version="v", union_default_graph=True)
    assert [fact.property.label for fact in thing(store, energy.value).facts] == ["code"]
    assert [fact.property.label for fact in thing(store, action.value).facts] == ["number"]


def test_a_rival_stands_below_the_preferred_value_or_alone():
    body = ox.NamedNode(f"{BASE}id/body/x")
    quads = [ox.Quad(body, ox.NamedNode(f"{ONT}seatCity"), ox.Literal("Jakarta"))]
    for name, value in (("seatCity", "Bogor"), ("capital", "Bandung")):
        assertion = ox.NamedNode(f"{BASE}id/assertion/body/x/{name}")
        said = {
            "subject": body,
            "predicate": ox.NamedNode(ONT + name),
            "object": ox.Literal(value),
        }
        quads += [ox.Quad(assertion, ox.NamedNode(PREFIXES["rdf"] + part), term) for part, term in said.items()]
        rival = ox.NamedNode(f"{BASE}scheme/standing/rival")
        quads.append(ox.Quad(assertion, ox.NamedNode(f"{ONT}standing"), rival))
    found = thing(EmbeddedStore(quads, version="v", union_default_graph=True), body.value)
    shown = {fact.property.label: [(one.text, one.rival) for one in fact.values] for fact in found.facts}
    assert shown == {"capital": [("Bandung", True)], "seat city": [("Jakarta", False), ("Bogor", True)]}
    assert found.incoming_total == 0
