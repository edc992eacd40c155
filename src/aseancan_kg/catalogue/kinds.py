"""The kinds of things that people look for, by which they are searched and browsed."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from aseancan_kg.namespaces import ONT, PREFIXES, SCHEME

_SKOS, _SDGO, _OWL, _RDF, _RDFS = (PREFIXES[prefix] for prefix in ("skos", "sdgo", "owl", "rdf", "rdfs"))
TOPICS = f"{SCHEME}topic"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of thing: those of its classes, or the concepts of its scheme; `name` stands in addresses.

    In a search the scores of things are multiplied by the `weight` of their kind, at least 1. A `passage` is found by
    its number and its text; its label only tells where it stands. `numbered` is what is said before a number.
    """

    name: str
    label: str
    plural: str
    classes: tuple[str, ...] = ()
    scheme: str | None = None
    weight: float = 1.0
    passage: bool = False
    numbered: str | None = None


def _ours(*names: str) -> tuple[str, ...]:
    return tuple(ONT + name for name in names)


QUERY = Kind("query", "query", "Queries", weight=1.3)
"""Queries of the catalogue, which are no part of the dataset."""
OTHER = Kind("other", "other thing", "Other things", weight=1.1)
"""What is of none of these kinds, such as things of other people's data."""
KINDS = (
    Kind("instrument", "instrument", "Instruments", _ours("Instrument"), weight=3.0),
    Kind("body", "body", "Bodies", _ours("Body"), weight=3.0),
    Kind("mechanism", "mechanism", "Mechanisms", _ours("Mechanism"), weight=2.8),
    Kind("meeting", "meeting", "Meetings", _ours("Meeting"), weight=2.0),
    Kind("programme", "programme", "Programmes and funds", _ours("Programme", "Fund"), weight=2.6),
    Kind("action", "action", "Actions", _ours("Action"), weight=3.2, passage=True, numbered="action"),
    Kind("clause", "clause", "Clauses", _ours("Clause"), weight=2.0, passage=True, numbered="clause"),
    Kind("section", "section", "Sections", _ours("Section", "Preamble"), weight=2.2, numbered="section"),
    Kind("topic", "topic", "Topics", scheme=TOPICS, weight=2.6),
    Kind(
        "goal",
        "Sustainable Development Goal",
        "Goals and targets",
        (f"{_SDGO}Goal", f"{_SDGO}Target"),
        weight=1.8,
        numbered="SDG",
    ),
    Kind("statement", "statement", "Statements", _ours("Statement"), weight=1.8),
    Kind("report", "report of a meeting", "Reports of meetings", _ours("Report"), weight=1.4, passage=True),
    Kind("act", "act of a party", "Acts of parties", _ours("PartyAction"), weight=1.2, passage=True),
    Kind("person", "person", "Persons", _ours("Person"), weight=2.6),
    Kind("post", "post", "Posts", _ours("Post"), weight=2.2),
    Kind("state", "state", "States and groups of states", _ours("State", "StateGroup"), weight=3.0),
    Kind("place", "place", "Places", _ours("Place"), weight=2.6),
    Kind("source", "source", "Sources", _ours("SourceDocument"), weight=1.0, passage=True),
    Kind("code", "code", "Codes", (f"{_SKOS}Concept", f"{_SKOS}ConceptScheme"), weight=1.8),
    Kind(
        "term",
        "ontology term",
        "Ontology terms",
        (
            *(_OWL + name for name in ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty")),
            *(f"{_RDFS}Class", f"{_RDF}Property"),
        ),
        weight=1.6,
    ),
    QUERY,
    OTHER,
)
"""In the order in which pages list them; a thing is of the first that fits."""
BY_NAME: Mapping[str, Kind] = {kind.name: kind for kind in KINDS}


_MACHINERY = (ONT, *(PREFIXES[prefix] for prefix in ("dcat", "dqv", "oa", "owl", "prov", "sd", "sh", "time", "void")))
"""Vocabularies for what nobody looks for by name: statements about things, shapes, figures, parts of descriptions."""


def kind_of(types: Collection[str], schemes: Collection[str] = ()) -> Kind | None:
    """Return the kind of a thing of these classes and concept schemes; None for what only programs need."""
    for kind in KINDS:
        if kind.scheme in schemes or not set(kind.classes).isdisjoint(types):
            return kind
    return None if any(name.startswith(_MACHINERY) for name in types) else OTHER
