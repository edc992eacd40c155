"""The rows of the dataset with edits of the cataloguing desk, and the quads that they make: `python -m …composer`.

It builds the dataset anew from the edited rows, by the rules of every build, so that what the desk serves is what the
next release will hold. The desk runs it as a process of its own, since the service never loads the build side: a line
of JSON on standard input asks, a line on standard output answers.
"""

import gc
import json
import os
import sys
import traceback
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, astuple, dataclass, replace
from functools import cached_property
from itertools import chain
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any

from pyoxigraph import RdfFormat, parse
from rdflib import SKOS, Dataset, Graph, URIRef

from aseancan_kg import namespaces, validation
from aseancan_kg.build import (
    changes,
    dataset,
    editing,
    editions,
    forms,
    goals,
    identifiers,
    names,
    records,
    registers,
    sources,
)
from aseancan_kg.build.columns import TABLES
from aseancan_kg.build.dataset import Built
from aseancan_kg.build.differences import Difference, Graphs, nested
from aseancan_kg.build.editing import Edited, Places
from aseancan_kg.build.forms import Field
from aseancan_kg.build.mentions import Judged
from aseancan_kg.build.registers import Registers, Row
from aseancan_kg.build.traces import Tracer, node_of
from aseancan_kg.build.triples import CLASSES, Triple
from aseancan_kg.edits import IDENTIFIERS, SEPARATOR, Edit, difference
from aseancan_kg.errors import (
    Conflict,
    DanglingReference,
    Error,
    InputError,
    InvalidChange,
    InvalidData,
    InvalidTables,
    NotFound,
    Place,
    RuleFailed,
    StoreUnavailable,
    SyntaxProblem,
)
from aseancan_kg.validation import Report, Result, rdflib_term

_NICENESS = 3
"""How far composing steps back: readers, who are many, are not to wait for a change."""
_CODES = "registers/concepts"
_GIVEN = {"cells", "edits", "record", "replacements", "rows"}
"""What requests have in them that somebody has written."""
_FIXED = (
    namespaces.ONTOLOGY_GRAPH,
    namespaces.SHAPES_GRAPH,
    namespaces.HISTORY_GRAPH,
    namespaces.DESCRIPTION_GRAPH,
)
"""Graphs that no edit of a row changes."""


@dataclass(frozen=True)
class FieldResult(Result):
    """A finding and, where it can be told, the row that it is about; `column` then is the field of its form."""

    table: str | None
    key: str | None


@dataclass(frozen=True, slots=True)
class Composition:
    """What edits, as they are completed, make of the dataset: quads that come and go, as lines of N-Quads.

    `results` tell what is wrong with them; where there are violations they are not to be published.
    """

    edits: Sequence[Edit]
    added: Sequence[str]
    removed: Sequence[str]
    results: Sequence[FieldResult]

    @property
    def violations(self) -> list[FieldResult]:
        """What forbids to publish the edits."""
        return [result for result in self.results if result.severity == "Violation"]


@dataclass(frozen=True)
class _State:
    tables: Registers
    graphs: Graphs

    @cached_property
    def identifiers(self) -> set[str]:
        """The identifiers that its graphs publish."""
        return _identifiers_in(self.graphs)


