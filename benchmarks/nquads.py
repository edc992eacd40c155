"""N-Quads as they are written: terms as text, and the triples of a named graph."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache

from aseancan_kg.namespaces import PREFIXES, concept


@dataclass(slots=True)
class Graph:
    """The triples of one named graph, each once, in the order they were said."""

    iri: str
    triples: dict[str, None] = field(default_factory=dict)

    def say(self, subject: str, **values: str | Iterable[str]) -> None:
        """Give a subject values, terms of N-Quads, by predicate: `rdf_type` is rdf:type."""
        for name, terms in values.items():
            for term in [terms] if isinstance(terms, str) else terms:
                self.triples[f"<{subject}> {prefixed(name)} {term}"] = None

    def __iter__(self) -> Iterator[str]:
        """Yield the lines of N-Quads."""
        return (f"{triple} <{self.iri}> .\n" for triple in self.triples)


@cache
def prefixed(name: str) -> str:
    """Return the term that a prefixed name, `prefix_local`, stands for."""
    prefix, _, local = name.partition("_")
    return ref(PREFIXES[prefix] + local)


@cache
def ac(name: str) -> str:
    """Return a term of the ontology."""
    return ref(PREFIXES["ac"] + name)


@cache
def code(scheme: str, notation: str) -> str:
    """Return a code of a code list as a term."""
    return ref(concept(scheme, notation))


def ref(iri: str) -> str:
    """Write an IRI as a term."""
    return f"<{iri}>"


def english(words: str) -> str:
    """Write words, which hold neither quotes nor backslashes, as a term."""
    return f'"{words}"@en'


def plain(words: str) -> str:
    """Write words as a term without a language."""
    return f'"{words}"'


def typed(value: object, datatype: str) -> str:
    """Write a value as a term of a datatype of XML Schema."""
    return f'"{value}"^^<{PREFIXES["xsd"]}{datatype}>'
