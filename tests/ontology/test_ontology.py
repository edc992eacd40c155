"""The ontology: complete, within OWL 2 DL, consistent, and built on terms that exist."""

import csv
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import OWL, RDF, RDFS, BNode, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, SKOS, VANN

from aseancan_kg import namespaces, settings

ONTOLOGY = URIRef("https://w3id.org/aseancan/ont")
KINDS = {"class": OWL.Class, "object property": OWL.ObjectProperty, "datatype property": OWL.DatatypeProperty}
ANNOTATIONS = {
    "label": RDFS.label,
    "definition": SKOS.definition,
    "source note": SKOS.editorialNote,
    "example": SKOS.example,
}
BIBO_STATUS = URIRef("http://purl.org/ontology/bibo/status")

PREFIXES = "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in namespaces.PREFIXES.items())
PREFIXES += "@prefix ex: <https://example.org/> .\n@prefix bibo: <http://purl.org/ontology/bibo/> .\n"

NO_DL = {
    "a transitive property that is asymmetric too": "ac:supersedes a owl:TransitiveProperty .",
    "a property that is object and annotation property": "dcterms:license a owl:ObjectProperty .",
    "a class that nothing declares": "ac:Body rdfs:subClassOf ex:Undeclared .",
}
NO_MEMBER = {
    "an action that is a section": "ex:Both a owl:Class ; rdfs:subClassOf ac:Action, ac:Section .",
    "a body that is a mechanism": "ex:Both a owl:Class ; rdfs:subClassOf ac:Body, ac:Mechanism .",
    "an act of a party that is an action": "ex:Both a owl:Class ; rdfs:subClassOf ac:PartyAction, ac:Action .",
    "a country that is an instrument's state": "ex:Both a owl:Class ; rdfs:subClassOf ac:State, ac:InstrumentState .",
    "a document that is a step": "ex:Both a owl:Class ; rdfs:subClassOf ac:SourceDocument, ac:ReportingStep .",
}
INCONSISTENT = {
    "a place that takes part in a meeting as a state": "ex:x a ac:Place, ac:State .",
    "a body that is party as an instrument": "ex:x a ac:Body . ex:y ac:supersedes ex:x .",
    "two instruments that supersede each other": "ex:x ac:supersedes ex:y . ex:y ac:supersedes ex:x .",
    "a body that a state accedes to": "ex:x a ac:Body . ex:y a ac:PartyAction ; ac:onInstrument ex:x .",
    "an instrument that is its own state": "ex:x ac:stateOf ex:x .",
    "a clause said at a meeting": "ex:x a ac:Clause ; ac:saidAt ex:y .",
    "a whole plan that undertakes what its parts do": "ex:x a ac:Plan ; ac:cooperatesWith ex:y .",
    "a firm action": "ex:x a ac:Action ; ac:firmness ex:y .",
    "a reading that coded a mention": "ex:x a ac:Mention ; ac:coder ex:y .",
}
CONSISTENT = {
    "a meeting in the series of a body": "ex:m a ac:Meeting ; ac:inSeries ex:jcc . ex:jcc a ac:Body ; ac:parent ex:r .",
    "a binding plan with offsets": """ex:p a ac:Plan, ac:LegalInstrument ; ac:startOffset 1 ; ac:party ex:g .
        ex:g a ac:StateGroup .""",
    "a state in a body and in a post": """ex:h a ac:Holding ; ac:holder ex:s . ex:m a ac:Membership ;
        org:member ex:s ; org:organization ex:b . ex:s a ac:State . ex:b a ac:Body .""",
    "a standing and a place for all that state": """ex:a a ac:Assertion . ex:m a ac:Mention . ex:c a ac:Coding .
        ex:a ac:standing ex:s ; ac:confidence ex:g ; ac:locator "a" . ex:m ac:standing ex:s ; ac:confidence ex:g .
        ex:m ac:locator "m" . ex:c ac:standing ex:s ; ac:confidence ex:g ; ac:locator "c" .""",
    "a title and a news item that name things": """ex:p a ac:Plan ; ac:namedWithin ex:b . ex:b a ac:Body .
        ex:d a ac:SourceDocument ; ac:mentions ex:b ; ac:references ex:p .""",
    "a programme and a fund that carry out an instrument": """ex:p a ac:Programme ; ac:implementsInstrument ex:i .
        ex:f a ac:Fund ; ac:implementsInstrument ex:i .""",
    "a meeting that speaks and a match on its statement": """ex:s a ac:Statement ; ac:speaker ex:m ; ac:match ex:n ;
        ac:reaffirms ex:a, ex:t . ex:m a ac:Meeting . ex:a a ac:Action . ex:t a skos:Concept .
        ex:c a ac:Coding ; ac:match ex:n .""",
    "a state that is derived from an assertion": """ex:s ac:stateOf ex:i ; prov:wasDerivedFrom ex:a .
        ex:a a ac:Assertion .""",
}


