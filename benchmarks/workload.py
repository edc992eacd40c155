"""What is asked of every server: eight queries of the kinds users send.

Asked warm, the text is always the same. Asked cold, `?thing` has another name in every request, so that no cache of
texts, plans or results helps, while the work stays the same.
"""

from dataclasses import dataclass

import pyoxigraph as ox

from aseancan_kg.namespaces import PREFIXES
from plans import BODIES, plan_iri, source_iri

RESULTS, TURTLE = "application/sparql-results+json", "text/turtle"
USED = ("ac", "dcterms", "prov", "rdf", "skos", "xsd")
PROLOGUE = "".join(f"PREFIX {prefix}: <{PREFIXES[prefix]}>\n" for prefix in USED)
BODY, PLAN, SOURCE = f"<{BODIES[7].iri}>", f"<{plan_iri(1)}>", f"<{source_iri(1)}>"
ACTION = f"<{plan_iri(1)}/action/2.1.3>"


@dataclass(frozen=True, slots=True)
class Query:
    """A query, and the media type its answer is asked in."""

    name: str
    means: str
    pattern: str

    @property
    def media_type(self) -> str:
        """Return what the answer is asked in."""
        return TURTLE if self.pattern.startswith("CONSTRUCT") else RESULTS

    def text(self, mark: str = "") -> str:
        """Return the text to send: warm, or cold with a mark that no request had before."""
        return PROLOGUE + self.pattern.replace("?thing", f"?thing{mark}")

    def rows(self, body: bytes) -> int:
        """Count the solutions, or the distinct triples, of an answer; raises SyntaxError when it is none."""
        if self.media_type == TURTLE:
            return len(set(ox.parse(body, format=ox.RdfFormat.TURTLE)))
        found = ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
        assert isinstance(found, ox.QuerySolutions)
        return sum(1 for _ in found)


QUERIES = (
    Query("Q1", "all that is said of an action", f"CONSTRUCT {{ {ACTION} ?p ?thing }} WHERE {{ {ACTION} ?p ?thing }}"),
    Query(
        "Q2",
        "actions that name a body",
        f"""SELECT ?thing ?number ?text WHERE {{
  ?thing a ac:Action ; ac:mentions {BODY} ; skos:notation ?number ; ac:text ?text
}}""",
    ),
    Query(
        "Q3",
        "actions counted by body and theme",
        """SELECT ?body ?theme (COUNT(?thing) AS ?actions) WHERE {
  ?thing a ac:Action ; ac:topic ?topic ; ac:mentions ?body . ?topic skos:broader ?theme . ?body a ac:Body
} GROUP BY ?body ?theme""",
    ),
    Query(
        "Q4",
        "the sections of a plan, by a path",
        f"""SELECT ?thing ?number ?title WHERE {{
  ?thing dcterms:isPartOf/dcterms:isPartOf? {PLAN} ; a ac:Section ; skos:notation ?number ; ac:text ?title
}} ORDER BY ?number""",
    ),
    Query(
        "Q5",
        "the first 50 actions with some words",
        """SELECT ?thing ?text WHERE {
  ?thing a ac:Action ; ac:text ?text FILTER CONTAINS(LCASE(STR(?text)), "mine action")
} LIMIT 50""",
    ),
    Query(
        "Q6",
        "200 instruments with what is known of them",
        """SELECT ?thing ?label ?adopted ?by ?before ?title WHERE {
  ?thing a ac:Instrument ; skos:prefLabel ?label
  OPTIONAL { ?thing ac:adoptedOn ?adopted }
  OPTIONAL { ?thing ac:adoptedBy ?body . ?body skos:prefLabel ?by }
  OPTIONAL { ?thing ac:supersedes ?before . ?before skos:prefLabel ?title }
} ORDER BY ?label LIMIT 200""",
    ),
    Query(
        "Q7",
        "the 20 latest actions with a verb, in a range of dates",
        """SELECT ?thing ?label ?date WHERE {
  ?thing a ac:Action ; ac:leadVerb <https://w3id.org/aseancan/scheme/verb/explore> ; skos:prefLabel ?label ;
    prov:wasQuotedFrom ?edition . ?edition dcterms:isFormatOf ?plan . ?plan ac:adoptedEarliest ?date
  FILTER (?date >= "2004-01-01"^^xsd:date && ?date < "2016-01-01"^^xsd:date)
} ORDER BY DESC(?date) ?label LIMIT 20""",
    ),
    Query(
        "Q8",
        "a whole plan, with the names of what it mentions",
        f"""CONSTRUCT {{
  ?thing dcterms:isPartOf ?whole ; skos:notation ?number ; ac:text ?text ; ac:mentions ?named .
  ?named skos:prefLabel ?label
}} WHERE {{
  ?thing prov:wasQuotedFrom {SOURCE} ; dcterms:isPartOf ?whole ; skos:notation ?number ; ac:text ?text
  OPTIONAL {{ ?thing ac:mentions ?named . ?named skos:prefLabel ?label }}
}}""",
    ),
)
SMALL = QUERIES[3]
"""A SELECT that costs the engine less than a request costs."""
