"""Graphs and results written out: a stable order, only the prefixes a graph uses, compact JSON-LD, sound XML."""

import json
import re
from collections.abc import Collection, Iterable
from typing import IO, Any, cast

import pyoxigraph as ox

from aseancan_kg.errors import NotAcceptable
from aseancan_kg.mediatypes import CSV, JSON_LD, QUAD_FORMATS, RDF_XML, TSV, XML, Format
from aseancan_kg.namespaces import PREFIXES
from aseancan_kg.store import Output

_TYPE = PREFIXES["rdf"] + "type"
_XSD_STRING = PREFIXES["xsd"] + "string"
_XML_NAME = re.compile(r"[^\W\d][\w.-]*$")
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_NO_CHARACTERS = "\ufffe".encode(), "\uffff".encode()


def write(statements: Iterable[ox.Quad | ox.Triple], graph_format: Format, *, first: str = "") -> bytes:
    """Return statements in the format, sorted by subject (`first` before all), types first, then predicate and object.

    Only N-Quads and TriG name the graphs; the others hold each triple once. Raises `NotAcceptable` when the format
    cannot express the graph (in RDF/XML a predicate that is no XML name, a character that XML does not allow).
    """
    distinct = set(statements) if graph_format in QUAD_FORMATS else set(map(_triple, statements))
    ordered: list[Any] = sorted(distinct, key=lambda one: _order(one, first))
    prefixes = _used(ordered)
    if graph_format is JSON_LD:
        return _json_ld(ordered, prefixes)
    if graph_format is RDF_XML:
        _refuse_unwritable(ordered)
    written_as = ox.RdfFormat.from_media_type(graph_format.media_type)
    try:
        body = ox.serialize(ordered, format=written_as, prefixes=prefixes) or b""
    except (ValueError, OSError) as error:
        raise NotAcceptable(f"{graph_format.label} cannot express this graph: {error}") from error
    if graph_format is RDF_XML:
        _refuse_not_xml(body)
    return body


def write_results(results: ox.QuerySolutions | ox.QueryBoolean, result_format: Format, output: Output) -> None:
    """Write the results of a SELECT or ASK as they are found.

    Raises `NotAcceptable` when the format cannot express them (in XML a character that XML does not allow), with a
    part perhaps written.
    """
    written_as = ox.QueryResultsFormat.from_media_type(result_format.media_type)
    try:
        results.serialize(cast(IO[bytes], _Checked(output) if result_format is XML else output), format=written_as)
    finally:
        del results  # an error's traceback would take it to another thread, which the engine forbids


def row_count(body: bytes, result_format: Format) -> int:
    """Count the rows of a SELECT's result by the marks between them, without reading the rows."""
    if result_format is XML:
        return body.count(b"<result>")
    if result_format is TSV:
        return body.count(b"\n") - 1
    if result_format is CSV:
        return (re.sub(rb'"[^"]*"', b"", body) if b'"' in body else body).count(b"\n") - 1
    if body.endswith(b"[]}}"):
        return 0
    if b"{}" not in body:
        # Inside a string it would be },{\" and at a string's end },{"} or },{", instead.
        return body.count(b'},{"') - body.count(b'},{"}') - body.count(b'},{",') + 1
    return re.sub(rb'"(?:[^"\\]|\\.)*"', b"", body).count(b"},{") + 1


def _refuse_unwritable(triples: Iterable[ox.Triple]) -> None:
    """Raise `NotAcceptable` for a property that is no XML name; the engine would write one that no parser accepts."""
    for triple in triples:
        if not _XML_NAME.search(triple.predicate.value):
            remedy = "Ask for Turtle."
            raise NotAcceptable(f"RDF/XML cannot express the property {triple.predicate.value}", remedy=remedy)


def _refuse_not_xml(body: bytes) -> None:
    """Raise `NotAcceptable` for a character that XML 1.0 (§2.2) does not allow; the engine would write it."""
    if _CONTROL.search(body) or any(one in body for one in _NO_CHARACTERS):
        raise NotAcceptable("XML cannot express a control character in the answer", remedy="Ask for another format.")


