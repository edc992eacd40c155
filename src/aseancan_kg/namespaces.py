"""IRIs of this project and the prefixes it writes; strings, so that both RDF libraries can use them."""

import re

BASE = "https://w3id.org/aseancan/"
ONT = BASE + "ont#"
ID = BASE + "id/"
DOC = BASE + "doc/"
GRAPH = BASE + "graph/"
SCHEME = BASE + "scheme/"
CHANGE = BASE + "change/"
STAGING = BASE + "staging/"
SHAPES = BASE + "shapes#"
DESK = BASE + "desk#"
RECORDS = BASE + "desk/records/"

ONTOLOGY_GRAPH = GRAPH + "ontology"
SHAPES_GRAPH = GRAPH + "shapes"
DESCRIPTION_GRAPH = GRAPH + "description"
HISTORY_GRAPH = GRAPH + "history"

MADE_ANEW = tuple(f"{ID}{kind}/" for kind in ("assertion", "coding", "mention", "state-of-instrument"))
"""Nodes that are made of a table's rows or a text each time and named by their places in it; they may come and go."""

PREFIXES = {
    "ac": ONT,
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "dqv": "http://www.w3.org/ns/dqv#",
    "eli": "http://data.europa.eu/eli/ontology#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "hydra": "http://www.w3.org/ns/hydra/core#",
    "itsrdf": "http://www.w3.org/2005/11/its/rdf#",
    "oa": "http://www.w3.org/ns/oa#",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "http://schema.org/",
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "sdgo": "http://metadata.un.org/sdg/ontology#",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "time": "http://www.w3.org/2006/time#",
    "vann": "http://purl.org/vocab/vann/",
    "void": "http://rdfs.org/ns/void#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
"""Prefix → namespace, in the order of the prefix names."""

_PREFIXED = re.compile(r"\b([a-z]+):[A-Za-z]")


def thing(kind: str, slug: str) -> str:
    """IRI of a thing: `thing("instrument", "actip-2015")`."""
    return f"{ID}{kind}/{slug}"


def concept(scheme: str, code: str) -> str:
    """IRI of a code in a code list: `concept("pillar", "economic")`."""
    return f"{SCHEME}{scheme}/{code}"


def part(plan: str, path: str) -> str:
    """IRI of a part of the plan with the IRI `plan`: `action/1.2.6`; `title` is the plan itself."""
    return plan if path == "title" else f"{plan}/{path}"


def graph(name: str) -> str:
    """IRI of a named graph: `graph("instruments")`."""
    return GRAPH + name


def change(sequence: int) -> str:
    """IRI of a change that the journal holds: `change(1)`."""
    return f"{CHANGE}{sequence}"


def with_prefixes(query: str) -> str:
    """Declare those of our prefixes that a SPARQL query uses."""
    used = set(_PREFIXED.findall(query))
    lines = (f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in PREFIXES.items() if prefix in used)
    return "".join(lines) + f"\n{query}"


def document_iri(iri: str) -> str | None:
    """IRI of the document about an IRI of ours, None for every other IRI.

    Codes, graphs, changes, queries and the ontology as a whole are documents themselves, and so is what an IRI with a
    `#` is a part of; a term of the ontology has a document of its own, and their namespace is the ontology.
    """
    if iri.startswith(ONT) and iri != ONT:
        return f"{DOC}ont/{iri.removeprefix(ONT)}"
    whole = iri.partition("#")[0]
    if whole.startswith(ID):
        return DOC + whole.removeprefix(ID)
    own = whole.startswith((SCHEME, GRAPH, CHANGE, f"{BASE}queries/")) or whole in (
        f"{BASE}ont",
        f"{BASE}dataset",
        f"{BASE}shapes",
    )
    return whole if own else None


def described_iri(document: str) -> str:
    """IRI of what a document is about; the reverse of `document_iri`."""
    if document.startswith(f"{DOC}ont/"):
        return ONT + document.removeprefix(f"{DOC}ont/")
    return ID + document.removeprefix(DOC) if document.startswith(DOC) else document


def shorten(iri: str) -> str:
    """Write an IRI with its prefix, `ac:Instrument`; unchanged where no prefix fits."""
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace):
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri
