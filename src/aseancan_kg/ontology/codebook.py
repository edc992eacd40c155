"""The codebook: every variable of the tables with its codes, their decision rules, and how often each coder gave it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rdflib import RDF, RDFS, Graph, URIRef
from rdflib.namespace import SKOS
from rdflib.term import Node

from aseancan_kg import namespaces
from aseancan_kg.ontology.documentation import words
from aseancan_kg.templates import render

VARIABLES: Mapping[str, tuple[str, str]] = {
    "leadVerb": ("verb", "clause"),
    "continuity": ("continuity", "clause"),
    "direction": ("direction", "clause"),
    "firmness": ("firmness", "clause"),
    "precision": ("precision", "clause"),
    "hedge": ("hedge", "clause"),
    "projectOrdinal": ("project-ordinal", "clause"),
    "topic": ("topic", "action"),
    "basis": ("basis", "coding"),
    "coder": ("coder", "coding"),
    "match": ("match", "statement, coding"),
    "statementForm": ("statement-form", "statement"),
    "speechAct": ("speech-act", "statement"),
    "foundBy": ("mention-rule", "mention"),
    "reviewStatus": ("review-status", "mention"),
    "partyAct": ("party-act", "act of a party"),
    "instrumentStatus": ("instrument-status", "state of an instrument"),
    "standing": ("standing", "assertion, mention, coding"),
    "confidence": ("confidence", "assertion, mention, coding"),
}
"""Property → its code list and the unit that it describes; in the order of the codebook."""

_RANK = URIRef(namespaces.ONT + "rank")
_LEAD_VERB = URIRef(namespaces.ONT + "leadVerb")


@dataclass(frozen=True, slots=True)
class Code:
    """One code: how it is written, its decision rule, how often each coder gives it ("" where there is no coder)."""

    notation: str
    label: str
    broader: str
    definition: str
    uses: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of the tables."""

    name: str
    label: str
    definition: str
    note: str
    unit: str
    scheme: str
    coders: Sequence[str]
    codes: Sequence[Code]


def as_html(ontology: Graph, data: Graph, version: str) -> str:
    """Write the codebook of the dataset `version`: words of ontology and code lists, counts of `data`."""
    variables = [_variable(name, ontology, data) for name in VARIABLES]
    return render("codebook.html", variables=variables, version=version)


def _variable(name: str, ontology: Graph, data: Graph) -> Variable:
    property, (scheme, unit) = URIRef(namespaces.ONT + name), VARIABLES[name]
    uses = _uses(property, data)
    concepts = sorted(
        data.subjects(SKOS.inScheme, URIRef(namespaces.SCHEME + scheme)),
        key=lambda concept: (words(data, concept, _RANK), str(concept)),
    )
    return Variable(
        name=name,
        label=words(ontology, property, RDFS.label),
        definition=words(ontology, property, SKOS.definition),
        note=words(ontology, property, SKOS.editorialNote),
        unit=unit,
        scheme=scheme,
        coders=sorted({coder for coder, _ in uses}),
        codes=[
            Code(
                notation=words(data, concept, SKOS.notation),
                label=words(data, concept, SKOS.prefLabel),
                broader=", ".join(sorted(words(data, up, SKOS.notation) for up in data.objects(concept, SKOS.broader))),
                definition=words(data, concept, SKOS.definition),
                uses={coder: number for (coder, code), number in sorted(uses.items()) if code == concept},
            )
            for concept in concepts
        ],
    )


def _uses(property: URIRef, data: Graph) -> Counter[tuple[str, Node]]:
    """Count the codes by coder where they are codings, and else as they stand on things, under the coder ""."""
    found: Counter[tuple[str, Node]] = Counter()
    for node in data.subjects(RDF.predicate, property):
        coder, value = data.value(node, URIRef(namespaces.ONT + "coder")), data.value(node, RDF.object)
        of_clause = "/clause/" in str(data.value(node, RDF.subject))  # an action repeats the verb of its first clause
        if coder is not None and value is not None and (of_clause or property != _LEAD_VERB):
            found[words(data, coder, SKOS.prefLabel), value] += 1
    return found or Counter(("", value) for value in data.objects(None, property))
