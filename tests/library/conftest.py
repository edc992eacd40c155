"""Real records, and records that mean harm."""

import pyoxigraph as ox
import pytest

from aseancan_kg.library.records.record import catalogue, records
from aseancan_kg.namespaces import ONT, PREFIXES, thing
from aseancan_kg.store.embedded import EmbeddedStore

HARM = (
    "Quotes \" ' and <script>alert(1)</script> & ]]> <!--",
    "separators \x1d\x1e\x1f and \x00\x07\x1b controls, $a $x {braces} %percent",
    "right \u202eto left\u202c and \u2066isolated\u2069, \u200bno width, \ufeffmark, \ufffe no letter",
    "lines\r\nand\ttabs\u2028and\x85more",
    "中文 ไทย Việt 🇨🇦 \U0001f1e6",
    "very long " + "word " * 5000,
)


@pytest.fixture(scope="session")
def catalogued(served):
    """Return the records of the real catalogue by IRI."""
    return catalogue(served)


@pytest.fixture(
    scope="session", params=range(len(HARM)), ids=["markup", "controls", "bidi", "lines", "scripts", "long"]
)
def harm(request):
    return HARM[request.param]


@pytest.fixture(scope="session")
def harmed(harm):
    """Return records of an instrument and a body all of whose texts are harmful."""
    texts = {
        *("skos:prefLabel", "skos:altLabel", "skos:editorialNote", "ac:acronym", "ac:adoptedPlace", "ac:adoptedByName"),
        *("ac:partiesNote", "ac:foundingAct", "ac:membersNote", "ac:seatCity", "ac:adoptedOn", "ac:periodStartsOn"),
        *("ac:establishedOn",),
    }
    quads = []
    for kind, name in (("instrument", "Instrument"), ("instrument", "LegalInstrument"), ("body", "Body")):
        node = ox.NamedNode(thing(kind, f"harmful-{name.lower()}"))
        quads.append(ox.Quad(node, ox.NamedNode(f"{PREFIXES['rdf']}type"), ox.NamedNode(ONT + name)))
        for text in texts:
            prefix, _, local = text.partition(":")
            quads.append(ox.Quad(node, ox.NamedNode(PREFIXES[prefix] + local), ox.Literal(harm)))
    store = EmbeddedStore(quads, version="v", union_default_graph=True)
    return list(records(store, {quad.subject.value for quad in quads}).values())