class Composer:
    """The dataset that was built below `resources`, with all edits that it was told to follow.

    The union of its graphs is changed: it is nobody else's.
    """

    def __init__(self, resources: Path, built: Built) -> None:
        self.version = built.version
        self.contained = built.contained
        self._documents = sources.read(resources / "data" / "sources")
        self._slugs = frozenset(document.slug for document in self._documents)
        self._goals = goals.rows(resources / goals.TABLE)
        self._shapes = built.dataset.graph(URIRef(namespaces.SHAPES_GRAPH))
        self._nested = nested(self._shapes)
        self._union = built.union
        self._queried = Graph(store="Oxigraph")  # queries of shapes for the whole graph take three quarters of the time
        self._queried += self._union
        self._published = identifiers.published(built.snapshots)
        graphs = {str(graph.identifier): frozenset(graph) for graph in built.dataset.graphs()}
        self._fixed = frozenset(chain.from_iterable(graphs.pop(name, frozenset()) for name in _FIXED))
        made = {name.removeprefix(namespaces.GRAPH): triples for name, triples in graphs.items() if triples}
        self._state = _State(built.tables, made)
        self._places = editing.places(built.tables)
        self._composed: tuple[Sequence[Edit], _State, Difference, Places] | None = None
        """The edits that were composed last, and what they make: what is published was composed just before."""
        self._fixed_iris = built.snapshots[-1].described.keys() - _identifiers_in(made)
        self._note_published(made)

    def row(self, table: str, key: str) -> Mapping[str, str] | None:
        """Return the cells of a row as it is now, None for one that is not there; raises `NotFound` for no table."""
        found = editing.find(self._state.tables, table, key)
        return found.typed if found else None

    def key(self, table: str, cells: Mapping[str, str]) -> str:
        """Return the key of a row of these cells; raises `NotFound` for no table."""
        editing.rows(self._state.tables, table)
        return registers.key_of(table.rpartition("/")[2], cells)

    def tables(self) -> list[dict[str, object]]:
        """Tell of every table: its path, the kind and the name of its rows, and how many there are."""
        return [
            {
                "table": table,
                "kind": TABLES[table.rpartition("/")[2]][0],
                "label": forms.label(table.rpartition("/")[2], self._shapes),
                "rows": len(rows),
            }
            for table, rows in editing.by_path(self._state.tables).items()
        ]

    def form(self, table: str, edits: Sequence[Edit] = ()) -> list[Field]:
        """Return the fields of a table, in order; they offer the codes that there are after edits, where these apply.

        Raises `NotFound` for no table.
        """
        tables = self._state.tables
        editing.rows(tables, table)
        with suppress(Conflict):
            tables = editing.edited(tables, [edit for edit in edits if edit.table == _CODES], self._places).tables
        return forms.fields(table.rpartition("/")[2], self._shapes, tables, self._union)

    def rows(self, table: str) -> list[dict[str, object]]:
        """Return the key and the cells of every row of a table; raises `NotFound` for no table."""
        return [{"key": row.key, "cells": row.typed} for row in editing.rows(self._state.tables, table)]

    def edits(self, table: str, rows: str) -> list[Edit]:
        """Return what rows in CSV change of a table, whose header may leave out columns; what it has stays as it is.

        Raises `NotFound` for no table, `InputError` for no CSV and a column that the table has not.
        """
        editing.rows(self._state.tables, table)
        found: dict[str, Edit | None] = {}
        header = rows.partition("\n")[0]  # a spreadsheet copies rows with tabs, and some write CSV with semicolons
        delimiter = next((one for one in "\t;" if one in header and "," not in header), ",")
        columns = registers.columns(table.rpartition("/")[2])
        read = registers.parse_rows(rows.encode(), "the rows", delimiter)
        for number, row in enumerate(read, start=1):
            cells = {column: cell for column, cell in row.items() if column or cell}  # as behind a comma at the end
            if unknown := [column for column in cells if column not in columns]:
                told = f"{table} has no column {', '.join(column or 'without a name' for column in unknown)}"
                raise InputError(told, remedy=f"Its columns are {', '.join(columns)}.")
            key = self.key(table, cells)
            if not key or key in found:
                told = f"{key} is there twice" if key else f"row {number} has nothing that tells it from others"
                remedy = "Give each row once, with the columns that tell rows apart, separated by commas or tabs."
                raise InputError(told, remedy=remedy)
            now = self.row(table, key)
            found[key] = difference(table, key, now, {**(now or {}), **cells})
        return [*filter(None, found.values())]

    def record(self, table: str, key: str) -> str:
        """Return the record of a row as N-Triples; raises `NotFound` for a row that is not there."""
        triples = records.describe(self._row(table, key))
        return "".join(sorted(" ".join(term.n3() for term in triple) + " .\n" for triple in triples))

    def cells(self, table: str, key: str, record: str) -> dict[str, str]:
        """Return the cells that a record in N-Triples means.

        Raises `NotFound` for no table, `SyntaxProblem` for no N-Triples, `InvalidChange` for what is no such record.
        """
        now = self.row(table, key)
        try:
            quads = parse(record, RdfFormat.N_TRIPLES)
            triples = [(rdflib_term(one.subject), rdflib_term(one.predicate), rdflib_term(one.object)) for one in quads]
        except (SyntaxError, ValueError) as error:
            raise SyntaxProblem(f"this is not N-Triples: {error}", remedy="Write each triple in a line.") from error
        try:
            return records.cells(table, key, triples, now)
        except InvalidTables as error:
            told = [*self._in_words(error.faults)]
            results = [
                FieldResult(**asdict(one), table=table, key=key) for one in validation.report_faults(told).results
            ]
            message = "\n".join(["it is no such record", *map(str, told)])
            raise InvalidChange(message, violations=tuple(map(asdict, results))) from error

    def mentions(self, edition: str) -> list[dict[str, object]]:
        """Tell of every mention that a rule or a reader has found in an edition, in the order of the text.

        `found` is what the rule took the words to name, None where none did; `key` and `cells` are those of the row
        that decides, or no key and the cells of a row that accepts what the rule has found. Raises `InputError` for no
        edition.
        """
        tables = self._state.tables
        known = {row["iri"] for row in self._goals}
        read = editions.read(self._documents, tables, names.names(tables), frozenset(known))
        judged = next((one.judged for one in read if one.source.slug == edition), None)
        if judged is None:
            remedy = f"Editions are {', '.join(sorted(self._slugs))}."
            raise InputError(f"there is no edition {edition}", remedy=remedy)
        return [_of_mention(one) for one in judged]

    def identifier(self, table: str, key: str, cells: Mapping[str, str] | None = None) -> str | None:
        """Return the IRI of what a row describes, which has these `cells` where it is not there.

        None for a row of which nothing is known, or of what has no identifier of ours.
        """
        row = editing.find(self._state.tables, table, key)
        if row is None and cells:
            row, _ = editing.read(table, cells, Place(table))
        node = node_of(row, self._union) if row else None
        return str(node) if node and changes.published(str(node)) else None

    def referring(self, table: str, key: str) -> list[dict[str, object]]:
        """Tell of the other rows that name what a row describes: `table` and `key` of each, and the `columns` that do.

        An identifier that is no longer in use names what replaces it.
        """
        found: list[dict[str, object]] = []
        if row := editing.find(self._state.tables, table, key):
            node = str(node_of(row, self._union))
            for path, rows in editing.by_path(self._state.tables).items():
                for one in rows:
                    columns = [column for column, value in one.names if value == row.called]
                    if one.register == "identifiers" and node in one.all_written("replacement"):
                        columns.append("replacement")
                    # A part is of the plan whose codings name it.
                    is_of_it = row.kind != "clause" or one.folder == row.folder
                    if columns and is_of_it and one is not row:
                        found.append({"table": path, "key": one.key, "columns": columns})
        return found

    def withdrawal(self, table: str, key: str, replacements: Sequence[str]) -> list[Edit]:
        """Return the edits that take a row away and, where something stands in its place, tell that of its identifier.

        `replacements` are IRIs of ours, or references. What else was published of it is accounted for when the edits
        are composed; what still refers to it is told then. Raises `NotFound` for no table and no row, `InputError` for
        a replacement that is none and for one of what has no identifier.
        """
        row = self._row(table, key)
        edits = [difference(table, key, row.typed, None)]
        written = [one for several in replacements for one in several.split(SEPARATOR)]
        instead = SEPARATOR.join(dict.fromkeys(map(self._path, written)))
        if instead:
            iri = self.identifier(table, key)
            if iri is None or iri not in self._described(self._state):
                remedy = "Withdraw it without saying what replaces it."
                raise InputError(f"{key} has no identifier that could lead elsewhere", remedy=remedy)
            edits.append(identifiers.tombstone(iri, self._label(iri), instead))
        return [edit for edit in edits if edit]

    def follow(self, edits: Sequence[Edit]) -> None:
        """Take over edits that were published; raises as `compose` does, and `InvalidTables` for what is none."""
        if self._composed and self._composed[0] == edits:
            _, state, step, self._places = self._composed
        else:
            edited = editing.edited(self._state.tables, edits, self._places)
            state, self._places = self._made_of(edited), edited.places
            step = Difference.between(self._state.graphs, state.graphs)
        self._composed = None
        self._take(step)
        self._state = state
        self._note_published(step.come)

    def compose(self, edits: Sequence[Edit], reason: str = "") -> Composition:
        """Tell what edits would make of the dataset, which stays as it is.

        They are completed by what tells in the register of identifiers what becomes of everything that was published
        and that they take away, or bring back: with the day of today and the `reason` of the change. Raises `Conflict`
        for an edit of what is not there as it was, and `NotFound` for a table there is not.
        """
        in_use, rows = self._described(self._state), self._state.tables.rows["identifiers"]
        edits = [identifiers.dated(edit, in_use, reason) for edit in edits]
        edited = editing.edited(self._state.tables, edits, self._places)
        try:
            state = self._made_of(edited)
            described = self._described(state)
            if lacking := [*identifiers.accounts(edits, rows, self._published, described, self._label)]:
                edits += [identifiers.dated(edit, in_use, reason) for edit in lacking]
                edited = editing.edited(self._state.tables, edits, self._places)
                state = self._made_of(edited)
            self._refuse_vanished(state)
        except InvalidTables as error:
            report = validation.report_faults([*self._explained(error.faults, edits)])
            return Composition(edits, (), (), _at_fields(report, edited))
        except InvalidData as error:
            return Composition(edits, (), (), _at_fields(validation.report_faults([error]), edited))
        step = Difference.between(self._state.graphs, state.graphs)
        if not any(step.triples):
            return Composition(edits, (), (), ())
        self._composed = edits, state, step, edited.places
        try:
            self._take(step)
            locate = Tracer(edited.tables, self._union).locate
            focus = step.touched(self._union, self._shapes, self._nested)
            report = validation.validate(self._union, self._shapes, locate=locate, focus=focus, queried=self._queried)
        finally:
            self._take(step.reversed)
        return Composition(edits, _lines(step.come), _lines(step.gone), _at_fields(report, edited))

    def _label(self, iri: str) -> str:
        return str(self._union.value(URIRef(iri), SKOS.prefLabel) or iri.removeprefix(namespaces.BASE))

    def _path(self, written: str) -> str:
        """Return what the register of identifiers calls a thing that is given by its reference or IRI."""
        path = written.removeprefix(namespaces.BASE)
        described = self._described(self._state)
        known = (one for one in (path, f"id/{path}", f"scheme/{path}") if namespaces.BASE + one in described)
        if found := next(known, f"id/{path}" if path.partition("/")[0] in CLASSES else None):
            return found  # a thing that is not there may come with the same change
        remedy = "Give the reference or the address of what is in the dataset: instrument/actip-2015."
        raise InputError(f"there is no {written}", remedy=remedy)

    def _described(self, state: _State) -> set[str]:
        return state.identifiers | self._fixed_iris

    def _row(self, table: str, key: str) -> Row:
        row = editing.find(self._state.tables, table, key)
        if row is None:
            raise NotFound(f"{table} has no row {key}", remedy="Look at its rows.")
        return row

    def _explained(self, faults: Iterable[InvalidData], edits: Iterable[Edit]) -> Iterator[InvalidData]:
        """Tell faults in the words of the shapes, and of a row that refers to what the edits take away that it does."""
        found = [editing.find(self._state.tables, edit.table, edit.key) for edit in edits if edit.after is None]
        gone = {str(row.called) for row in found if row}
        for fault in self._in_words(faults):
            if isinstance(fault, DanglingReference) and fault.reference in gone:
                remedy = "Have it refer to another thing, or withdraw it as well."
                told = f"it refers to {fault.reference}, which is withdrawn"
                yield InvalidData(told, fault.place, remedy=remedy)
            else:
                yield fault

    def _in_words(self, faults: Iterable[InvalidData]) -> Iterator[InvalidData]:
        """Yield faults of cells that tell no remedy with what the shapes say of their fields."""
        for fault in faults:
            table = Path(fault.place.file).stem if fault.place else ""
            words = forms.messages(table, self._shapes) if table in TABLES else {}
            yield replace(fault, remedy=fault.remedy or words.get(str(fault.place and fault.place.column)))

    def _made_of(self, edited: Edited) -> _State:
        """Make every graph of edited tables; raises `InvalidTables` for everything that is wrong in them."""
        if edited.faults:
            raise InvalidTables.of([*edited.faults, *registers.joint_faults(edited.tables, self._slugs)])
        return self._made(edited.tables)

    def _made(self, tables: Registers) -> _State:
        """Make every graph of data; raises `InvalidTables` for rows that do not fit together."""
        if faults := tuple(registers.joint_faults(tables, self._slugs)):
            raise InvalidTables.of(faults)
        _, _, graphs = dataset.graphs_of(self._documents, tables, self._goals)
        made: defaultdict[str, set[Triple]] = defaultdict(set)  # two may be of one name
        for name, graph in graphs:
            made[name].update(graph)
        return _State(tables, {name: frozenset(graph) for name, graph in made.items()})

    def _note_published(self, graphs: Graphs) -> None:
        """Note what graphs publish, or the register says was published; it may be in no release."""
        listed = {row.written("iri") for row in self._state.tables.rows["identifiers"]}
        for iri in (_identifiers_in(graphs) | listed) - self._published.keys():
            self._published[iri] = "the journal"

    def _refuse_vanished(self, state: _State) -> None:
        """Raise `InvalidTables` where an identifier is gone without a row that tells what became of it."""
        rows, place = state.tables.rows["identifiers"], Place(f"data/{IDENTIFIERS}.csv")
        if faults := tuple(identifiers.faults(rows, self._published, self._described(state), place)):
            raise InvalidTables.of(faults)

    def _take(self, step: Difference) -> None:
        """Change the union of all graphs; a triple may stand in several of them."""
        for triple in chain.from_iterable(step.gone.values()):
            if triple not in self._fixed and not any(triple in graph for graph in step.after.values()):
                for union in (self._union, self._queried):
                    union.remove(triple)
        for triple in chain.from_iterable(step.come.values()):
            for union in (self._union, self._queried):
                union.add(triple)


