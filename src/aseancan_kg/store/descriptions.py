"""What many things say of themselves, read at once."""

from collections.abc import Collection, Iterable, Mapping, Sequence

import pyoxigraph as ox

from aseancan_kg.store.dataset import Dataset


class Descriptions:
    """The values of some properties of some things; a thing that says nothing has none."""

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        self._said: dict[str, dict[str, list[object]]] = {}
        for triple in triples:
            if isinstance(triple.subject, ox.NamedNode):
                values = self._said.setdefault(triple.subject.value, {}).setdefault(triple.predicate.value, [])
                if triple.object not in values:
                    values.append(triple.object)

    @classmethod
    def merged(cls, iri: str, quads: Iterable[ox.Quad]) -> "Descriptions":
        """Take what is said of the parts of a thing as if it said it of itself."""
        whole = ox.NamedNode(iri)
        return cls(ox.Triple(whole, quad.predicate, quad.object) for quad in quads)

    def __or__(self, other: "Descriptions") -> "Descriptions":
        """Take both together; of a thing in both, what the other says."""
        both = Descriptions(())
        both._said = self._said | other._said
        return both

    @property
    def things(self) -> Collection[str]:
        """The things that say anything."""
        return self._said.keys()

    def of(self, iri: str) -> Mapping[str, Sequence[object]]:
        """Return the values of one thing by property."""
        return self._said.get(iri, {})

    def iris(self, iri: str, name: str) -> list[str]:
        """Return the IRIs that a thing has by one property, in their order."""
        return sorted({term.value for term in self.of(iri).get(name, ()) if isinstance(term, ox.NamedNode)})

    def iri(self, iri: str, name: str) -> str | None:
        """Return the first IRI that a thing has by one property."""
        return next(iter(self.iris(iri, name)), None)

    def texts(self, iri: str, name: str) -> list[str]:
        """Return the literals that a thing has by one property, in their order."""
        return sorted(term.value for term in self.of(iri).get(name, ()) if isinstance(term, ox.Literal))

    def text(self, iri: str, name: str) -> str | None:
        """Return the first literal that a thing has by one property."""
        return next(iter(self.texts(iri, name)), None)

    def number(self, iri: str, name: str) -> int | None:
        """Return the whole number that a thing has by one property."""
        text = self.text(iri, name)
        return int(text) if text is not None and text.isdecimal() else None


def describe(store: Dataset, iris: Iterable[str], properties: Iterable[str] | None = None) -> Descriptions:
    """Read the given properties of things, or all."""
    quads = store.statements(nodes(iris), None if properties is None else nodes(properties))
    return Descriptions(quad.triple for quad in quads)


def pointing(store: Dataset, name: str, iris: Iterable[str]) -> dict[str, list[str]]:
    """Return for each of the things that something points to by one property the IRIs of what does."""
    found: dict[str, list[str]] = {}
    for quad in store.quads(predicates=nodes([name]), objects=nodes(iris)):
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode):
            found.setdefault(quad.object.value, []).append(quad.subject.value)
    return {iri: list(dict.fromkeys(subjects)) for iri, subjects in found.items()}


def nodes(iris: Iterable[str]) -> list[ox.NamedNode]:
    """Return IRIs as terms, each once."""
    return [ox.NamedNode(iri) for iri in dict.fromkeys(iris)]
