"""Forms of tables: the fields of a row in the order of the shapes, told in the shapes' own words.

Each table has a shape in shapes/records.ttl. What a field takes stands in `build.columns`, which the shapes agree with.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter

from rdflib import RDFS, SH, SKOS, Graph, URIRef
from rdflib.term import Node

from aseancan_kg import namespaces
from aseancan_kg.build import records
from aseancan_kg.build.columns import CODED, CONTESTABLE, REGISTERS, TABLES
from aseancan_kg.build.registers import Registers, Row, key_columns
from aseancan_kg.build.values import Choice, Codes, Plain, Reader, References

_TAKES = {"plain": "text", "partial_date": "date", "offset": "number", "Codes": "code", "References": "reference"}
"""What a field takes by the name of its reader, where the two differ."""


@dataclass(frozen=True, slots=True)
class Option:
    """A value that a field offers, by what stands in the cell."""

    value: str
    label: str
    definition: str


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form: the column it fills, and what may stand in it.

    It `identifies` the row where it is one of those that tell it from its others. `kind` is `code` or `choice` (one of
    `choices`), `reference` (a thing of one of `kinds`, of any when there are none), `text`, `date` (of any precision),
    `number`, or the name of a reader of `build.values`: `source` is an address or `source/…`. `property` is the IRI
    that a record has for it, `message` what validation says.
    """

    column: str
    label: str
    help: str
    group: str
    required: bool
    many: bool
    identifies: bool
    kind: str
    choices: tuple[Option, ...]
    kinds: tuple[str, ...]
    property: str
    message: str


def label(table: str, shapes: Graph) -> str:
    """Return what a row of a table is called: `Further name`."""
    return str(shapes.value(_shape(table), RDFS.label))


def fields(table: str, shapes: Graph, tables: Registers, labels: Graph) -> list[Field]:
    """Return the fields of a table in the order of the shapes; codes are those of `tables`, named by `labels` else."""
    kind, columns = TABLES[table]
    found = []
    for shape, column in _in_order(table, shapes):
        name, help, message = (str(shapes.value(shape, one)) for one in (SH.name, SH.description, SH.message))
        group = str(shapes.value(shapes.value(shape, SH.group), RDFS.label))
        held = columns[column]
        reader = getattr(held.read, "__name__", type(held.read).__name__)
        is_of_rivals = (kind, column) == ("rival", "column")
        options = tuple(_columns(shapes) if is_of_rivals else _options(kind, column, held.read, tables, labels))
        kinds = held.read.kinds if isinstance(held.read, References) else ()
        found.append(
            Field(
                column,
                name,
                help,
                group,
                held.required,
                held.many,
                column in key_columns(table),
                _TAKES.get(reader, reader.lower()),
                options,
                kinds,
                str(records.predicate(kind, column)),
                message,
            )
        )
    return found


def messages(table: str, shapes: Graph) -> dict[str, str]:
    """Return what the shapes say where something is wrong with a field of a table, by its column."""
    return {column: str(shapes.value(shape, SH.message)) for shape, column in _in_order(table, shapes)}


def _shape(table: str) -> URIRef:
    return URIRef(f"{namespaces.SHAPES}record-{table}")


def _in_order(table: str, shapes: Graph) -> list[tuple[Node, str]]:
    """Return the shape of each field of a table, with its column."""
    kind, columns = TABLES[table]
    by_property: dict[Node | None, str] = {records.predicate(kind, column): column for column in columns}
    found = sorted(shapes.objects(_shape(table), SH.property), key=lambda one: _place(one, shapes))
    return [(shape, by_property[shapes.value(shape, SH.path)]) for shape in found]


def _place(shape: Node, shapes: Graph) -> tuple[int, int]:
    group = shapes.value(shape, SH.group)
    return int(str(shapes.value(group, SH.order))), int(str(shapes.value(shape, SH.order)))


def _options(kind: str, column: str, read: Reader, tables: Registers, labels: Graph) -> Iterator[Option]:
    match read:
        case Codes(scheme=scheme, only=only):
            for row in _codes(scheme, tables):
                if not only or row.written("code") in only:
                    yield Option(row.written("code"), row.written("label"), row.written("definition"))
        case Choice(words=words):
            for word in words:
                meant = records.object_of(kind, column, Plain(word))
                name = labels.value(meant, RDFS.label) or labels.value(meant, SKOS.prefLabel) or word.capitalize()
                told = labels.value(meant, SKOS.definition) or labels.value(meant, RDFS.comment) or ""
                yield Option(word, str(name), str(told))
        case _ if (kind, column) == ("coding", "value"):
            for scheme in CODED:
                for row in _codes(scheme, tables):
                    name = f"{scheme.capitalize()}: {row.written('label')}"
                    yield Option(row.written("code"), name, row.written("definition"))
        case _:
            pass


def _columns(shapes: Graph) -> Iterator[Option]:
    """Yield the columns of registers, of which sources may tell different things, with the kinds that have them."""
    names: dict[str, str] = {}
    kinds: defaultdict[str, list[str]] = defaultdict(list)
    for table, (kind, _) in REGISTERS.items():
        for shape, column in _in_order(table, shapes):
            if column in CONTESTABLE.get(kind, ()):
                names.setdefault(column, str(shapes.value(shape, SH.name)))
                kinds[column].append(kind)
    for column, name in sorted(names.items(), key=itemgetter(1)):
        yield Option(column, f"{name}: {', '.join(kinds[column])}", "")


def _codes(scheme: str, tables: Registers) -> Iterator[Row]:
    return (row for row in tables.rows["concepts"] if row.written("scheme") == scheme)