def _of_mention(judged: Judged) -> dict[str, object]:
    mention, finding, row = judged.mention, judged.finding, judged.row
    return {
        "part": mention.part,
        "start": mention.span.start,
        "end": mention.span.end,
        "quote": mention.quote,
        "before": mention.prefix,
        "after": mention.suffix,
        "entity": mention.entity,
        "relation": mention.relations,
        "rule": mention.rule,
        "status": mention.status,
        "found": str(finding.entity) if finding else None,
        "key": row.key if row else None,
        "cells": row.typed if row else finding.accepted if finding else {},
    }


def _identifiers_in(graphs: Graphs) -> set[str]:
    """Return the identifiers that graphs publish, their own names among them; see `changes.descriptions`."""
    told = {name: triples for name, triples in graphs.items() if triples and name != "identifiers"}
    subjects = {subject for triples in told.values() for subject, _, _ in triples}
    return {*filter(None, map(changes.published, map(str, subjects))), *map(namespaces.graph, told)}


def _at_fields(report: Report, edited: Edited) -> list[FieldResult]:
    """Return what a report finds, each with the row that it stands in, by the key that it was edited by."""
    rows = {(str(row.place.file), row.place.row): row for row in chain.from_iterable(edited.tables.tables)}
    found = []
    for result in report.results:
        row = rows.get((str(result.file), result.row))
        table, key = (f"{row.folder}/{row.register}", edited.keys.get(row.place, row.key)) if row else (None, None)
        found.append(FieldResult(**asdict(result), table=table, key=key))
    return found