class _Checked:
    """An output for XML; raises `NotAcceptable` as `write_results` does."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._end = b""

    def write(self, data: bytes, /) -> int:
        # A character may lie across the border between two pieces.
        _refuse_not_xml(self._end + data)
        self._end = data[-2:]
        return self._output.write(data)

    def flush(self) -> None:
        self._output.flush()


def _triple(statement: ox.Quad | ox.Triple) -> ox.Triple:
    return statement.triple if isinstance(statement, ox.Quad) else statement


def _order(one: ox.Quad | ox.Triple, first: str) -> tuple[str, bool, str, bool, str, str]:
    graph = str(one.graph_name) if isinstance(one, ox.Quad) else ""
    subject, predicate = str(one.subject), one.predicate.value
    return graph, subject != f"<{first}>", subject, predicate != _TYPE, predicate, str(one.object)


def _used(statements: Iterable[Any]) -> dict[str, str]:
    """Return the prefixes that shorten a predicate, a type or a datatype of the statements, or a node's own IRI."""
    terms = {term for one in statements for term in (one.subject, one.predicate, one.object)}
    namespaces = {iri[: max(iri.rfind("#"), iri.rfind("/")) + 1] for iri in map(_iri, terms)}
    return {prefix: name for prefix, name in PREFIXES.items() if name in namespaces}


def _iri(term: object) -> str:
    if isinstance(term, ox.Literal):
        return term.datatype.value
    return term.value if isinstance(term, ox.NamedNode) else ""


def _json_ld(triples: Collection[ox.Triple], prefixes: dict[str, str]) -> bytes:
    """Write triples as compact JSON-LD: prefixes in an inline context, no named graphs, no triple terms."""
    nodes: dict[str, dict[str, Any]] = {}
    prefixes = _unmistaken(prefixes, triples)
    for triple in triples:
        subject = _node(triple.subject, prefixes)
        node = nodes.setdefault(subject, {"@id": subject})
        if triple.predicate.value == _TYPE and not isinstance(triple.object, ox.Literal):
            node.setdefault("@type", []).append(_node(triple.object, prefixes))
        else:
            node.setdefault(_node(triple.predicate, prefixes), []).append(_value(triple.object, prefixes))
    graph = [
        {key: values[0] if isinstance(values, list) and len(values) == 1 else values for key, values in node.items()}
        for node in nodes.values()
    ]
    return json.dumps({"@context": prefixes, "@graph": graph}, ensure_ascii=False, indent=1).encode()


def _unmistaken(prefixes: dict[str, str], triples: Collection[ox.Triple]) -> dict[str, str]:
    """Return the prefixes but those that are the scheme of an IRI, which a reader would take for a short form."""
    terms = (term for triple in triples for term in (triple.subject, triple.predicate, triple.object))
    schemes = {_iri(term).partition(":")[0] for term in terms}
    return {prefix: namespace for prefix, namespace in prefixes.items() if prefix not in schemes}


def _value(term: object, prefixes: dict[str, str]) -> str | dict[str, str]:
    if not isinstance(term, ox.Literal):
        return {"@id": _node(term, prefixes)}
    if term.language:
        direction = {"@direction": term.direction.value} if term.direction else {}
        return {"@value": term.value, "@language": term.language, **direction}
    if term.datatype.value == _XSD_STRING:
        return term.value
    return {"@value": term.value, "@type": _node(term.datatype, prefixes)}


def _node(term: object, prefixes: dict[str, str]) -> str:
    if isinstance(term, ox.BlankNode):
        return str(term)
    if not isinstance(term, ox.NamedNode):
        raise NotAcceptable("JSON-LD cannot express a statement about a statement", remedy="Ask for Turtle.")
    for prefix, namespace in prefixes.items():
        # "ac://x" would be read as an absolute IRI.
        if term.value.startswith(namespace) and not term.value[len(namespace) :].startswith("//"):
            return f"{prefix}:{term.value[len(namespace) :]}"
    return term.value
