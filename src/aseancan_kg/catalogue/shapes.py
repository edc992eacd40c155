"""The shapes that the dataset is checked with: of what each asks which property, and what it says is wrong."""

from dataclasses import dataclass

import pyoxigraph as ox

from aseancan_kg.catalogue.labels import Link, iri_of, link, natural
from aseancan_kg.namespaces import BASE, PREFIXES, SHAPES_GRAPH
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.store.descriptions import Descriptions

SHAPES = f"{BASE}shapes"
_SH = PREFIXES["sh"]
_TARGETS = [_SH + name for name in ("targetClass", "targetSubjectsOf", "targetObjectsOf", "targetNode")]


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape or constraint, or a prefix of one; `name` follows the `#` of its IRI."""

    name: str
    targets: tuple[Link, ...]
    path: Link | None
    says: str


def shapes(store: Dataset, iri: str) -> tuple[Shape, ...]:
    """Return the parts of the shapes at an IRI, by their names."""
    quads = store.quads(graph=ox.NamedNode(SHAPES_GRAPH))
    said = Descriptions(quad.triple for quad in quads if iri_of(quad.subject).startswith(f"{iri}#"))
    told = {name for one in said.things for by in (*_TARGETS, f"{_SH}path") for name in said.iris(one, by)}
    labels = store.labels(told)

    def shape(one: str) -> Shape:
        path = said.iri(one, f"{_SH}path")
        texts = (said.text(one, name) for name in (f"{_SH}message", f"{PREFIXES['rdfs']}label", f"{_SH}namespace"))
        return Shape(
            one.removeprefix(f"{iri}#"),
            tuple(link(labels, target) for name in _TARGETS for target in said.iris(one, name)),
            link(labels, path) if path else None,
            next(filter(None, texts), ""),
        )

    return tuple(map(shape, sorted(said.things, key=natural)))
