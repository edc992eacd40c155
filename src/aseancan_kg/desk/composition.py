"""What a change comes to: asked of the composer, a process that knows the rules of the build."""

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Timer
from typing import Any, Self

from aseancan_kg.edits import Cells, Edit, Mark
from aseancan_kg.errors import (
    Conflict,
    Error,
    InputError,
    InvalidChange,
    InvalidData,
    InvalidTables,
    NotFound,
    RegisterError,
    RuleFailed,
    StoreUnavailable,
    SyntaxProblem,
    TablesChanged,
)

_LONGEST_SECONDS = 120
"""How long an answer may take; the first, when all registers are read, takes a quarter of it on a busy machine."""
_ERRORS = {
    error.__name__: error
    for error in (
        Conflict,
        InputError,
        InvalidChange,
        InvalidData,
        InvalidTables,
        NotFound,
        RegisterError,
        RuleFailed,
        StoreUnavailable,
        SyntaxProblem,
    )
}


@dataclass(frozen=True, slots=True)
class Composition:
    """Quads that come and go, as lines of N-Quads, and the results of validation (fields of `composer.FieldResult`).

    `edits` are those that were asked of, completed by what tells what becomes of identifiers that were published.
    `table`, `key` and `column` of a result tell its row and field, each None where that cannot be told.
    """

    edits: tuple[Edit, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    results: tuple[Mapping[str, Any], ...]

    @property
    def violations(self) -> list[Mapping[str, Any]]:
        """What forbids to publish the change."""
        return [one for one in self.results if one["severity"] == "Violation"]


class Composer:
    """The process, over the data below `resources`, of which a release was built; it ends with this object's context.

    Raises `TablesChanged` where that data makes another dataset by now, or none.
    """

    def __init__(self, resources: Path, release: str) -> None:
        command = [sys.executable, "-m", "aseancan_kg.composer", str(resources)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            told = self._answer()
        except StoreUnavailable:
            raise
        except Error as error:
            self.__exit__()
            raise TablesChanged(f"the tables cannot be used: {error.message}", remedy=error.remedy) from error
        self.version: str = told["version"]
        self.contained = Mark(*told["contained"])
        if release != self.version:
            self.__exit__()
            remedy = "Whoever runs the service: `aseancan-kg build`, and then `kill -HUP` or a new start."
            raise TablesChanged(f"the tables are no longer those that {release} was built of", remedy=remedy)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()  # which ends its input, and waits

    @property
    def has_ended(self) -> bool:
        """Whether the process is gone."""
        return self._process.poll() is not None

    def row(self, table: str, key: str) -> dict[str, str] | None:
        """Return the cells of a row, None for one that is not there; raises `NotFound` for no table."""
        row: dict[str, str] | None = self._ask("row", table=table, key=key)
        return row

    def key(self, table: str, cells: Mapping[str, str]) -> str:
        """Return the key of a row of these cells; raises `NotFound` for no table.

        No edit may change it: who changes a cell that it is made of takes one row away and adds another.
        """
        key: str = self._ask("key", table=table, cells=dict(cells))
        return key

    def tables(self) -> list[dict[str, Any]]:
        """Return every table: `table`, its path below data/; `kind` and `label` of its rows; how many `rows` it has."""
        tables: list[dict[str, Any]] = self._ask("tables")
        return tables

    def labels(self) -> dict[str, str]:
        """Return what a row of each table is called, by the table."""
        return {one["table"]: one["label"] for one in self.tables()}

    def form(self, table: str, edits: Iterable[Edit] = ()) -> list[dict[str, Any]]:
        """Return the fields of a table in order, as `build.forms.Field` has them, with the codes there are after edits.

        Raises `NotFound` for no table.
        """
        fields: list[dict[str, Any]] = self._ask("form", table=table, edits=[asdict(edit) for edit in edits])
        return fields

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Return `key` and `cells` of every row of a table, in order; raises `NotFound` for no table."""
        rows: list[dict[str, Any]] = self._ask("rows", table=table)
        return rows

    def edits(self, table: str, rows: str) -> list[Edit]:
        """Return what rows in CSV change of a table; raises `NotFound` for no table, `InputError` for no CSV."""
        return [Edit(**edit) for edit in self._ask("edits", table=table, rows=rows)]

    def record(self, table: str, key: str) -> str:
        """Return the record of a row as N-Triples; raises `NotFound` for no table and no row."""
        record: str = self._ask("record", table=table, key=key)
        return record

    def cells(self, table: str, key: str, record: str) -> dict[str, str]:
        """Return the cells that a record in N-Triples means, empty ones left out.

        Raises `NotFound` for no table, `SyntaxProblem` for no N-Triples, `InvalidChange` with each fault of the record.
        """
        cells: dict[str, str] = self._ask("cells", table=table, key=key, record=record)
        return cells

    def mentions(self, edition: str) -> list[dict[str, Any]]:
        """Return every mention that a rule or a reader has found in an edition, with the row that decides on it.

        `key` and `cells` are those of the row; without a key the cells are those that accept what the rule has found,
        and a reader may write another `decision` or `entity` there. Raises `InputError` for no edition.
        """
        mentions: list[dict[str, Any]] = self._ask("mentions", edition=edition)
        return mentions

    def identifier(self, table: str, key: str, cells: Cells | None = None) -> str | None:
        """Return the IRI of what a row describes, which has these `cells` where it is not there.

        None for a row of which nothing is known, or of what has no identifier of ours.
        """
        identifier: str | None = self._ask("identifier", table=table, key=key, cells=cells)
        return identifier

    def referring(self, table: str, key: str) -> list[dict[str, Any]]:
        """Return the rows that name what a row describes: `table` and `key` of each, and the `columns` that do."""
        rows: list[dict[str, Any]] = self._ask("referring", table=table, key=key)
        return rows

    def withdrawal(self, table: str, key: str, replacements: Sequence[str]) -> list[Edit]:
        """Return the edits that take a row away and, where something stands in its place, name that.

        `replacements` are references or IRIs. What still refers to the row is told when the edits are composed. Raises
        `NotFound` for no table and no row, `InputError` for what is no replacement.
        """
        told = self._ask("withdrawal", table=table, key=key, replacements=list(replacements))
        return [Edit(**edit) for edit in told]

    def follow(self, edits: Iterable[Edit]) -> None:
        """Have it take over edits that were published."""
        self._ask("follow", edits=[asdict(edit) for edit in edits])

    def compose(self, edits: Sequence[Edit], reason: str = "") -> Composition:
        """Ask what edits would come to, made for a reason.

        Raises `Conflict` for one of what is not there as it was, and `RuleFailed` for what brings a rule down.
        """
        told = self._ask("compose", edits=[asdict(edit) for edit in edits], reason=reason)
        completed = tuple(Edit(**edit) for edit in told["edits"])
        return Composition(completed, *(tuple(told[name]) for name in ("added", "removed", "results")))

    def _ask(self, do: str, **request: object) -> Any:  # noqa: ANN401 - what the composer's method of that name answers
        assert self._process.stdin
        try:
            self._process.stdin.write(json.dumps({"do": do, **request}) + "\n")
            self._process.stdin.flush()
        except OSError as error:
            raise _ended() from error
        return self._answer()["answer"]

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout
        patience = Timer(_LONGEST_SECONDS, self._process.kill)  # whoever waits after this one must not wait for ever
        patience.start()
        line = self._process.stdout.readline()
        patience.cancel()
        if not line:
            self._process.wait()  # so that it is known to be gone
            raise _ended()
        answer: dict[str, Any] = json.loads(line)
        if kind := answer.get("error"):
            error = _ERRORS.get(kind, Error)(answer["message"], remedy=answer["remedy"])
            if isinstance(error, InvalidChange):
                error.violations = tuple(answer["violations"])
            raise error
        return answer


def _ended() -> StoreUnavailable:
    remedy = "What it says of itself stands on standard error."
    return StoreUnavailable("the process that composes changes has ended", remedy=remedy)
