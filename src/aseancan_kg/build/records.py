"""Rows ↔ records in RDF: what a row of a table says, by the properties of the dataset, as triples of one subject.

A record is what somebody edits, with its sources; the build makes more of it (first and last days of dates, assertions,
annotations). Properties that only records have are in the namespace `desk`, and explained in shapes/records.ttl.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from urllib.parse import quote

from rdflib import Literal, Namespace, URIRef
from rdflib.namespace import DC, DCTERMS, FOAF, PROV, RDF, RDFS, SKOS, XSD
from rdflib.term import Node

from aseancan_kg import namespaces
from aseancan_kg.build import goals, registers
from aseancan_kg.build.columns import TABLES, Column
from aseancan_kg.build.registers import Row
from aseancan_kg.build.triples import AC, CLASSES, Triple, predicates, term
from aseancan_kg.build.values import Plain, Value
from aseancan_kg.edits import SEPARATOR, Cells
from aseancan_kg.errors import InvalidData, InvalidTables, Place

DESK = Namespace(namespaces.DESK)
_OA = Namespace(namespaces.PREFIXES["oa"])

OF_ROWS = {
    "slug": DESK.slug,
    "sources": PROV.hadPrimarySource,
    "confidence": AC.confidence,
    "note": SKOS.editorialNote,
}
"""Columns that describe the row rather than what it is about (`columns.NOT_FACTS`), and their properties."""

_STATED = {"words": AC.words, "basis": AC.basis, "rationale": AC.rationale}

_PROPERTIES: Mapping[str, Mapping[str, URIRef]] = {
    "source": {"url": FOAF.page, "title": SKOS.prefLabel, "publisher": DC.publisher, "issued": DCTERMS.issued},
    "name": {
        "entity": RDF.subject,
        "name": RDF.object,
        "kind": AC.nameKind,
        "from": AC.validFromOn,
        "to": AC.validToOn,
    },
    "rival": {"entity": RDF.subject, "column": DESK.column, "value": DESK.value},
    "concept": {
        "scheme": SKOS.inScheme,
        "code": SKOS.notation,
        "label": SKOS.prefLabel,
        "definition": SKOS.definition,
        "broader": SKOS.broader,
        "related": SKOS.related,
        "alternatives": SKOS.altLabel,
        "scope_note": SKOS.scopeNote,
        "source": SKOS.note,
    },
    "alignment": {
        "concept": RDF.subject,
        "relation": RDF.predicate,
        "target": RDF.object,
        "target_label": AC.targetLabel,
        "checked": AC.checkedOn,
    },
    "identifier": {
        "iri": RDF.subject,
        "label": RDFS.label,
        "status": DESK.status,
        "replacement": DCTERMS.isReplacedBy,
        "date": DCTERMS.modified,
        "reason": SKOS.changeNote,
    },
    "mention": {
        "part": DESK.part,
        "quote": _OA.exact,
        "occurrence": DESK.occurrence,
        "start": _OA.start,
        "entity": RDF.object,
        "relation": RDF.predicate,
        "decision": DESK.decision,
    },
    "clause": {
        "clause": DESK.part,
        "text": AC.text,
        "verb": AC.leadVerb,
        "continuity": AC.continuity,
        "actor": AC.actor,
        "addressee": AC.addressee,
        "means": AC.means,
        "output": AC.output,
    },
    "coding": {
        "coder": AC.coder,
        "clause": DESK.part,
        "scheme": AC.codingScheme,
        "value": RDF.object,
        **_STATED,
    },
    "topic": {"action": DESK.part, "topic": AC.topic, **_STATED},
    "sdg": {"action": DESK.part, "sdg": AC.sdg, **_STATED},
    "reaffirmation": {"statement": RDF.subject, "target": AC.reaffirms, "match": AC.match, **_STATED},
}
"""Kind of a row that describes no thing, and column → property."""

_BELOW: Mapping[tuple[str, str], str] = {
    ("mention", "relation"): namespaces.ONT,
    ("alignment", "relation"): str(SKOS),
    ("concept", "scheme"): namespaces.SCHEME,
    ("concept", "broader"): namespaces.SCHEME + "{scheme}/",
    ("concept", "related"): namespaces.SCHEME + "{scheme}/",
    ("coding", "scheme"): namespaces.SCHEME,
    ("coding", "value"): namespaces.SCHEME + "{scheme}/",
}
"""Kind and column of words that are the ends of IRIs, and how these begin; `scheme` is that of the row."""


def iri(table: str, key: str) -> URIRef:
    """IRI of the record of a row: that of the thing it describes, else one of its own below `desk/records/`."""
    kind, _ = _table(table)
    return URIRef(namespaces.thing(kind, key) if kind in CLASSES else f"{namespaces.RECORDS}{table}/{quote(key, '')}")


def class_of(table: str) -> URIRef:
    """Class of the records of a table."""
    kind, _ = _table(table)
    return CLASSES.get(kind, DESK.Record)


def predicate(kind: str, column: str) -> URIRef:
    """Property by which a column of such a row is told."""
    if column in OF_ROWS:
        return OF_ROWS[column]
    return _PROPERTIES[kind][column] if kind in _PROPERTIES else predicates(kind, column)[0]


def describe(row: Row) -> Iterator[Triple]:
    """Triples of the record of a row."""
    table = f"{row.folder}/{row.register}"
    subject = iri(table, row.key)
    yield subject, RDF.type, class_of(table)
    for column, cell in row.cells.items():
        for value in cell:
            yield subject, predicate(row.kind, column), object_of(row.kind, column, value, row.written("scheme"))


def cells(table: str, key: str, record: Iterable[Triple], now: Cells | None = None) -> dict[str, str]:
    """Return the cells of a row, empty ones left out, that its record means.

    `table` is its path below data/. Of several values those that stand in the row `now` keep their order, and new ones
    follow in that of their characters. Raises `InvalidTables` with everything that is not the record's of such a row.
    """
    kind, columns = _table(table)
    file, subject = f"data/{table}.csv", iri(table, key)
    by_property = {predicate(kind, column): column for column in columns}
    given: defaultdict[str, list[Node]] = defaultdict(list)
    faults: list[InvalidData] = []
    for one, property, object_ in record:
        if one != subject:
            remedy = f"Say it of <{subject}>."
            faults.append(InvalidData(f"the record speaks of {_told(one)}", Place(file), remedy=remedy))
        elif property == RDF.type and object_ == class_of(table):
            continue
        elif column := by_property.get(URIRef(str(property))):
            given[column].append(object_)
        else:
            remedy = f"It has {', '.join(namespaces.shorten(known) for known in by_property)}."
            told = f"such a record has no {_told(property)} {_told(object_)}"
            faults.append(InvalidData(told, Place(file), remedy=remedy))
    scheme = "".join(map(str, given.get("scheme", ()))).removeprefix(namespaces.SCHEME)
    found: dict[str, str] = {}
    for column, terms in given.items():
        try:
            written = [_cell(kind, column, columns[column], one, scheme) for one in terms]
            found[column] = _joined(written, columns[column], (now or {}).get(column, ""))
        except ValueError as error:
            told = f"{namespaces.shorten(predicate(kind, column))}: {error}"
            faults.append(InvalidData(told, Place(file, column=column)))
    if not faults and (made := registers.key_of(table.rpartition("/")[2], found)) != key:
        by = ", ".join(
            namespaces.shorten(predicate(kind, one)) for one in registers.key_columns(table.rpartition("/")[2])
        )
        told = f"it is the record of “{made}”, not of “{key}”" if made else "nothing tells it from others"
        remedy = f"Delete the one and add the other, or correct {by}." if made else f"Give it {by}."
        faults.append(InvalidData(told, Place(file), remedy=remedy))
    if faults:
        for column in (name for name, held in columns.items() if held.required and name not in given):
            told = f"there is no {namespaces.shorten(predicate(kind, column))}"
            faults.append(InvalidData(told, Place(file, column=column)))
        raise InvalidTables.of(faults)
    return {column: found[column] for column in columns if column in found}


def _table(table: str) -> tuple[str, Mapping[str, Column]]:
    return TABLES[table.rpartition("/")[2]]


def object_of(kind: str, column: str, value: Value, scheme: str = "") -> Node:
    """Term by which a value is told; `scheme` is what the row has in the column of that name."""
    if isinstance(value, Plain) and (begin := _BELOW.get((kind, column))):
        return URIRef(begin.format(scheme=scheme) + value.characters)
    return term(value)


def _cell(kind: str, column: str, held: Column, given: Node, scheme: str) -> str:
    """Return how a term is written in a cell: the form that, when it is read, means this very term.

    Raises ValueError with what is wrong where there is none.
    """
    if isinstance(given, Literal) and given.datatype == XSD.string:
        given = Literal(str(given))
    refused: list[ValueError] = []
    for form in _forms(str(given)):
        try:
            meant = object_of(kind, column, held.read(form), scheme)
        except ValueError as error:
            refused.append(error)
            continue
        if meant == given:
            if held.many and SEPARATOR in f"{form} ":
                raise ValueError(f"“{SEPARATOR}” would make two values of it; write it otherwise")
            return form
        refused.append(ValueError(f"{_told(given)} is not {_told(meant)}"))
    raise refused[0]


_BEGINNINGS = (
    namespaces.SCHEME,
    namespaces.ID,
    namespaces.BASE,
    namespaces.ONT,
    str(SKOS),
    "http://www.wikidata.org/entity/",
    f"{goals.SCHEME}/",
)
"""How IRIs begin of which a cell has the rest alone, the longest of ours first."""


def _forms(given: str) -> Iterator[str]:
    """How a term may be written in a cell: the end of an IRI, a code, a clause by its numbers, or as it is."""
    for begin in _BEGINNINGS:
        if given.startswith(begin):
            yield given.removeprefix(begin)
            yield given.removeprefix(begin).rpartition("/")[2]
    yield given.removeprefix("action/").replace("/clause/", "/")
    yield given


def _joined(written: Sequence[str], held: Column, now: str) -> str:
    if len(written) > 1 and not held.many:
        raise ValueError(f"it has one value, not {len(written)}; leave one of {', '.join(sorted(written))}")
    before = now.split(SEPARATOR)
    return SEPARATOR.join(
        [*(one for one in before if one in written), *sorted(one for one in written if one not in before)]
    )


def _told(term: Node) -> str:
    return namespaces.shorten(str(term)) if isinstance(term, URIRef) else term.n3()
