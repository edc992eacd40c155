"""Matrices of a plan: how often, or how surely, two things come together in its actions."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import pyoxigraph as ox

from aseancan_kg.catalogue.labels import Link, iri_of, link, natural, text_of
from aseancan_kg.namespaces import SCHEME, with_prefixes
from aseancan_kg.store.dataset import Dataset

_CHAPTER = "?chapter dcterms:isPartOf ?plan ; a ac:Section . ?action dcterms:isPartOf+ ?chapter ; a ac:Action ."


@dataclass(frozen=True, slots=True)
class Axis:
    """What stands along one side of a matrix.

    `pattern` binds `?item` and its `?label`, and may bind a `?note` and the `?group` that it stands in. Those that come
    most often stand first where that is `by_count`.
    """

    name: str
    pattern: str
    by_count: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """A matrix that can be made of any plan.

    `pattern` binds `?plan`, `?action`, `?row` and `?column`; a cell has the `value` of its solutions, and `shown` are
    the variables of the list behind it.
    """

    name: str
    title: str
    description: str
    rows: Axis
    columns: Axis
    pattern: str
    value: str = "COUNT(DISTINCT ?action)"
    value_name: str = "actions"
    shown: str = "?action ?number ?text"


@dataclass(frozen=True, slots=True)
class Heading:
    """A row or a column: its IRI, a short label, what explains it, and the group it stands in."""

    iri: str
    label: str
    note: str
    group: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """A matrix of a plan; `cells` has the value for the numbers of row and column, where it is not 0."""

    kind: Kind
    plan: Link
    rows: tuple[Heading, ...]
    columns: tuple[Heading, ...]
    cells: Mapping[tuple[int, int], float]

    def listing(self, row: int, column: int) -> str:
        """Return the SPARQL query for the list behind a cell."""
        terms = " ".join(
            str(ox.NamedNode(iri)) for iri in (self.plan.iri, self.rows[row].iri, self.columns[column].iri)
        )
        return with_prefixes(
            f"SELECT DISTINCT {self.kind.shown} WHERE {{\n  {self.kind.pattern}\n"
            "  ?action skos:notation ?number ; ac:text ?text .\n"
            f"}}\nORDER BY ?number\nVALUES (?plan ?row ?column) {{ ({terms}) }}"
        )


_CHAPTERS = Axis(
    "Chapter",
    "?item dcterms:isPartOf ?plan ; a ac:Section ; skos:notation ?number ; ac:text ?title ."
    ' BIND(CONCAT(?number, " ", ?title) AS ?label)',
)
_ACTIONS = Axis(
    "Action",
    "?chapter dcterms:isPartOf ?plan ; a ac:Section ; skos:notation ?number ; ac:text ?title ."
    " ?item dcterms:isPartOf+ ?chapter ; a ac:Action ; skos:notation ?label ; ac:text ?note ."
    ' BIND(CONCAT(?number, " ", ?title) AS ?group)',
)
_GOALS = Axis(
    "Goal",
    '?item a sdgo:Goal ; skos:notation ?number ; skos:prefLabel ?note . FILTER(LANG(?note) = "en")'
    ' BIND(CONCAT("SDG ", ?number) AS ?label)',
)
KINDS = (
    Kind(
        "chapters-verbs",
        "Chapters and verbs",
        "How many actions of each chapter have a clause that opens with the verb.",
        _CHAPTERS,
        Axis("Verb", "?clause ac:leadVerb ?item . ?item skos:prefLabel ?label .", by_count=True),
        f"{_CHAPTER} BIND(?chapter AS ?row) ?clause dcterms:isPartOf ?action ; ac:leadVerb ?column .",
    ),
    Kind(
        "topics-pillars",
        "Topics and pillars",
        "How many actions on each topic, narrower topics included, name an instrument of the pillar.",
        Axis("Topic", f"?item skos:topConceptOf <{SCHEME}topic> ; skos:prefLabel ?label ."),
        Axis("Pillar", f"?item skos:topConceptOf <{SCHEME}pillar> ; skos:prefLabel ?label ."),
        f"{_CHAPTER} ?action ac:topic/skos:broader* ?row . ?row skos:topConceptOf <{SCHEME}topic> ."
        " ?action ac:mentions ?instrument . ?instrument a ac:Instrument ; ac:pillar ?column .",
    ),
    Kind(
        "actions-goals",
        "Actions and Sustainable Development Goals",
        "How surely each action is linked to each Goal, or to a target of it: the highest confidence of its codings, "
        "0.9 for high, 0.6 for medium, 0.3 for low. Each link is the judgement of a reader.",
        _ACTIONS,
        _GOALS,
        f"{_CHAPTER} BIND(?action AS ?row) ?coding rdf:subject ?action ; rdf:predicate ac:sdg ; rdf:object ?aim ;"
        " itsrdf:taConfidence ?confidence . ?aim sdgo:isTargetOf? ?column . ?column a sdgo:Goal .",
        value="MAX(?confidence)",
        value_name="confidence",
        shown="?action ?number ?aim ?confidence ?coding ?text",
    ),
)


def plans(store: Dataset) -> list[Link]:
    """Return the plans whose text is held, in the order of their names."""
    query = "SELECT DISTINCT ?plan WHERE { ?plan a ac:Plan . ?section dcterms:isPartOf ?plan ; a ac:Section }"
    found = [iri_of(row["plan"]) for row in store.rows(with_prefixes(query))]
    labels = store.labels(found)
    return sorted((link(labels, iri) for iri in found), key=lambda one: (one.label, one.iri))


def matrix(store: Dataset, kind: Kind, plan: Link) -> Matrix | None:
    """Make a matrix of a plan; None when nothing comes together in it."""
    values = f"VALUES ?plan {{ {ox.NamedNode(plan.iri)} }}"
    query = f"SELECT ?row ?column ({kind.value} AS ?value) WHERE {{ {values} {kind.pattern} }} GROUP BY ?row ?column"
    found = {
        (iri_of(row["row"]), iri_of(row["column"])): float(text_of(row["value"]))
        for row in store.rows(with_prefixes(query))
        if "row" in row
    }
    if not found:
        return None
    by_row, by_column = defaultdict[str, float](float), defaultdict[str, float](float)
    for (row, column), value in found.items():
        by_row[row] += value
        by_column[column] += value
    rows = _headings(store, kind.rows, values, by_row)
    columns = _headings(store, kind.columns, values, by_column)
    row_numbers = {one.iri: number for number, one in enumerate(rows)}
    column_numbers = {one.iri: number for number, one in enumerate(columns)}
    cells = {
        (row_numbers[row], column_numbers[column]): value
        for (row, column), value in found.items()
        if row in row_numbers and column in column_numbers
    }
    return Matrix(kind, plan, rows, columns, cells)


def _headings(store: Dataset, axis: Axis, values: str, totals: Mapping[str, float]) -> tuple[Heading, ...]:
    query = f"SELECT DISTINCT ?item ?label ?note ?group WHERE {{ {values} {axis.pattern} }}"
    found = {
        iri_of(row["item"]): Heading(
            iri_of(row["item"]), *(text_of(row.get(one)) for one in ("label", "note", "group"))
        )
        for row in store.rows(with_prefixes(query))
    }
    ordered = sorted(found.values(), key=lambda one: (natural(one.group), natural(one.label), one.iri))
    if axis.by_count:
        ordered = sorted((one for one in ordered if one.iri in totals), key=lambda one: -totals[one.iri])
    return tuple(ordered)
