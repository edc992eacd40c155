"""The rows of the dataset with edits of the cataloguing desk, and the quads that they make: `python -m …composer`.

It builds the dataset anew from the edited rows, by the rules of every build, so that what the desk serves is what the
next release will hold. The desk runs it as a process of its own, since the service never loads the build side: a line
of JSON on standard input asks, a line on standard output answers.
"""

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

from rdflib import SH, Dataset, URIRef

from aseancan_kg import namespaces, validation
from aseancan_kg.build import changes, dataset, goals, identifiers, registers, sources
from aseancan_kg.build.dataset import Built
from aseancan_kg.build.registers import Registers, Row
from aseancan_kg.build.triples import Triple
from aseancan_kg.edits import Edit
from aseancan_kg.errors import Error, InputError, InvalidData, InvalidTables, Place
from aseancan_kg.validation import Report

Graphs = Mapping[str, frozenset[Triple]]
_IDENTIFIERS = "registers/identifiers"


@dataclass(frozen=True, slots=True)
class Composition:
    """What edits make of the dataset: quads that come and go, as lines of N-Quads, and what is wrong with them.

    It is not to be published where the report has violations.
    """

    added: Sequence[str]
    removed: Sequence[str]
    report: Report


@dataclass(frozen=True)
class _State:
    tables: Registers
    graphs: Graphs


@dataclass(frozen=True)
class _Step:
    """From some graphs to others: the triples that go and come, by the names of their graphs."""

    before: Graphs
    after: Graphs
    gone: Graphs
    come: Graphs

    @classmethod
    def between(cls, before: Graphs, after: Graphs) -> "_Step":
        """Compare graphs by their names."""
        return cls(before, after, _beyond(before, after), _beyond(after, before))

    @property
    def reversed(self) -> "_Step":
        """The way back."""
        return _Step(self.after, self.before, self.come, self.gone)

    @property
    def triples(self) -> Iterator[Triple]:
        """Every triple that goes or comes."""
        return chain.from_iterable((*self.gone.values(), *self.come.values()))


class Composer:
    """The dataset that was built below `resources`, with all edits that it was told to follow.

    The union of its graphs is changed: it is nobody else's.
    """

    def __init__(self, resources: Path, built: Built) -> None:
        self.version = built.version
        self._documents = sources.read(resources / "data" / "sources")
        self._slugs = frozenset(document.slug for document in self._documents)
        self._goals = goals.rows(resources / goals.TABLE)
        self._shapes = built.dataset.graph(URIRef(namespaces.SHAPES_GRAPH))
        self._union = built.union
        self._published = {iri: snapshot.release.version for snapshot in built.snapshots for iri in snapshot.described}
        self._state = self._made(registers.read(resources / "data", self._slugs))
        self._fixed = frozenset(self._union) - frozenset(chain.from_iterable(self._state.graphs.values()))
        self._fixed_iris = built.snapshots[-1].described.keys() - _described(self._state.graphs)

    def row(self, table: str, key: str) -> Mapping[str, str] | None:
        """Return the cells of a row as it is now, None for one that is not there; raises `InputError` for no table."""
        found = _find(_rows(self._state.tables, table), key)
        return found.typed if found else None

    def follow(self, edits: Sequence[Edit]) -> None:
        """Take over edits that were published; raises as `compose` does."""
        state = self._made(self._edited(edits))
        self._take(_Step.between(self._state.graphs, state.graphs))
        self._state = state

    def compose(self, edits: Sequence[Edit]) -> Composition:
        """Tell what edits would make of the dataset, which stays as it is.

        Raises `Conflict` for an edit of what is not there as it was, and `InputError` for a table there is not.
        """
        try:
            state = self._made(self._edited(edits))
            self._refuse_vanished(state)
        except InvalidTables as error:
            return Composition((), (), validation.report_faults(error.faults))
        except InvalidData as error:
            return Composition((), (), validation.report_faults([error]))
        step = _Step.between(self._state.graphs, state.graphs)
        if not any(step.triples):
            return Composition((), (), validation.report_faults(()))
        self._take(step)
        try:
            report = validation.validate(self._union, self._shapes, focus=self._touched(step))
        finally:
            self._take(step.reversed)
        return Composition(_lines(step.come), _lines(step.gone), report)

    def _touched(self, step: "_Step") -> set[URIRef]:
        """Return the nodes that a step can have made invalid: those of its triples, and targets of the whole graph.

        Such a target is a property or code whose shape asks for all that there is; it is meant when the query of its
        shape names a property that has changed.
        """
        changed = {namespaces.shorten(str(predicate)) for _, predicate, _ in step.triples}
        touched = {term for triple in step.triples for term in triple if isinstance(term, URIRef)}
        for shape, target in self._shapes.subject_objects(SH.targetNode):
            asked = " ".join(str(text) for text in self._shapes.objects(shape, SH.sparql / SH.select))
            if isinstance(target, URIRef) and any(re.search(rf"{re.escape(one)}\b", asked) for one in changed):
                touched.add(target)
        return touched

    def _edited(self, edits: Iterable[Edit]) -> Registers:
        tables = self._state.tables
        for edit in edits:
            rows = list(_rows(tables, edit.table))
            current = _find(rows, edit.key)
            cells = edit.apply(current.typed if current else None)
            place = current.place if current else Place(f"data/{edit.table}.csv", row=len(rows) + 2)
            if cells is None:
                rows = [row for row in rows if row is not current]
            else:
                row = _read(edit.table, cells, place)
                rows = [row if one is current else one for one in rows] if current else [*rows, row]
            tables = _with(tables, edit.table, tuple(rows))
        return tables

    def _made(self, tables: Registers) -> _State:
        """Make every graph of data; raises `InvalidTables` for rows that do not fit together."""
        if faults := tuple(registers.joint_faults(tables, self._slugs)):
            raise InvalidTables.of(faults)
        _, _, graphs = dataset.join(self._documents, tables, self._goals)
        made = {name: frozenset(graph) for name, graph in graphs}
        return _State(tables, made)

    def _refuse_vanished(self, state: _State) -> None:
        """Raise `InvalidTables` where an identifier is gone without a row that tells what became of it."""
        current = _described(state.graphs) | self._fixed_iris
        rows = state.tables.rows["identifiers"]
        if faults := tuple(identifiers.faults(rows, self._published, current, Place(f"data/{_IDENTIFIERS}.csv"))):
            raise InvalidTables.of(faults)

    def _take(self, step: "_Step") -> None:
        """Change the union of all graphs; a triple may stand in several of them."""
        for triple in chain.from_iterable(step.gone.values()):
            if triple not in self._fixed and not any(triple in graph for graph in step.after.values()):
                self._union.remove(triple)
        for triple in chain.from_iterable(step.come.values()):
            self._union.add(triple)


