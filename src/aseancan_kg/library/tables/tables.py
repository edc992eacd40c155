"""What the tables of a dataset hold: read by a query a table, in the same words and types for every format."""

import math
import re
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date

import pyoxigraph as ox

from aseancan_kg.catalogue.labels import iri_of, natural, text_of
from aseancan_kg.catalogue.overview import Overview, overview
from aseancan_kg.library.sheets import LARGEST_EXACT, Cell
from aseancan_kg.library.tables.register_tables import REGISTERS
from aseancan_kg.library.tables.schema import SEPARATOR, Column, Kind, Table
from aseancan_kg.library.tables.text_tables import TEXTS
from aseancan_kg.namespaces import ONT, PREFIXES, SCHEME, with_prefixes
from aseancan_kg.store import Row
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.store.descriptions import describe

TABLES = (*TEXTS, *REGISTERS)
MATRIX = Table(
    "action_topics",
    "Actions by topics",
    "A row an action and a column a topic of the list: 1 where the text of the action names the topic, else 0.",
    (),
    # Asked once, not for each action as a FILTER would be.
    rows=f"{{ SELECT ?listed {{ ?listed skos:inScheme <{SCHEME}topic> ; skos:notation ?code }} LIMIT 1 }} "
    "?row a ac:Action .",
    key=("action",),
)
"""Its columns are the codes of the dataset."""

_MOST_MERGED = 50
"""Graphs that are merged for a query; the engine looks every pattern up in each."""
_LABEL, _DEFINITION = f"{PREFIXES['rdfs']}label", f"{PREFIXES['skos']}definition"
_PRECISIONS = {4: "year", 7: "month", 10: "day"}
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,16}")
# XML 1.0 cannot hold these, and a text in Stata ends at the first of them.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_LINE_END = re.compile("\r\n?")

_Terms = Sequence[ox.NamedNode | ox.Literal]
_Row = dict[str, _Terms]


@dataclass(frozen=True, slots=True)
class Filled:
    """A table with its rows; dates are ISO texts."""

    table: Table
    rows: Sequence[tuple[Cell, ...]]

    def column(self, name: str) -> list[Cell]:
        """Return the cells of one column."""
        place = [column.name for column in self.table.columns].index(name)
        return [row[place] for row in self.rows]


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of a dataset that have rows, by name; the codes of each list with their numbers, in this order."""

    filled: Mapping[str, Filled]
    codes: Mapping[str, Mapping[str, int]]
    about: Overview
    version: str


def read(store: Dataset) -> Tables:
    """Read every table.

    Characters that some format cannot hold are replaced by U+FFFD, line ends are line feeds, and a value that is none
    of its column's kind is left out, so that all formats hold the same.
    """
    raw = {table: rows for table in TABLES if (rows := _raw(store, table))}
    labels = store.labels({iri for table, rows in raw.items() for iri in _labelled(table, rows)})
    worded = _worded(store, raw)
    words = {iri: label.value for iri, label in labels.items()}
    filled = {
        table.name: Filled(worded[table.name], _fill(worded[table.name], rows, words)) for table, rows in raw.items()
    }
    codes = dict[str, dict[str, int]]()
    if listed := filled.get("codes"):
        for name, code, number in zip(*map(listed.column, ("code_list", "code", "number")), strict=True):
            codes.setdefault(str(name), {}).setdefault(str(code), int(str(number)))
    if {"actions", "codes"} <= filled.keys() and "topic" in codes:
        filled[MATRIX.name] = _matrix(filled["actions"], filled["codes"])
    return Tables(filled, codes, overview(store), store.version)


def counts(store: Dataset) -> dict[str, int]:
    """Return the number of rows of each table that has any, by name, without reading them."""
    offered = (*TABLES, MATRIX)
    patterns = [f"{{ {each.rows} BIND({number} AS ?table) }}" for number, each in enumerate(offered) if each.rows]
    rows = f"{{ {' UNION '.join(patterns)} }} FILTER(isIRI(?row))"
    query = f"SELECT ?table (COUNT(DISTINCT ?row) AS ?rows) WHERE {{ {rows} }} GROUP BY ?table"
    found = {offered[int(text_of(row["table"]))].name: int(text_of(row["rows"])) for row in _solutions(store, query)}
    for table in offered:
        if table.query:
            (row,) = _solutions(store, f"SELECT (COUNT(*) AS ?rows) WHERE {{ {{ {table.query} }} }}")
            found[table.name] = int(text_of(row["rows"]))
    return {table.name: found[table.name] for table in offered if found.get(table.name)}


def _raw(store: Dataset, table: Table) -> list[_Row]:
    """Return the terms of each row by column, each once and in order."""
    if table.query:
        solutions = _solutions(store, table.query)
        return [{name: _ordered([term]) for name, term in solution.items()} for solution in solutions]
    sourced = [column for column in table.columns if column.source]
    patterns = [
        f"{{ {table.rows} {each.source if '?value' in each.source else f'?row {each.source} ?value'} "
        f"BIND({number} AS ?column) }}"
        for number, each in enumerate(sourced)
    ]
    query = " UNION ".join([f"{{ {table.rows} }}", *patterns])
    rows = dict[str, dict[str, list[object]]]()
    for solution in _solutions(store, f"SELECT DISTINCT ?row ?column ?value WHERE {{ {query} }}"):
        if iri := iri_of(solution["row"]):
            row = rows.setdefault(iri, {table.columns[0].name: [solution["row"]]})
            if "value" in solution:
                name = sourced[int(text_of(solution["column"]))].name
                row.setdefault(name, []).append(solution["value"])
    return [{name: _ordered(terms) for name, terms in row.items()} for row in rows.values()]


def _solutions(store: Dataset, query: str) -> list[Row]:
    """Ask a query of the whole dataset: where all of it stands in named graphs, of these, unless they are many."""
    apart = not store.union_default_graph and not store.default_graph_size and len(store.graphs) <= _MOST_MERGED
    return store.rows(with_prefixes(query), [*store.graphs] if apart else [])


def _ordered(terms: Sequence[object]) -> _Terms:
    kept = {term for term in terms if isinstance(term, ox.NamedNode | ox.Literal)}
    if len(kept) < 2:
        return [*kept]
    return sorted(kept, key=lambda term: (natural(term.value), str(term)))


def _labelled(table: Table, rows: Sequence[_Row]) -> set[str]:
    """Return the IRIs whose labels stand in the table."""
    of = [column.label_of for column in table.columns if column.label_of]
    return {iri for row in rows for name in of for term in row.get(name, ()) if (iri := iri_of(term))}


def _worded(store: Dataset, tables: Collection[Table]) -> dict[str, Table]:
    """Return tables by name; the ontology's words stand where their columns have none."""
    terms = {column.term for table in tables for column in table.columns if column.term}
    said = describe(store, [ONT + term for term in terms], [_LABEL, _DEFINITION])
    names = {table.name for table in tables}

    def worded(column: Column, others: Mapping[str, Column]) -> Column:
        term = ONT + (column.term or "")
        title = column.title or said.text(term, _LABEL) or column.name.replace("_", " ")
        description = column.description or said.text(term, _DEFINITION) or ""
        if of := column.label_of:
            title, description = f"{others[of].title}: label", f"English name of what is in {of}."
        if of := column.precision_of:
            title, description = f"{others[of].title}: precision", f"How precise {of} is: day, month or year."
        return replace(column, title=title, description=description, refers=column.refers * (column.refers in names))

    found = {}
    for table in tables:
        others = dict[str, Column]()
        for column in table.columns:
            others[column.name] = worded(column, others)
        found[table.name] = replace(table, columns=tuple(others.values()), key=table.key or (table.columns[0].name,))
    return found


