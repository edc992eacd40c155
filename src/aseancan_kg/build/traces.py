"""From what the dataset says back to the tables: the row, and where it can be told the cell, that says so."""

import re
from itertools import chain

from rdflib import RDF, Graph, Literal, URIRef
from rdflib.namespace import PROV, SKOS
from rdflib.term import Node

from aseancan_kg import namespaces
from aseancan_kg.build import records
from aseancan_kg.build.columns import TABLES
from aseancan_kg.build.registers import Registers, Row
from aseancan_kg.build.triples import AC, CLASSES, iri, predicates, term
from aseancan_kg.build.values import Url
from aseancan_kg.errors import Place

_PART = re.compile(rf"({re.escape(namespaces.ID)}(?:membership|statement)/[^/#]+)/.*|([^#]+)#.*")
"""What is a part of a row's node: its period, its steps, the selectors of a mention."""


class Tracer:
    """The tables, and the triples of all graphs that were made of them."""

    def __init__(self, tables: Registers, graph: Graph) -> None:
        rows = list(chain.from_iterable(tables.tables))
        self._graph = graph
        self._by_locator = {row.locator: row for row in rows}
        self._by_node: dict[Node | None, Row] = {node: row for row in rows if (node := node_of(row, graph))}

    def locate(self, focus: Node, path: Node | None, value: Node | None) -> Place | None:
        """Say where a statement was written: in the row of its subject, or in one that is about the statement.

        What has no property is said of the value, and so is what is asked of a property as a whole.
        """
        if path is None and value is not None and value != focus:
            return self.locate(value, None, None)
        whole = _whole(focus)
        row = self._by_node.get(whole) or self._by_node.get(self._graph.value(whole, AC.stateOf))
        if row and (column := _column(row, path)):
            return row.place_of(column)
        return (
            self._about(focus, path, value)
            or (row.place if row else self._located(whole, path))
            or (None if value is None else self.locate(value, path, None))
        )

    def _about(self, focus: Node, path: Node | None, value: Node | None) -> Place | None:
        """Find the coding or mention that says so: that of this very value, else any of this property."""
        if path is None:
            return None
        subjects = self._graph.subjects(RDF.subject, focus)
        nodes = [node for node in subjects if (node, RDF.predicate, path) in self._graph]
        nodes.sort(key=lambda node: ((node, RDF.object, value) not in self._graph, str(node)))
        return next((place for node in nodes if (place := self._located(node, None))), None)

    def _located(self, node: Node, path: Node | None) -> Place | None:
        """Go by the locator of a statement node, which ends with a column where it is that of a cell."""
        locator = str(self._graph.value(node, AC.locator))
        of_row, _, column = locator.rpartition("/")
        if row := self._by_locator.get(locator):
            found = _column(row, path)
            return row.place_of(found) if found else row.place
        row = self._by_locator.get(of_row)
        return row.place_of(_column(row, path) or column) if row else None


def node_of(row: Row, graph: Graph) -> Node | None:
    """Node of the dataset, all of whose triples are in `graph`, that a row describes."""
    if row.kind in CLASSES:
        return iri(row.reference)
    match row.kind:
        case "concept":
            return URIRef(namespaces.concept(row.written("scheme"), row.written("code")))
        case "source":
            address = row.one("url")
            return term(address) if isinstance(address, Url) else iri(row.reference)
        case "identifier":
            return URIRef(row.written("iri"))
        case "clause":
            edition = URIRef(namespaces.thing("source", row.folder.removeprefix("codings/")))
            so_called = graph.subjects(SKOS.notation, Literal(row.key))
            return next((node for node in so_called if (node, PROV.wasQuotedFrom, edition) in graph), None)
    return None


def _whole(node: Node) -> Node:
    part = _PART.fullmatch(str(node))
    return URIRef(part[1] or part[2]) if part and not str(node).startswith(namespaces.ONT) else node


def _column(row: Row, path: Node | None) -> str | None:
    """Return the column that a property of the row's node, or of its record, is told in."""
    for column in TABLES[row.register][1] if path else ():
        if path == records.predicate(row.kind, column):
            return column
        if row.kind in CLASSES and column not in records.OF_ROWS and path in predicates(row.kind, column):
            return column
    return None
