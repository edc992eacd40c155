"""Publishing changes: composed, validated, and in the journal when it is said so; or not at all."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from aseancan_kg.desk.composition import Composer, Composition
from aseancan_kg.desk.journal import Entry, Journal
from aseancan_kg.edits import Edit
from aseancan_kg.errors import Conflict, InputError, InvalidData

_TRIES = 5
"""How often a change is composed anew because another was published meanwhile."""


class Desk:
    """A journal, and a composer that follows it. Raises `InvalidData` when the two do not fit together."""

    def __init__(self, journal: Journal, composer: Composer) -> None:
        self._journal = journal
        self._composer = composer
        self._followed = 0
        self._has_begun = False  # whether a change of this release was followed; those before it are in its tables
        self._catch_up()

    def compose(self, edits: Sequence[Edit]) -> Composition:
        """Tell what edits would come to now; raises `Conflict` for an edit of what is not there as it was."""
        self._catch_up()
        return self._composer.compose(edits)

    def publish(self, edits: Sequence[Edit], author: str, reason: str, undoes: int | None = None) -> Entry:
        """Publish edits as one change, and return its entry of the journal.

        Raises `InputError` without author, reason or effect, `Conflict` for an edit of what is not there as it was, and
        `InvalidData`, with every violation, for what breaks a rule of the registers or a shape.
        """
        if not all(words.strip() and words.isprintable() for words in (author, reason)):
            raise InputError("a change needs an author and a reason, each in one line", remedy="Say who, and why.")
        if not edits:
            raise InputError("it changes nothing", remedy="Look whether it was published already.")
        for _ in range(_TRIES - 1):
            change = self._change(edits, author, reason, undoes)
            with suppress(Conflict):
                return self._journal.append(change, self._followed)
        return self._journal.append(self._change(edits, author, reason, undoes), self._followed)

    def undo(self, sequence: int, author: str, reason: str) -> Entry:
        """Take an entry back by a new one; raises as `publish` does, `Conflict` where its rows were changed since."""
        entry = self._journal.entry(sequence)
        back = [edit.reversed for edit in reversed(entry.edits)]
        return self.publish(back, author, reason, undoes=sequence)

    def _change(self, edits: Sequence[Edit], author: str, reason: str, undoes: int | None) -> Entry:
        """Return the entry that edits come to now."""
        composition = self.compose(edits)
        if violations := composition.violations:
            raise InvalidData("\n".join(["nothing was published", *map(as_text, violations)]))
        base, added, removed = self._composer.version, composition.added, composition.removed
        return Entry(base, author, reason, tuple(edits), added, removed, undoes)

    def _catch_up(self) -> None:
        """Have the composer follow what was published, here or elsewhere."""
        own: list[Entry] = []
        for entry in self._journal.after(self._followed):
            if entry.base == self._composer.version:
                own.append(entry)
            elif own or self._has_begun:
                remedy = "Publish from a checkout of that release."
                raise InvalidData(f"the journal has gone on with release {entry.base}", remedy=remedy)
            self._followed = entry.sequence
        if own:
            self._composer.follow([edit for entry in own for edit in entry.edits])
            self._has_begun = True


def as_text(result: Mapping[str, Any]) -> str:
    """Tell a violation in words: where, and what."""
    where = ", ".join(f"{name} {result[name]}" for name in ("row", "column") if result[name])
    return f"{', '.join(filter(None, (result['file'], where))) or result['focus']}: {result['message']}"
