"""What pages and documents ask of a dataset, wherever it is held: written once, on `rows` and `quads`."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from io import BytesIO

import pyoxigraph as ox

from aseancan_kg.mediatypes import Format
from aseancan_kg.namespaces import PREFIXES
from aseancan_kg.store import Output, Row

Node = ox.NamedNode | ox.BlankNode
UNKNOWN_VERSION = "unknown"
"""Version of a dataset that states none."""

_DEFAULT = ox.DefaultGraph()
LABELS = tuple(
    ox.NamedNode(PREFIXES[prefix] + name)
    for prefix, name in (
        ("skos", "prefLabel"),
        ("rdfs", "label"),
        ("dcterms", "title"),
        ("schema", "name"),
        ("foaf", "name"),
    )
)
"""The properties that label things, the first that a thing has before the others."""


class Dataset(ABC):
    """A dataset to query and to look things up in.

    Look-ups take many things at once, so that a dataset held by another server is asked a few times for a page, however
    much stands on it.
    """

    @property
    @abstractmethod
    def version(self) -> str:
        """The version that answers are to be cited by."""

    @property
    def sighting(self) -> str:
        """What answers are kept under: another text since another version was seen, and never an earlier one again."""
        return self.version

    @property
    @abstractmethod
    def union_default_graph(self) -> bool:
        """Whether a query's default graph is the merge of all named graphs."""

    @property
    @abstractmethod
    def graphs(self) -> Mapping[str, int]:
        """Named graphs in the order of their names, with the number of triples in each."""

    @property
    @abstractmethod
    def default_graph_size(self) -> int:
        """Number of triples in the default graph."""

    @abstractmethod
    def write(
        self,
        text: str,
        answer_format: Format,
        output: Output,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
    ) -> None:
        """Evaluate a query and write the answer as it is found; a graph is written when it is complete.

        Raises as `query` does, with a part of the answer perhaps written.
        """

    def query(
        self, text: str, answer_format: Format, default_graphs: Sequence[str] = (), named_graphs: Sequence[str] = ()
    ) -> bytes:
        """Evaluate a query; see `QueryStore.query`."""
        output = BytesIO()
        self.write(text, answer_format, output, default_graphs, named_graphs)
        return output.getvalue()

    @abstractmethod
    def rows(self, text: str, default_graphs: Sequence[str] = (), named_graphs: Sequence[str] = ()) -> list[Row]:
        """Return the solutions of a SELECT query; see `QueryStore.rows`."""

    @abstractmethod
    def quads(
        self,
        *,
        subjects: Collection[ox.NamedNode] | None = None,
        predicates: Collection[ox.NamedNode] | None = None,
        objects: Collection[ox.NamedNode] | None = None,
        graph: ox.NamedNode | None = None,
    ) -> list[ox.Quad]:
        """Return the quads that have one of the given terms in each place; None stands for any, and for all graphs.

        Blank nodes cannot be asked for, so the quads of those that are objects come along, and theirs in turn. They are
        told apart within one answer only.
        """

    def __len__(self) -> int:
        """Count the triples: in a merged dataset each once, else once for each graph it stands in."""
        merged = self.union_default_graph
        return self.default_graph_size if merged else self.default_graph_size + sum(self.graphs.values())

    def knows(self, iri: str) -> bool:
        """Tell whether the dataset says anything about the IRI, or has a graph of that name."""
        try:
            node = ox.NamedNode(iri)
        except ValueError:
            return False
        return iri in self.graphs or bool(self.quads(subjects=[node]))

    def about(self, iris: Iterable[str]) -> dict[str, list[ox.Quad]]:
        """Return for each IRI the quads it is the subject of, and those of the blank nodes and parts (`#…`) it has."""
        found: dict[object, list[ox.Quad]] = {}
        asked: set[ox.NamedNode] = set()
        waiting = {ox.NamedNode(iri) for iri in iris}
        wholes = {node.value for node in waiting}
        while waiting:
            asked |= waiting
            quads = self.statements(waiting)
            for quad in quads:
                found.setdefault(quad.subject, []).append(quad)
            parts = {quad.object for quad in quads if isinstance(quad.object, ox.NamedNode)}
            waiting = {part for part in parts - asked if part.value.rpartition("#")[0] in wholes}
        return {iri: list(_reached(found, iri)) for iri in wholes}

    def pointing_to(self, iri: str) -> list[tuple[str, Node]]:
        """Return (predicate IRI, subject) of every triple whose object is the IRI, each once."""
        found = self.quads(objects=[ox.NamedNode(iri)])
        return list(dict.fromkeys((quad.predicate.value, _node(quad.subject)) for quad in found))

    def subjects_in(self, graph: str) -> list[Node]:
        """Return the subjects of a named graph, each once."""
        found = self.quads(graph=ox.NamedNode(graph))
        return list(dict.fromkeys(_node(quad.subject) for quad in found))

    def labels(self, iris: Iterable[str], languages: Sequence[str] = ()) -> dict[str, ox.Literal]:
        """Return the label of each IRI that has one, in the first of the languages that there is, else in English."""
        given: dict[str, dict[str, list[ox.Literal]]] = {}
        for quad in self.label_quads(map(ox.NamedNode, iris)):
            if isinstance(quad.object, ox.Literal):
                of_thing = given.setdefault(_node(quad.subject).value, {})
                of_thing.setdefault(quad.predicate.value, []).append(quad.object)
        ranks = {language: rank for rank, language in enumerate([*languages, "en"])}
        return {iri: _best(of_thing, ranks) for iri, of_thing in given.items()}

    def label_quads(self, nodes: Iterable[ox.NamedNode]) -> list[ox.Quad]:
        """Return the quads that label the nodes."""
        return self.statements([*nodes], LABELS)

    def statements(
        self, subjects: Collection[ox.NamedNode], predicates: Collection[ox.NamedNode] | None = None
    ) -> list[ox.Quad]:
        """Return the quads of subjects; in a merged default graph only those that stand in no named graph."""
        found = self.quads(subjects=subjects, predicates=predicates)
        named = {quad.triple for quad in found if quad.graph_name != _DEFAULT} if self.union_default_graph else set()
        return [quad for quad in found if quad.graph_name != _DEFAULT or quad.triple not in named]


def _reached(found: Mapping[object, Sequence[ox.Quad]], iri: str) -> Iterator[ox.Quad]:
    """Yield the quads of an IRI, and of the blank nodes and parts it leads to."""
    waiting: list[Node] = [ox.NamedNode(iri)]
    seen = set(waiting)
    while waiting:
        for quad in found.get(waiting.pop(), ()):
            yield quad
            target = quad.object
            own = isinstance(target, ox.NamedNode) and target.value.startswith(f"{iri}#")
            if isinstance(target, Node) and (own or isinstance(target, ox.BlankNode)) and target not in seen:
                waiting.append(target)
                seen.add(target)


def _best(given: Mapping[str, Sequence[ox.Literal]], ranks: Mapping[str, int]) -> ox.Literal:
    labels = next(given[name.value] for name in LABELS if name.value in given)
    language = {label: (label.language or "en").partition("-")[0] for label in labels}
    return min(labels, key=lambda label: (ranks.get(language[label], len(ranks)), label.value))


def _node(subject: object) -> Node:
    # The engine's type also allows a triple here, as no RDF version does.
    assert isinstance(subject, Node)
    return subject
