"""What differs between two releases: identifiers whose descriptions changed, and quads, as an RDF Patch.

Releases are compared as the sorted lines of their N-Quads. In identifiers, the graphs that tell of the dataset itself
and of former identifiers are not compared; in quads, everything is.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from aseancan_kg import namespaces
from aseancan_kg.archive import Release

_NOT_COMPARED = frozenset(
    f"<{name}>" for name in (namespaces.DESCRIPTION_GRAPH, namespaces.HISTORY_GRAPH, namespaces.graph("identifiers"))
)
Descriptions = Mapping[str, str]
"""Identifier → digest of what is said of it; empty for a graph, whose documents have descriptions of their own."""


@dataclass(frozen=True, slots=True)
class Step:
    """From one release to the next: identifiers that came, went, or are described otherwise, and the quads."""

    earlier: Release
    later: Release
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    quads_added: tuple[str, ...]
    quads_removed: tuple[str, ...]

    @property
    def patch(self) -> str:
        """What turns the quads of the earlier release into those of the later one, as an RDF Patch.

        Blank nodes go by the labels they have in the two files, so that the patch is exact for the files.
        """
        return "".join(
            (
                f"H id <{address(self.later)}> .\n",
                f"H prev <{address(self.earlier)}> .\n",
                "TX .\n",
                *(f"D {line}" for line in self.quads_removed),
                *(f"A {line}" for line in self.quads_added),
                "TC .\n",
            )
        )


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A release with its identifiers."""

    release: Release
    described: Descriptions


def address(release: Release) -> str:
    """IRI of a release: it is named by the hash of its content, which nothing else has."""
    return f"{namespaces.BASE}r/{release.dataset}"


def descriptions(lines: Iterable[str]) -> Descriptions:
    """Return every identifier that a dataset publishes, with a digest of its description.

    Published are things, codes and their lists, terms of the ontology and named graphs; not the nodes of statements,
    mentions and codings, nor parts (`#…`). A description is what the identifier, its parts and the blank nodes they
    lead to are the subjects of; blank nodes are told apart by what is said of them, and must not lead in circles.
    """
    said: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    graphs = set()
    for line in lines:
        subject, predicate, rest = line.split(" ", 2)
        object_, graph, _ = rest.rsplit(" ", 2)
        if graph not in _NOT_COMPARED:
            said[subject].add((predicate, object_))
            graphs.add(graph[1:-1])

    @cache
    def written(node: str) -> str:
        return _digest(facts(node)) if node.startswith("_:") else node

    def facts(subject: str) -> list[str]:
        return sorted(f"{predicate} {written(object_)}" for predicate, object_ in said[subject])

    told: defaultdict[str, list[str]] = defaultdict(list)
    for subject in sorted(said):
        if iri := published(subject[1:-1]):
            told[iri] += [f"{subject} {fact}" for fact in facts(subject)]
    return {iri: _digest(about) for iri, about in told.items()} | dict.fromkeys(graphs, "")


def step(earlier: Snapshot, before: Iterable[str], later: Snapshot, after: Iterable[str]) -> Step:
    """Compare two releases, each by its identifiers and the lines of its quads."""
    old, new = earlier.described, later.described
    lines_before, lines_after = frozenset(before), frozenset(after)
    return Step(
        earlier.release,
        later.release,
        added=tuple(sorted(new.keys() - old.keys())),
        removed=tuple(sorted(old.keys() - new.keys())),
        changed=tuple(sorted(iri for iri in new.keys() & old.keys() if new[iri] != old[iri])),
        quads_added=tuple(sorted(lines_after - lines_before)),
        quads_removed=tuple(sorted(lines_before - lines_after)),
    )


def published(subject: str) -> str | None:
    """Return the identifier that a subject is, or is a part of; None where it is none that is published."""
    if subject.startswith(namespaces.ONT):
        return subject
    whole = subject.partition("#")[0]
    if whole.startswith((namespaces.ID, namespaces.SCHEME)) and not whole.startswith(namespaces.MADE_ANEW):
        return whole
    return None


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode("utf-8")).hexdigest()
