"""By what each kind of thing is browsed: one table of facets, each a pattern of SPARQL."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Facet:
    """A question whose answers divide things, such as the pillar of an instrument.

    `pattern` joins `?thing` with the variable that is called as the facet is, which also stands in addresses. Its other
    variables begin with that name, so that patterns can stand together. Values are listed the most frequent first,
    unless they have an order of their own.
    """

    name: str
    label: str
    pattern: str
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Shelf:
    """How things of a kind are listed: their facets in the order of the page, and what else is told of each.

    `date` is the property of the day by which they can be sorted. Those of a text are listed in its order, with their
    numbers and words; what else is `numbered`, by number.
    """

    facets: tuple[Facet, ...]
    date: str | None = None
    text: bool = False
    numbered: bool = False


def _direct(name: str, label: str, path: str) -> Facet:
    return Facet(name, label, f"?thing {path} ?{name} .")


def _year(path: str, label: str = "Year") -> Facet:
    return Facet("year", label, f"?thing {path} ?year_day . BIND(YEAR(?year_day) AS ?year)", ordered=True)


def _of_clauses(name: str, label: str) -> Facet:
    return Facet(name, label, f"?{name}_clause dcterms:isPartOf ?thing ; a ac:Clause ; ac:{name} ?{name} .")


_KIND = _direct("kind", "Kind", "ac:kind")
_PILLAR = _direct("pillar", "Pillar", "ac:pillar")
_PARENT = _direct("parent", "Parent", "ac:parent")
_VERB = _direct("verb", "Lead verb", "ac:leadVerb")
_PLAN = Facet("plan", "Plan", "?thing dcterms:isPartOf+ ?plan . ?plan a ac:Plan .")
_CHAPTER = Facet(
    "chapter",
    "Chapter",
    "?thing dcterms:isPartOf+ ?chapter . ?chapter a ac:Section ; dcterms:isPartOf/rdf:type ac:Plan .",
    ordered=True,
)
_GOAL = Facet(
    "goal",
    "Goal, as coded",
    "?goal_coding rdf:subject ?thing ; rdf:predicate ac:sdg ; rdf:object/sdgo:isTargetOf? ?goal . ?goal a sdgo:Goal .",
)
SHELVES: Mapping[str, Shelf] = {
    "instrument": Shelf(
        (
            _KIND,
            _direct("nature", "Legal nature", "ac:legalNature"),
            _PILLAR,
            _year("ac:adoptedEarliest", "Year of adoption"),
            _direct("party", "Party", "ac:party"),
            _direct("adopter", "Adopter", "ac:adoptedBy"),
        ),
        date="ac:adoptedOn",
    ),
    "body": Shelf((_KIND, _PILLAR, _PARENT, _direct("country", "Country of the seat", "ac:seatCountry"))),
    "mechanism": Shelf((_KIND, _PILLAR, _PARENT, _direct("member", "Member", "ac:hasMember"))),
    "meeting": Shelf(
        (
            _direct("series", "Series", "ac:inSeries"),
            _year("ac:startedEarliest"),
            _direct("place", "Place", "ac:placeName"),
            _direct("mode", "Mode", "ac:mode"),
        ),
        date="ac:startedOn",
    ),
    "programme": Shelf((_KIND, _PILLAR, _PARENT, _direct("member", "Member", "ac:hasMember"))),
    "action": Shelf(
        (
            _PLAN,
            _CHAPTER,
            _VERB,
            _direct(
                "topic", "Topic", "ac:topic/skos:broader*"
            ),  # what is on a narrower topic is on the broader one too
            _GOAL,
            _of_clauses("firmness", "Firmness of a clause"),
            _of_clauses("hedge", "Hedge of a clause"),
            _of_clauses("direction", "Direction of a clause"),
            _direct("names", "Thing named", "ac:mentions"),
        ),
        text=True,
    ),
    "clause": Shelf(
        (
            _PLAN,
            _CHAPTER,
            _VERB,
            _direct("firmness", "Firmness", "ac:firmness"),
            _direct("hedge", "Hedge", "ac:hedge"),
            _direct("direction", "Direction", "ac:direction"),
            _direct("precision", "Precision", "ac:precision"),
            _direct("continuity", "Continuity", "ac:continuity"),
        ),
        text=True,
    ),
    "section": Shelf((_PLAN, _direct("part", "Whole", "dcterms:isPartOf")), text=True),
    "topic": Shelf((_direct("within", "Broader topic", "skos:broader+"),)),
    "goal": Shelf(
        (Facet("goal", "Goal, with its targets", "?thing sdgo:isTargetOf? ?goal . ?goal a sdgo:Goal .", ordered=True),),
        numbered=True,
    ),
    "statement": Shelf(
        (
            _direct("speaker", "Speaker", "ac:speaker"),
            _direct("act", "Speech act", "ac:speechAct"),
            _direct("form", "Form", "ac:statementForm"),
            _direct("reaffirms", "What is reaffirmed", "ac:reaffirms"),
            _direct("meeting", "Meeting", "ac:saidAt"),
            _direct("channel", "Channel", "ac:reportedThrough"),
        )
    ),
    "report": Shelf((_direct("meeting", "Meeting", "ac:reportOf"), _direct("subject", "Subject", "ac:reportSubject"))),
    "act": Shelf(
        (
            _direct("party", "Party", "ac:actingParty"),
            _direct("act", "Act", "ac:partyAct"),
            _direct("instrument", "Instrument", "ac:onInstrument"),
        ),
        date="ac:actedOn",
    ),
    "person": Shelf(
        (
            Facet(
                "organisation", "Organisation", "?organisation_held ac:holder ?thing ; ac:organisation ?organisation ."
            ),
            Facet("post", "Post", "?post_held ac:holder ?thing ; ac:post ?post ."),
            Facet("role", "Role at a meeting", "?role_taken ac:agent ?thing ; ac:participationRole ?role ."),
        )
    ),
    "post": Shelf((_KIND, _PILLAR, _PARENT)),
    "state": Shelf((_KIND, Facet("group", "Group", "?group ac:hasMember ?thing ; a ac:StateGroup ."))),
    "place": Shelf((_KIND, _PARENT)),
    "source": Shelf((_direct("publisher", "Publisher", "dc:publisher"),), date="dcterms:issued"),
    "code": Shelf((_direct("list", "Code list", "skos:inScheme"),)),
    "term": Shelf((_direct("type", "Type", "rdf:type"),)),
}
"""Name of a kind → its shelf; a facet without values in a dataset does not show."""
