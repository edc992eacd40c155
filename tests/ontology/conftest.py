"""What the ontology tests rest on: published lists of terms, and the OWL tools that need Java."""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import pyoxigraph as ox
import pytest
from rdflib import Graph

from aseancan_kg import namespaces, settings
from aseancan_kg.ontology.checks import OwlTools, java_compiler

HERE = Path(__file__).parent
TERM_LISTS = HERE / "node_modules" / "@zazuko" / "rdf-vocabularies" / "ontologies"

OWL = namespaces.PREFIXES["owl"]
RDF_TYPE = namespaces.PREFIXES["rdf"] + "type"
COMMENT = namespaces.PREFIXES["rdfs"] + "comment"
SUPERSEDED_BY = namespaces.PREFIXES["schema"] + "supersededBy"
DEPRECATING = {
    RDF_TYPE: {OWL + "DeprecatedClass", OWL + "DeprecatedProperty"},
    OWL + "deprecated": {"true", "1"},
    "http://www.w3.org/2003/06/sw-vocab-status/ns#term_status": {"archaic", "deprecated"},
}
SAYS_DEPRECATED = re.compile(r"[Tt]his (\w+ )?(class|property|type|term) (is|has been) deprecated")
"""Some vocabularies deprecate in a comment only, as schema.org and vCard do."""


@dataclass
class Vocabularies:
    """The terms that vocabularies have, and which of them are deprecated."""

    files: Mapping[str, Path]
    """Namespace → the file that lists its terms; read when first asked for."""
    reviewed: Mapping[str, bool]
    """IRI of a term that a person looked up → whether it is deprecated."""
    _read: dict[str, dict[str, bool]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._namespaces = {*self.files, *(re.sub(r"[^#/]+$", "", iri) for iri in self.reviewed)}

    def namespace(self, iri: str) -> str | None:
        """Namespace in which an IRI lies; None when it is in no known one or is the namespace itself."""
        return max((name for name in self._namespaces if iri.startswith(name) and iri != name), key=len, default=None)

    def deprecated(self, iri: str) -> bool | None:
        """Whether a term is deprecated; None when it does not exist."""
        if iri in self.reviewed:
            return self.reviewed[iri]
        namespace = self.namespace(iri)
        if namespace not in self.files:
            return None
        if namespace not in self._read:
            self._read[namespace] = read_terms(self.files[namespace])
        return self._read[namespace].get(iri)

    def types(self, iri: str) -> set[str]:
        """What a term's own vocabulary says it is; nothing when no file describes it."""
        file = self.files.get(self.namespace(iri) or "")
        described = ox.parse(path=str(file)) if file else ()
        return {
            statement.object.value
            for statement in described
            if statement.subject == ox.NamedNode(iri) and statement.predicate.value == RDF_TYPE
        }

    def faults(self, statements: Iterable[ox.Triple | ox.Quad]) -> set[str]:
        """Say which terms the statements use that are deprecated or that no vocabulary has.

        A property, a class and a datatype must stand in some vocabulary; any other IRI only where it lies in a known
        namespace.
        """
        used: dict[str, bool] = {}
        for statement in statements:
            for iri, is_term in iris(statement):
                used[iri] = used.get(iri, False) or is_term
        faults = set()
        for iri, is_term in used.items():
            deprecated = self.deprecated(iri)
            if deprecated:
                faults.add(f"{iri} is deprecated")
            elif deprecated is None and (is_term or self.namespace(iri)):
                faults.add(f"{iri} is in no list of terms")
        return faults


def iris(statement: ox.Triple | ox.Quad) -> Iterator[tuple[str, bool]]:
    """IRIs of a statement, each with whether it stands as a property, a class or a datatype."""
    yield statement.predicate.value, True
    if isinstance(statement.subject, ox.NamedNode):
        yield statement.subject.value, False
    if isinstance(statement.object, ox.NamedNode):
        yield statement.object.value, statement.predicate.value == RDF_TYPE
    elif isinstance(statement.object, ox.Literal):
        yield statement.object.datatype.value, True


def read_terms(path: Path) -> dict[str, bool]:
    """Read the terms that a file describes: IRI → whether it is deprecated."""
    terms: dict[str, bool] = {}
    for statement in ox.parse(path=str(path)):
        if isinstance(statement.subject, ox.NamedNode):
            iri = statement.subject.value
            terms[iri] = terms.get(iri, False) or is_deprecating(statement)
    return terms


def is_deprecating(statement: ox.Quad) -> bool:
    predicate = statement.predicate.value
    if isinstance(statement.object, ox.BlankNode):
        return False
    if predicate == COMMENT:
        return SAYS_DEPRECATED.search(statement.object.value) is not None
    return predicate == SUPERSEDED_BY or statement.object.value in DEPRECATING.get(predicate, ())


@pytest.fixture(scope="session")
def ontology_file() -> Path:
    return settings.resources() / "ontology" / "aseancan.ttl"


@pytest.fixture
def ontology(ontology_file: Path) -> Graph:
    return Graph().parse(ontology_file)


@pytest.fixture(scope="session")
def vocabularies(ontology_file: Path, missing: Callable[[str, str], NoReturn]) -> Vocabularies:
    """Lists of the npm package, the reviewed list for what it lacks, and our own ontology."""
    if not TERM_LISTS.is_dir():
        missing("the npm package of term lists", "run `npm install --prefix tests/ontology`")
    index = list(ox.parse(path=str(TERM_LISTS / "_index.nq")))
    prefixes = {entry.subject: entry.object.value for entry in index if entry.predicate.value.endswith("rdfa#prefix")}
    lists = {
        entry.object.value: TERM_LISTS / f"{prefixes[entry.subject]}.nq"
        for entry in index
        if entry.predicate.value.endswith("rdfa#uri")
    }
    with (HERE / "reviewed-terms.csv").open(encoding="utf-8", newline="") as rows:
        reviewed = {row["iri"]: row["status"] == "deprecated" for row in csv.DictReader(rows)}
    return Vocabularies(lists | {namespaces.ONT: ontology_file}, reviewed)


@pytest.fixture
def owl_tools(tmp_path: Path, missing: Callable[[str, str], NoReturn]) -> OwlTools:
    java = java_compiler()
    if java is None:
        missing("Java with its compiler", "install a development kit, such as Debian's default-jdk-headless")
    return OwlTools(java, tmp_path)