def _lines(graphs: Graphs) -> list[str]:
    """Return quads as the lines of a dataset's file."""
    quads = Dataset()
    for name, triples in graphs.items():
        graph = quads.graph(URIRef(namespaces.graph(name)))
        for triple in triples:
            graph.add(triple)
    return dataset.lines(quads)


def main() -> None:
    """Answer requests until standard input ends: each names a method of the composer, and what it takes.

    Nobody waits for a process whose service is gone, in the midst of its start or of a change.
    """
    if os.name == "posix":
        os.nice(_NICENESS)
    gc.disable()  # what is made now stays to the end: collecting it in between takes a third of the time
    asked_for = _requests()
    os.chdir(sys.argv[1])  # so that places are told as everybody knows them: data/registers/bodies.csv
    try:
        composer = Composer(Path(), dataset.join(Path(), lambda _: None))
    except Error as error:
        _say_what_is_wrong(error)
        return
    gc.freeze()
    gc.enable()
    gc.set_threshold(100_000)  # an edit makes tens of thousands of terms, and leaves few cycles
    _say(version=composer.version, contained=astuple(composer.contained))
    while True:
        asked = json.loads(asked_for.get())
        ask = getattr(composer, asked.pop("do"))
        if "edits" in asked:
            asked["edits"] = [Edit(**edit) for edit in asked["edits"]]
        try:
            _say(answer=ask(**asked))
        except Error as error:
            _say_what_is_wrong(error)
        except Exception as error:
            if ask == composer.follow:  # half of a change may have been taken over
                raise
            _say_what_is_wrong(_unforeseen(error, is_given=bool(_GIVEN & asked.keys())))