def _fill(table: Table, rows: Sequence[_Row], labels: Mapping[str, str]) -> list[tuple[Cell, ...]]:
    cells = [{column.name: _cell(column, row, labels) for column in table.columns} for row in rows]
    order = table.order or table.key
    cells.sort(key=lambda row: [natural(str(row[name] or "")) for name in order])
    for column in table.columns:
        if column.number_in:
            counts = dict[Cell, int]()
            for row in cells:
                within = row[column.number_in]
                row[column.name] = counts[within] = counts.get(within, 0) + 1
    return [tuple(row.values()) for row in cells]


def _cell(column: Column, row: _Row, labels: Mapping[str, str]) -> Cell:
    if column.precision_of:
        return next((_PRECISIONS.get(len(term.value)) for term in row.get(column.precision_of, ())), None)
    if column.label_of:
        iris = [iri for term in row.get(column.label_of, ()) if (iri := iri_of(term))]
        texts = [labels.get(iri, iri if len(iris) > 1 else "") for iri in iris]
        return _written(SEPARATOR.join(texts))
    texts = [*dict.fromkeys(term.value for term in row.get(column.name, ()))]
    if column.many:
        return _written(SEPARATOR.join(texts))
    return _typed(column.kind, texts[0]) if texts else None


def _typed(kind: Kind, text: str) -> Cell:
    match kind:
        case Kind.integer:
            return number if _WHOLE_NUMBER.fullmatch(text) and abs(number := int(text)) <= LARGEST_EXACT else None
        case Kind.decimal:
            with suppress(ValueError):
                return amount if math.isfinite(amount := float(text)) else None
        case Kind.date:
            with suppress(ValueError):
                return date.fromisoformat(text).isoformat() if _DAY.fullmatch(text) else None
        case _:
            return _written(text)
    return None


def _written(text: str) -> str | None:
    return _UNWRITABLE.sub("\ufffd", _LINE_END.sub("\n", text)) or None


def _matrix(actions: Filled, codes: Filled) -> Filled:
    """Return the actions by the topics of the list: 1 where the text of an action names the topic, else 0."""
    listed = zip(*(codes.column(name) for name in ("code_list", "code", "label", "definition")), strict=True)
    columns = dict[str, Column]()
    topics = list[str]()
    for name, code, label, definition in listed:
        if name != "topic":
            continue
        topics.append(str(code))
        plain = f"t_{re.sub(r'[^A-Za-z0-9]', '_', str(code))}"
        short = next(name for number in range(len(codes.rows) + 1) if (name := _numbered(plain, number)) not in columns)
        title = str(label or code)
        columns[short] = Column(short, kind=Kind.integer, title=title, description=str(definition or ""), blank="never")
    keys = tuple(column for column in actions.table.columns if column.name in ("action", "number"))
    described = (replace(keys[0], refers="actions"), *keys[1:], *columns.values())
    cells = zip(*(actions.column(name) for name in ("action", "number", "topics")), strict=True)
    return Filled(
        replace(MATRIX, columns=described),
        [
            (action, number, *(int(topic in str(named or "").split(SEPARATOR)) for topic in topics))
            for action, number, named in cells
        ],
    )


def _numbered(name: str, number: int) -> str:
    ending = f"_{number}" if number else ""
    return name[: 32 - len(ending)] + ending