def cases(texts: dict[str, str]) -> Callable[[object], object]:
    return pytest.mark.parametrize("text", texts.values(), ids=texts.keys())


def own_terms(ontology: Graph) -> dict[URIRef, URIRef]:
    """Each term in our namespace and its kind in OWL."""
    kinds = set(KINDS.values())
    typed = ontology.subject_objects(RDF.type)
    return {term: kind for term, kind in typed if kind in kinds and str(term).startswith(namespaces.ONT)}


def statements(turtle: str) -> list[ox.Triple]:
    return [quad.triple for quad in ox.parse(PREFIXES + turtle, format=ox.RdfFormat.TURTLE)]


def test_has_every_term_of_the_contract_and_no_other(ontology: Graph) -> None:
    with (Path(__file__).parent / "contract-terms.csv").open(encoding="utf-8", newline="") as rows:
        contract = {URIRef(namespaces.ONT + row["term"]): KINDS[row["kind"]] for row in csv.DictReader(rows)}
    assert own_terms(ontology) == contract


@pytest.mark.parametrize("kind", ["label", "definition", "source note", "example"])
def test_every_term_has_one(ontology: Graph, kind: str) -> None:
    for term in own_terms(ontology):
        [text] = ontology.objects(term, ANNOTATIONS[kind])
        assert isinstance(text, Literal), term
        assert text.language == "en", term
        assert text.strip(), term


def test_every_term_says_where_it_is_defined(ontology: Graph) -> None:
    assert {term for term in own_terms(ontology) if (term, RDFS.isDefinedBy, ONTOLOGY) not in ontology} == set()


def test_labels_tell_terms_apart(ontology: Graph) -> None:
    labels = [str(ontology.value(term, RDFS.label)) for term in own_terms(ontology)]
    assert len(labels) == len(set(labels))


def test_header_is_complete(ontology: Graph) -> None:
    header = {predicate for predicate, _ in ontology.predicate_objects(ONTOLOGY)}
    assert header >= {
        OWL.versionIRI, OWL.versionInfo, DCTERMS.title, DCTERMS.description, DCTERMS.license, DCTERMS.creator,
        DCTERMS.publisher, DCTERMS.created, DCTERMS.issued, DCTERMS.modified, DCTERMS.bibliographicCitation,
        VANN.preferredNamespacePrefix, VANN.preferredNamespaceUri, BIBO_STATUS,
    }  # fmt: skip
    version = ontology.value(ONTOLOGY, OWL.versionInfo)
    assert ontology.value(ONTOLOGY, OWL.versionIRI) == ONTOLOGY + f"/{version}"
    assert str(version) in str(ontology.value(ONTOLOGY, DCTERMS.bibliographicCitation))
    assert str(ontology.value(ONTOLOGY, VANN.preferredNamespaceUri)) == namespaces.ONT
    assert (ontology.value(ONTOLOGY, DCTERMS.creator), RDFS.label, None) in ontology


@pytest.mark.parametrize("axiom", [RDFS.domain, RDFS.range], ids=["domain", "range"])
def test_no_property_has_two(ontology: Graph, axiom: URIRef) -> None:
    """Two domains or ranges mean both at once, which is hardly ever meant."""
    assert [term for term in own_terms(ontology) if len(list(ontology.objects(term, axiom))) > 1] == []


def test_blank_nodes_serve_disjointness_only(ontology: Graph) -> None:
    lists = set()
    for axiom in ontology.subjects(RDF.type, OWL.AllDisjointClasses):
        lists |= {axiom, *ontology.transitive_objects(ontology.value(axiom, OWL.members), RDF.rest)}
    assert {node for node in ontology.all_nodes() if isinstance(node, BNode)} <= lists