def _requests() -> "SimpleQueue[str]":
    """Return the lines of standard input as they come; where it ends, so does the process, whatever it is at."""
    lines = SimpleQueue[str]()

    def read() -> None:
        with open(sys.stdin.fileno(), closefd=False) as requests:  # its own, which no end of the interpreter waits for
            for line in requests:
                lines.put(line)
        os._exit(0)

    Thread(target=read, daemon=True).start()
    return lines


def _unforeseen(error: Exception, *, is_given: bool) -> Error:
    """Tell of what fails with what somebody has given, or by itself; standard error has more of it."""
    traceback.print_exception(error)
    if not is_given:
        remedy = "Tell whoever runs the service: standard error says where."
        return StoreUnavailable(f"the composer has failed ({type(error).__name__})", remedy=remedy)
    remedy = "Write it otherwise, and tell whoever runs the service: standard error says where."
    return RuleFailed(f"a rule that reads it has failed ({type(error).__name__})", remedy=remedy)


def _say_what_is_wrong(error: Error) -> None:
    where = f"{error.place}: " if error.place else ""
    more = {"violations": error.violations} if isinstance(error, InvalidChange) else {}
    _say(error=type(error).__name__, message=f"{where}{error.message}", remedy=error.remedy, **more)


def _say(**told: object) -> None:
    print(json.dumps(told, default=_plain), flush=True)


def _plain(told: Any) -> dict[str, Any]:  # noqa: ANN401 - any of the dataclasses that are told
    return asdict(told)


if __name__ == "__main__":
    main()