def _described(graphs: Graphs) -> set[str]:
    """Return the identifiers that graphs publish; see `changes.descriptions`."""
    subjects = {subject for name, graph in graphs.items() if name != "identifiers" for subject, _, _ in graph}
    return {iri for subject in subjects if (iri := changes.published(str(subject)))}


def _rows(tables: Registers, table: str) -> tuple[Row, ...]:
    known = {f"registers/{name}": rows for name, rows in tables.rows.items()}
    known |= {f"codings/{edition}/{name}": rows for edition, of in tables.codings.items() for name, rows in of.items()}
    if table not in known:
        raise InputError(f"there is no table {table}", remedy=f"Tables are {', '.join(known)}.")
    return known[table]


def _find(rows: Iterable[Row], key: str) -> Row | None:
    return next((row for row in rows if row.key == key), None)


def _with(tables: Registers, table: str, rows: tuple[Row, ...]) -> Registers:
    folder, _, name = table.rpartition("/")
    if folder == "registers":
        return replace(tables, rows={**tables.rows, name: rows})
    edition = folder.removeprefix("codings/")
    return replace(tables, codings={**tables.codings, edition: {**tables.codings.get(edition, {}), name: rows}})


def _read(table: str, cells: Mapping[str, str], place: Place) -> Row:
    folder, _, name = table.rpartition("/")
    columns = registers.columns(name)
    if unknown := sorted(cells.keys() - columns):
        remedy = f"Its columns are {', '.join(columns)}."
        raise InvalidData(f"there is no column {', '.join(unknown)}", place, remedy=remedy)
    row, faults = registers.read_row(name, {column: cells.get(column, "") for column in columns}, place, folder)
    if faults:
        raise InvalidTables.of(faults)
    return row


def _beyond(graphs: Graphs, others: Graphs) -> Graphs:
    """Return the triples of graphs that the graphs of the same names among others do not have."""
    return {name: graph - others.get(name, frozenset()) for name, graph in graphs.items()}


def _lines(graphs: Graphs) -> list[str]:
    """Return quads as the lines of a dataset's file."""
    quads = Dataset()
    for name, triples in graphs.items():
        graph = quads.graph(URIRef(namespaces.graph(name)))
        for triple in triples:
            graph.add(triple)
    return dataset.lines(quads)


def _told(composition: Composition) -> dict[str, Any]:
    results = [asdict(result) for result in composition.report.results]
    return {"added": composition.added, "removed": composition.removed, "results": results}


def main() -> None:
    """Answer requests until standard input ends."""
    resources = Path(sys.argv[1])
    composer = Composer(resources, dataset.build(resources, lambda _: None))
    _say(version=composer.version)
    for line in sys.stdin:
        asked = json.loads(line)
        edits = [Edit(**edit) for edit in asked.get("edits", ())]
        try:
            match asked["do"]:
                case "row":
                    _say(row=composer.row(asked["table"], asked["key"]))
                case "follow":
                    composer.follow(edits)
                    _say()
                case "compose":
                    _say(**_told(composer.compose(edits)))
        except Error as error:
            _say(error=type(error).__name__, message=error.message, remedy=error.remedy)


def _say(**answer: object) -> None:
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