def test_ontology_and_shapes_use_terms_that_exist(vocabularies, ontology_file: Path) -> None:
    shapes = sorted((settings.resources() / "shapes").glob("*.ttl"))
    assert shapes
    for path in (ontology_file, *shapes):
        assert vocabularies.faults(ox.parse(path=str(path))) == set(), path.name


def test_built_dataset_uses_terms_that_exist(vocabularies, published: Path) -> None:
    assert vocabularies.faults(ox.parse(path=str(published))) == set()


@pytest.mark.parametrize(
    ("term", "fault"),
    [
        ("eli:implements", "is deprecated"),
        ("time:inXSDDateTime", "is deprecated"),
        ("foaf:surname", "is deprecated"),
        ("schema:interactionCount", "is deprecated"),
        ("org:organisation", "is in no list of terms"),
        ("bibo:PressRelease", "is in no list of terms"),
        ("eli:adopted_on", "is in no list of terms"),
        ("ac:adoptedAt", "is in no list of terms"),
        ("<https://schema.org/startDate>", "is in no list of terms"),
        ("ex:property", "is in no list of terms"),
    ],
)
def test_lint_catches(vocabularies, term: str, fault: str) -> None:
    [wrong] = statements(f"ex:x {term} ex:y .")
    assert vocabularies.faults([wrong]) == {f"{wrong.predicate.value} {fault}"}


@pytest.mark.parametrize(
    "turtle",
    ["ex:x a bibo:PressRelease .", "ex:x rdfs:seeAlso bibo:PressRelease .", "bibo:PressRelease rdfs:label 'x' ."],
)
def test_lint_looks_in_every_place(vocabularies, turtle: str) -> None:
    [fault] = vocabularies.faults(statements(turtle))
    assert fault == "http://purl.org/ontology/bibo/PressRelease is in no list of terms"


def test_lint_catches_a_datatype_that_does_not_exist(vocabularies) -> None:
    faults = vocabularies.faults(statements('ex:x ac:adoptedOn "2020-09"^^xsd:gMonthYear .'))
    assert faults == {"http://www.w3.org/2001/XMLSchema#gMonthYear is in no list of terms"}


def test_lint_passes_what_is_right(vocabularies) -> None:
    right = """ex:x a ac:Instrument, eli:Work ; eli:applies ex:y ; itsrdf:taConfidence 0.9 ;
        ac:adoptedOn "2020"^^xsd:gYear ;
        schema:sameAs <http://www.wikidata.org/entity/Q7768> ; skos:prefLabel "x"@en ; rdfs:isDefinedBy skos: ."""
    assert vocabularies.faults(statements(right)) == set()


def test_foreign_terms_are_declared_as_what_they_are(vocabularies, ontology: Graph) -> None:
    kinds = {str(kind) for kind in (*KINDS.values(), OWL.AnnotationProperty)}
    declared = {str(term): str(kind) for term, kind in ontology.subject_objects(RDF.type) if str(kind) in kinds}
    for term, kind in declared.items():
        published = vocabularies.types(term) & kinds
        assert not published or kind in published or kind == str(OWL.AnnotationProperty), term


def test_stays_within_owl_2_dl(owl_tools, ontology: Graph) -> None:
    assert owl_tools.dl_violations(ontology) == []


@pytest.mark.proof
@cases(NO_DL)
def test_profile_check_bites(owl_tools, ontology: Graph, text: str) -> None:
    assert owl_tools.dl_violations(ontology.parse(data=PREFIXES + text)) != []


def test_every_class_can_have_members(owl_tools, ontology: Graph) -> None:
    assert owl_tools.unsatisfiable(ontology) == set()


@pytest.mark.proof
@cases(CONSISTENT)
def test_reasoner_accepts(owl_tools, ontology: Graph, text: str) -> None:
    assert owl_tools.unsatisfiable(ontology.parse(data=PREFIXES + text)) == set()


@pytest.mark.proof
@cases(NO_MEMBER)
def test_reasoner_finds_the_class_without_members(owl_tools, ontology: Graph, text: str) -> None:
    assert owl_tools.unsatisfiable(ontology.parse(data=PREFIXES + text)) == {"https://example.org/Both"}


@pytest.mark.proof
@cases(INCONSISTENT)
def test_reasoner_refuses(owl_tools, ontology: Graph, text: str) -> None:
    import owlready2

    with pytest.raises(owlready2.OwlReadyInconsistentOntologyError):
        owl_tools.unsatisfiable(ontology.parse(data=PREFIXES + text))
