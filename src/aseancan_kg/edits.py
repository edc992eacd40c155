"""Edits of rows: what the cataloguing desk changes, and what its journal keeps."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import takewhile
from pathlib import Path

from aseancan_kg.errors import Conflict, InputError, Place

Cells = Mapping[str, str]
IDENTIFIERS = "registers/identifiers"
"""The table that tells what became of identifiers that are no longer in use."""
SEPARATOR = " | "
"""What stands between the values of a cell."""
MARK = "journal.csv"
"""The file beside the tables of data/ that tells how much of the journal they contain."""
_HEADER = "sequence,digest"
_MOST_COMPARED = 10_000
"""Pairs of words beyond which what differs is told as one run: comparing takes a time that grows faster than they."""


@dataclass(frozen=True, slots=True)
class Edit:
    """The cells of one row that change, by column, to the letter.

    `table` is the path of a table below data/ without its suffix (`registers/instruments`), `key` what tells the row
    from its others (`build.registers.Row.key`). A row that is new has no `before`, one that is deleted no `after`; the
    other of the two then holds every cell that is not empty.
    """

    table: str
    key: str
    before: Cells | None
    after: Cells | None

    @property
    def reversed(self) -> "Edit":
        """What takes this edit back."""
        return Edit(self.table, self.key, self.after, self.before)

    @property
    def is_tombstone(self) -> bool:
        """Whether it tells of an identifier that it is no longer in use, of which nothing of the kind was told."""
        return self.table == IDENTIFIERS and self.before is None and self.after is not None

    def apply(self, row: Cells | None) -> dict[str, str] | None:
        """Return the cells of a row after the edit; None stands for a row that is not there.

        Cells that the edit does not name may have changed meanwhile: two editors of different cells do not disturb each
        other. Raises `Conflict` when a cell that it names is neither as it was before.
        """
        found = _filled(row)
        if self.before is None or self.after is None:
            if found is None and self.before:
                raise self._gone()
            if found != _filled(self.before):
                raise self._conflict(self.before or {}, found or {})
            return _filled(self.after)
        if found is None:
            raise self._gone()
        if differing := {name for name in self.before if found.get(name, "") != self.before[name]}:
            raise self._conflict({name: self.before[name] for name in differing}, found)
        return _filled({**found, **self.after})

    def _gone(self) -> Conflict:
        remedy = "Look which change took it away: that one can be taken back first."
        return Conflict(f"{self.table} has no row {self.key} any more", remedy=remedy)

    def _conflict(self, expected: Cells, found: Cells) -> Conflict:
        told = "; ".join(
            f"{name} was “{expected.get(name, '')}” and is “{found.get(name, '')}”"
            for name in sorted({*expected} | ({*found} if self.before is None or self.after is None else set()))
            if expected.get(name, "") != found.get(name, "")
        )
        remedy = "Compare both, and edit the row as it is now."
        return Conflict(f"{self.key} in {self.table} was changed meanwhile: {told}", remedy=remedy)


@dataclass(frozen=True, slots=True)
class Mark:
    """How much of a journal something contains: the entries up to one, which has this digest; by default none."""

    sequence: int = 0
    digest: str = ""

    @classmethod
    def read(cls, file: Path) -> "Mark":
        """Read the mark in a file; nothing is contained where there is none. Raises `InputError` for another file."""
        try:
            header, line = file.read_text(encoding="utf-8").split()
            sequence, digest = line.split(",")
            if header == _HEADER:
                return cls(int(sequence), digest)
        except FileNotFoundError:
            return cls()
        except (OSError, ValueError):
            pass
        raise InputError("it does not tell how much of the journal is contained", Place(file), remedy="Restore it.")

    def written(self) -> bytes:
        """Return it as the content of a file."""
        return f"{_HEADER}\n{self.sequence},{self.digest}\n".encode()


def difference(table: str, key: str, now: Cells | None, wanted: Cells | None) -> Edit | None:
    """Return the edit that makes `wanted` of a row as it is now; None when nothing changes."""
    before, after = _filled(now), _filled(wanted)
    if before == after:
        return None
    if before is not None and after is not None:
        names = [name for name in {**before, **after} if before.get(name, "") != after.get(name, "")]
        before = {name: before.get(name, "") for name in names}
        after = {name: after.get(name, "") for name in names}
    return Edit(table, key, before, after)


def settled(row: Cells | None, edits: Sequence[Edit]) -> Cells | None:
    """Return a row with all edits of it that it does not contain yet: the later ones may be missing, or all.

    Raises `Conflict` where a cell is neither as it was before nor as it became.
    """
    for done in range(len(edits), -1, -1):
        try:
            _walk(row, [edit.reversed for edit in reversed(edits[:done])])
            return _walk(row, edits[done:])
        except Conflict as conflict:
            refused = conflict
    raise refused


Runs = list[tuple[str, bool]]
"""A cell as runs of its words, each with whether another cell lacks it."""


def differing(before: str, after: str) -> tuple[Runs, Runs]:
    """Return two cells with the runs of words that only the one has told apart from what both have."""
    old, new = (re.findall(r"[^\s,;]+\s*|[,;]\s*|\s+", cell) for cell in (before, after))
    if before != after and _bare(old) == _bare(new):  # in blanks alone
        return [(before, True)], [(after, True)]
    begin = _alike(old, new)
    end = _alike(old[begin:][::-1], new[begin:][::-1])
    gone, come = (words[begin : len(words) - end] for words in (old, new))
    of_old, of_new = [(gone, True)], [(come, True)]
    if len(gone) * len(come) <= _MOST_COMPARED:
        steps = SequenceMatcher(None, _bare(gone), _bare(come), autojunk=False).get_opcodes()
        of_old = [(gone[first:last], step != "equal") for step, first, last, _, _ in steps]
        of_new = [(come[first:last], step != "equal") for step, _, _, first, last in steps]
    was = [(old[:begin], False), *of_old, (old[len(old) - end :], False)]
    now = [(new[:begin], False), *of_new, (new[len(new) - end :], False)]
    before_runs, after_runs = ([("".join(run), differs) for run, differs in runs if run] for runs in (was, now))
    return before_runs, after_runs


def _alike(old: Sequence[str], new: Sequence[str]) -> int:
    """Return with how many words both begin."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(_bare(old), _bare(new), strict=False)))


def _bare(words: Iterable[str]) -> list[str]:
    """Return words without the blanks behind them, which the last of a cell lacks."""
    return [word.strip() for word in words]


def _walk(row: Cells | None, edits: Sequence[Edit]) -> Cells | None:
    for edit in edits:
        row = edit.apply(row)
    return _filled(row)


def _filled(row: Cells | None) -> dict[str, str] | None:
    return None if row is None else {name: cell for name, cell in row.items() if cell}
