"""Whether an ontology is complete, within OWL 2 DL, consistent, and free of known pitfalls.

The OWL API and HermiT come with Owlready2 and need Java with its compiler; the pitfalls of OOPS! are checked by
ontocraft-check. Where one of them is missing its check says so and is not passed.
"""

import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from rdflib import OWL, RDF, RDFS, SKOS, Graph, URIRef

from aseancan_kg import namespaces

_KINDS = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty)
_INSTALL = ".venv/bin/pip install --constraint constraints.txt --editable '.[report]'"
_TEXTS = {
    "label": RDFS.label,
    "definition": SKOS.definition,
    "source note": SKOS.editorialNote,
    "example": SKOS.example,
}

WAIVED = {
    "P04": "dates and links that several kinds of things carry have no domain or range, and so count as unconnected",
    "P11": "no domain or range where several kinds of things may carry the property; the shapes say which",
    "P13": "no inverses: a query reads a property both ways",
    "META02": "texts are in English; a Korean label is asked for by the tool",
}
"""Pitfall that is no fault here → why."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check of the ontology: passed, failed with findings, or (None) not done, with what it lacks."""

    name: str
    passed: bool | None
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OwlTools:
    """The OWL API and HermiT that come with Owlready2; both take RDF/XML, their Turtle is of 2011."""

    java: str
    directory: Path

    def dl_violations(self, ontology: Graph) -> list[str]:
        """Ways in which an ontology leaves OWL 2 DL."""
        owl_api = files("owlready2") / "pellet" / "owlapi-distribution-3.4.3-bin.jar"
        profile = Path(__file__).with_name("Profile.java")
        command = [self.java, "-cp", str(owl_api), str(profile), str(self._write(ontology))]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=120, check=True)
        return done.stdout.splitlines()

    def unsatisfiable(self, ontology: Graph) -> set[str]:
        """IRIs of the classes that can have no member. Raises Owlready2's error when the whole is inconsistent."""
        import owlready2

        owlready2.JAVA_EXE = self.java
        world = owlready2.World()
        world.get_ontology(self._write(ontology).as_uri()).load()
        owlready2.sync_reasoner_hermit(world, debug=0)
        return {found.iri for found in world.inconsistent_classes()} - {str(OWL.Nothing)}

    def _write(self, ontology: Graph) -> Path:
        target = self.directory / "ontology.rdf"
        ontology.serialize(target, format="xml")
        return target


def java_compiler() -> str | None:
    """Path of a Java that can compile, or None."""
    java = shutil.which("java")
    modules = subprocess.run([java, "--list-modules"], capture_output=True, check=False).stdout if java else b""
    return java if b"jdk.compiler" in modules else None


def check(ontology: Graph) -> list[Check]:
    """Do every check that the tools at hand allow."""
    java = java_compiler() if find_spec("owlready2") else None
    with TemporaryDirectory() as directory:
        tools = OwlTools(java, Path(directory)) if java else None
        return [*_complete(ontology), *_logic(ontology, tools), _pitfalls(ontology, Path(directory))]


def own_terms(ontology: Graph) -> list[URIRef]:
    """Our own classes and properties, in alphabetical order."""
    typed = {term for kind in _KINDS for term in ontology.subjects(RDF.type, kind) if isinstance(term, URIRef)}
    return sorted(term for term in typed if term.startswith(namespaces.ONT))


def _complete(ontology: Graph) -> Iterator[Check]:
    for text, predicate in _TEXTS.items():
        lacking = tuple(term for term in own_terms(ontology) if (term, predicate, None) not in ontology)
        yield Check(f"every term has its {text}", not lacking, lacking)


def _logic(ontology: Graph, tools: OwlTools | None) -> Iterator[Check]:
    if tools is None:
        without = (f"needs Owlready2 ({_INSTALL}) and Java with its compiler",)
        yield Check("within OWL 2 DL", None, without)
        yield Check("consistent, and every class can have members", None, without)
        return
    violations = tuple(tools.dl_violations(ontology))
    yield Check("within OWL 2 DL", not violations, violations)
    if violations:
        yield Check("consistent, and every class can have members", None, ("HermiT takes OWL 2 DL only",))
        return
    from owlready2 import OwlReadyInconsistentOntologyError

    try:
        empty = tuple(sorted(tools.unsatisfiable(ontology)))
    except OwlReadyInconsistentOntologyError as error:
        empty = (f"inconsistent: {error}",)
    yield Check("consistent, and every class can have members", not empty, empty)


def _pitfalls(ontology: Graph, directory: Path) -> Check:
    name = "free of the pitfalls that ontocraft-check looks for"
    if not find_spec("ontocraft_check"):
        return Check(name, None, (f"needs ontocraft-check ({_INSTALL})",))
    from ontocraft_check.runner import run

    path = directory / "ontology.ttl"
    ontology.serialize(path, format="turtle")
    ours = (finding for finding in run(str(path)).findings if str(finding.target).startswith(namespaces.BASE))
    found = Counter(finding.rule for finding in ours)
    waived = tuple(f"{rule} × {found[rule]}, waived: {why}" for rule, why in WAIVED.items() if found[rule])
    faults = tuple(f"{rule} × {number}" for rule, number in sorted(found.items()) if rule not in WAIVED)
    return Check(name, not faults, faults + waived)
