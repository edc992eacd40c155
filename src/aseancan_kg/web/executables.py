"""A query of the catalogue in RDF, as `sh:SPARQLExecutable` (SHACL Advanced Features §1.3, and the SIB's examples)."""

from collections.abc import Iterator

import pyoxigraph as ox

from aseancan_kg.errors import InputError
from aseancan_kg.namespaces import BASE, PREFIXES
from aseancan_kg.queries import Query
from aseancan_kg.syntax import form

_SH, _RDFS, _SCHEMA = PREFIXES["sh"], PREFIXES["rdfs"], PREFIXES["schema"]
_TYPE = ox.NamedNode(f"{PREFIXES['rdf']}type")
_DATATYPES = {name: ox.NamedNode(PREFIXES["xsd"] + name) for name in ("string", "integer", "date")}
_DATATYPES["strings"] = _DATATYPES["string"]
_EXECUTABLES = {
    "select": ("SPARQLSelectExecutable", "select"),
    "ask": ("SPARQLAskExecutable", "ask"),
    "construct": ("SPARQLConstructExecutable", "construct"),
    "describe": ("SPARQLDescribeExecutable", "describe"),
}
"""Form of a query → class, and property of its text; SIB adds the last to those of SHACL."""


def describe(query: Query) -> Iterator[ox.Quad]:
    """Describe a query with its title, its text (bound to the defaults) and its parameters."""
    node = ox.NamedNode(f"{BASE}queries/{query.name}")
    try:
        text = query.bind({})
    except InputError:  # a parameter has no default
        text = query.text
    kind, holds = _EXECUTABLES[form(text)]
    yield ox.Quad(node, _TYPE, ox.NamedNode(f"{_SH}SPARQLExecutable"))
    yield ox.Quad(node, _TYPE, ox.NamedNode(_SH + kind))
    yield ox.Quad(node, ox.NamedNode(f"{_RDFS}label"), ox.Literal(query.title, language="en"))
    yield ox.Quad(node, ox.NamedNode(f"{_RDFS}comment"), ox.Literal(query.description, language="en"))
    yield ox.Quad(node, ox.NamedNode(_SH + holds), ox.Literal(text))
    yield ox.Quad(node, ox.NamedNode(f"{_SCHEMA}target"), ox.NamedNode(f"{BASE}sparql"))
    for parameter in query.parameters:
        described = ox.NamedNode(f"{node.value}#{parameter.name}")
        yield ox.Quad(node, ox.NamedNode(f"{_SH}parameter"), described)
        yield ox.Quad(described, _TYPE, ox.NamedNode(f"{_SH}Parameter"))
        yield ox.Quad(described, ox.NamedNode(f"{_SH}path"), described)
        yield ox.Quad(described, ox.NamedNode(f"{_SH}name"), ox.Literal(parameter.name))
        if parameter.type == "iri":
            yield ox.Quad(described, ox.NamedNode(f"{_SH}nodeKind"), ox.NamedNode(f"{_SH}IRI"))
        else:
            yield ox.Quad(described, ox.NamedNode(f"{_SH}datatype"), _DATATYPES[parameter.type])
        if parameter.default is not None:
            default = parameter.term(parameter.default)
            yield ox.Quad(described, ox.NamedNode(f"{_SH}defaultValue"), default)
