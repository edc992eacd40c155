"""From some graphs to others: the triples that go and come, and the nodes that must be validated again."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from rdflib import RDF, SH, Graph, URIRef
from rdflib.term import Node

from aseancan_kg import namespaces
from aseancan_kg.build.triples import Triple

Graphs = Mapping[str, frozenset[Triple]]
"""Triples by the names of their graphs: `instruments`."""


@dataclass(frozen=True)
class Difference:
    """From some graphs to others: the triples that go and come."""

    before: Graphs
    after: Graphs
    gone: Graphs
    come: Graphs

    @classmethod
    def between(cls, before: Graphs, after: Graphs) -> "Difference":
        """Compare graphs by their names."""
        return cls(before, after, _beyond(before, after), _beyond(after, before))

    @property
    def reversed(self) -> "Difference":
        """The way back."""
        return Difference(self.after, self.before, self.come, self.gone)

    @property
    def triples(self) -> Iterator[Triple]:
        """Every triple that goes or comes."""
        return chain.from_iterable((*self.gone.values(), *self.come.values()))

    def touched(self, union: Graph, shapes: Graph, nested: Collection[Node]) -> set[URIRef]:
        """Return the nodes that it can have made invalid: those of its triples, what points at them, and targets.

        A node that points at another asks by its shapes of what class that is, and what it says of its own by the
        properties that `nested` shapes name. A target is a property or code whose shape asks for all that there is; it
        is meant when the query of its shape names a property that has changed.
        """
        changed = {namespaces.shorten(str(predicate)) for _, predicate, _ in self.triples}
        touched = {term for triple in self.triples for term in triple if isinstance(term, URIRef)}
        for node in {subject for subject, predicate, _ in self.triples if predicate in nested}:
            touched.update(one for one in union.subjects(None, node) if isinstance(one, URIRef))
        for shape, target in shapes.subject_objects(SH.targetNode):
            asked = " ".join(str(text) for text in shapes.objects(shape, SH.sparql / SH.select))
            if isinstance(target, URIRef) and any(re.search(rf"{re.escape(one)}\b", asked) for one in changed):
                touched.add(target)
        return touched


def nested(shapes: Graph) -> frozenset[Node]:
    """Return the properties by which shapes ask something of the values of other properties."""
    inner = {shape for name in (SH.node, SH.qualifiedValueShape) for shape in shapes.objects(None, name)}
    reached = {one for shape in inner for one in shapes.transitive_objects(shape, None)}
    return frozenset({RDF.type, *(path for one in reached for path in shapes.objects(one, SH.path))})


def _beyond(graphs: Graphs, others: Graphs) -> Graphs:
    """Return the triples of graphs that the graphs of the same names among others do not have."""
    return {name: graph - others.get(name, frozenset()) for name, graph in graphs.items()}
