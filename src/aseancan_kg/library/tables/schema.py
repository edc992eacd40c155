"""How a table is described: once, for the reading and for every format.

Names of tables and columns are valid in Stata: letters, digits and "_", at most 32 of them. Where a column has no title
or description of its own, those of the ontology's property stand in its place.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TypedDict, Unpack

UNKNOWN = "not known: no source seen says it"
SEPARATOR = " | "
"""What stands between the values of a cell that has several."""


class Kind(StrEnum):
    """What a cell holds: a code is the notation of a concept, a date a whole day."""

    text = "text"
    iri = "IRI"
    code = "code"
    integer = "integer"
    decimal = "decimal"
    date = "date"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    `source` is a property path from the thing that a row is of, or a pattern in which ?row is that thing and ?value
    what the cell holds. A column without is the thing itself, or made of another column: the label of the thing in
    `label_of`, the precision of the date in `precision_of`, the place among the rows that share `number_in`.
    `codes` is a code list, `refers` the table whose key it holds, `blank` what an empty cell means. A cell has several
    values where `many` can be; else the least of those there are.
    """

    name: str
    source: str = ""
    kind: Kind = Kind.text
    title: str = ""
    description: str = ""
    codes: str = ""
    refers: str = ""
    label_of: str = ""
    precision_of: str = ""
    number_in: str = ""
    many: bool = False
    blank: str = UNKNOWN

    @property
    def term(self) -> str | None:
        """Local name of the ontology's property whose value a cell holds, or whose value's code."""
        found = re.fullmatch(r"ac:(\w+)(/skos:notation)?", self.source)
        return found[1] if found else None


@dataclass(frozen=True, slots=True)
class Table:
    """A table: a row for each ?row of the pattern `rows`, in the order of some columns, else of the key.

    A table of `query` has its solutions as rows, and a variable for each column that has no source.
    """

    name: str
    title: str
    description: str
    columns: tuple[Column, ...]
    rows: str = ""
    query: str = ""
    key: tuple[str, ...] = ()
    order: tuple[str, ...] = ()


class Told(TypedDict, total=False):
    """What a column says in words of its own."""

    title: str
    description: str
    blank: str


def row(name: str, title: str) -> Column:
    """Return the column of the thing that each row is of."""
    return Column(name, kind=Kind.iri, title=title, description="The IRI by which it is known, here and on the web.")


def label(name: str, of: str = "") -> Column:
    """Return the column `…_label` of labels of the things in `…`, or in the column `of`."""
    return Column(name, label_of=of or name.removesuffix("_label"), blank="it has no label")


def thing(
    name: str, source: str, refers: str = "things", *, many: bool = False, **told: Unpack[Told]
) -> tuple[Column, Column]:
    """Return a column of IRIs and one of their labels."""
    return Column(name, source, Kind.iri, refers=refers, many=many, **told), label(f"{name}_label")


def code(name: str, source: str, codes: str, *, many: bool = False, **told: Unpack[Told]) -> Column:
    """Return a column of notations of the concepts that a path leads to, in the code list `codes`."""
    return Column(name, f"{source}/skos:notation", Kind.code, codes=codes, many=many, **told)


def dated(name: str, term: str, **told: Unpack[Told]) -> tuple[Column, ...]:
    """Return the columns of a date: as precise as known, how precise that is, its first and its last possible day."""
    return (
        Column(name, f"ac:{term}On", **told),
        Column(f"{name}_precision", precision_of=name, blank="there is no date"),
        Column(f"{name}_earliest", f"ac:{term}Earliest", Kind.date, blank="there is no date"),
        Column(f"{name}_latest", f"ac:{term}Latest", Kind.date, blank="there is no date"),
    )


OTHER_NAMES = Column(
    "other_names",
    "skos:altLabel",
    title="other names",
    description="Acronyms, former names, variants and the wordings of texts.",
    many=True,
    blank="no other name is known",
)
ACRONYM = Column("acronym", "ac:acronym", many=True, blank="no acronym is known")
NOTE = Column(
    "note", "skos:editorialNote", title="note", description="What the editors remark.", blank="nothing is remarked"
)
PAGE = Column(
    "page", "foaf:page", Kind.iri, title="web page", description="Address of a page or file about it.", many=True
)
NAMED = (ACRONYM, OTHER_NAMES)
CONFIDENCE = (
    code("confidence", "ac:confidence", "confidence"),
    Column(
        "confidence_value",
        "itsrdf:taConfidence",
        Kind.decimal,
        title="confidence, as a number",
        description="The same in order, from 0 to 1; no probability.",
    ),
)
STANDING = code("standing", "ac:standing", "standing")

THINGS = (
    *("Instrument", "Body", "Mechanism", "Meeting", "Programme", "Fund", "State", "StateGroup", "Place", "Person"),
    *("Post", "Section", "Preamble", "Action", "Clause", "Statement", "SourceDocument"),
)
"""Classes of what the tables refer to; each thing is of one."""
