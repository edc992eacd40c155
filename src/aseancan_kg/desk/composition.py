"""What a change comes to: asked of the composer, a process that knows the rules of the build."""

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from aseancan_kg.edits import Edit
from aseancan_kg.errors import Conflict, Error, InputError, StoreUnavailable

_ERRORS = {"Conflict": Conflict, "InputError": InputError}


@dataclass(frozen=True, slots=True)
class Composition:
    """Quads that come and go, as lines of N-Quads, and the results of validation (fields of `validation.Result`)."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    results: tuple[Mapping[str, Any], ...]

    @property
    def violations(self) -> list[Mapping[str, Any]]:
        """What forbids to publish the change."""
        return [one for one in self.results if one["severity"] == "Violation"]


class Composer:
    """The process, over the data below `resources`; it ends with this object's context."""

    def __init__(self, resources: Path) -> None:
        command = [sys.executable, "-m", "aseancan_kg.composer", str(resources)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.version: str = self._answer()["version"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()

    def row(self, table: str, key: str) -> dict[str, str] | None:
        """Return the cells of a row, None for one that is not there; raises `InputError` for no table."""
        row: dict[str, str] | None = self._ask(do="row", table=table, key=key)["row"]
        return row

    def follow(self, edits: Iterable[Edit]) -> None:
        """Have it take over edits that were published."""
        self._ask(do="follow", edits=[asdict(edit) for edit in edits])

    def compose(self, edits: Sequence[Edit]) -> Composition:
        """Ask what edits would come to; raises `Conflict` for an edit of what is not there as it was."""
        told = self._ask(do="compose", edits=[asdict(edit) for edit in edits])
        return Composition(*(tuple(told[name]) for name in ("added", "removed", "results")))

    def _ask(self, **request: object) -> dict[str, Any]:
        assert self._process.stdin
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        except OSError as error:
            raise _ended() from error
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise _ended()
        answer: dict[str, Any] = json.loads(line)
        if kind := answer.get("error"):
            raise _ERRORS.get(kind, Error)(answer["message"], remedy=answer["remedy"])
        return answer


def _ended() -> StoreUnavailable:
    remedy = "What it says of itself stands on standard error."
    return StoreUnavailable("the process that composes changes has ended", remedy=remedy)
