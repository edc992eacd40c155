"""The checks of the quality report: our ontology passes them all, and a spoilt one does not."""

import os
import subprocess
import sys

import pytest
from rdflib import RDFS, Graph, URIRef

from aseancan_kg import namespaces
from aseancan_kg.ontology import checks
from aseancan_kg.ontology.checks import Check

PREFIXES = "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in namespaces.PREFIXES.items())
TEXTS = [f"every term has its {text}" for text in ("label", "definition", "source note", "example")]
DL, CONSISTENT = "within OWL 2 DL", "consistent, and every class can have members"
PITFALLS = "free of the pitfalls that ontocraft-check looks for"
WITHOUT_JAVA = """
from pathlib import Path
from rdflib import Graph
from aseancan_kg.ontology import checks
for check in checks.check(Graph().parse("{ontology}")):
    print(check.passed, check.name, *check.findings, sep="|")
"""


def check(ontology: Graph, turtle: str = "") -> dict[str, Check]:
    return {one.name: one for one in checks.check(ontology.parse(data=PREFIXES + turtle))}


@pytest.mark.proof
@pytest.mark.usefixtures("owl_tools")
def test_our_ontology_passes_every_check(ontology: Graph) -> None:
    found = check(ontology)
    assert list(found) == [*TEXTS, DL, CONSISTENT, PITFALLS]
    assert [one for one in found.values() if one.passed is not True] == []
    assert all("waived: " in finding for finding in found[PITFALLS].findings)


def test_our_own_terms_are_those_in_our_namespace(ontology: Graph) -> None:
    terms = checks.own_terms(ontology)
    assert terms == sorted(terms)
    assert URIRef(namespaces.ONT + "Action") in terms
    assert all(term.startswith(namespaces.ONT) for term in terms)


@pytest.mark.proof
@pytest.mark.usefixtures("owl_tools")
def test_what_is_missing_or_odd_is_told(ontology: Graph) -> None:
    body = URIRef(namespaces.ONT + "Body")
    ontology.remove((body, RDFS.label, None))
    found = check(
        ontology, "ac:Both a owl:Class ; rdfs:subClassOf ac:Body, ac:Action . ac:Body rdfs:subClassOf ac:Both ."
    )
    both = namespaces.ONT + "Both"
    assert [one.name for one in found.values() if one.passed is False] == [*TEXTS, CONSISTENT, PITFALLS]
    assert [str(term) for term in found["every term has its label"].findings] == [str(body), both]
    assert [str(term) for term in found["every term has its example"].findings] == [both]
    assert set(found[CONSISTENT].findings) == {str(body), both}


@pytest.mark.proof
@pytest.mark.usefixtures("owl_tools")
def test_a_contradiction_is_told(ontology: Graph) -> None:
    found = check(ontology, "ac:x a ac:Place, ac:State .")
    assert found[CONSISTENT].passed is False
    assert found[CONSISTENT].findings[0].startswith("inconsistent")


@pytest.mark.proof
@pytest.mark.usefixtures("owl_tools")
def test_what_the_reasoner_cannot_take_is_not_given_to_it(ontology: Graph) -> None:
    found = check(ontology, "ac:supersedes a owl:TransitiveProperty .")
    assert (found[DL].passed, found[CONSISTENT].passed) == (False, None)
    assert found[DL].findings
    assert found[CONSISTENT].findings == ("HermiT takes OWL 2 DL only",)


def test_a_check_without_its_tool_is_not_passed(ontology_file) -> None:
    command = [sys.executable, "-c", WITHOUT_JAVA.format(ontology=ontology_file)]
    ran = subprocess.run(command, env=os.environ | {"PATH": ""}, capture_output=True, encoding="utf-8", check=True)
    told = {line.split("|")[1]: line for line in ran.stdout.splitlines()}
    for name in (DL, CONSISTENT):
        assert told[name].startswith("None|")
        assert "needs Owlready2 (.venv/bin/pip install " in told[name]
    assert told[PITFALLS].startswith("True|")
