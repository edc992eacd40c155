"""Publishing changes: composed, validated, and in the journal when it is said so; or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from aseancan_kg.desk.composition import Composer, Composition
from aseancan_kg.desk.journal import Also, Entry, Journal
from aseancan_kg.edits import Edit
from aseancan_kg.errors import Conflict, InputError, InvalidChange, InvalidData

_Asked = tuple[list[Edit], str, date]
"""Edits, the reason for them, and the day."""
_MOST_COMPOSED = 20
"""Of how many drafts it is known what they come to, until another change is published."""
_TRIES = 5
"""How often a change is composed anew because another was published meanwhile."""


class Desk:
    """A journal, and a composer that follows it. Raises `InvalidData` when the two do not fit together."""

    def __init__(self, journal: Journal, composer: Composer) -> None:
        self._journal = journal
        self._composer = composer
        journal.goes_beyond(composer.contained)
        self._followed = composer.contained.sequence
        self._composed: list[tuple[_Asked, Composition]] = []
        """What was composed since the last change, the latest last: a draft is looked at, handed in and published."""
        self.catch_up()

    @property
    def composer(self) -> Composer:
        """The composer, which has followed what was published when the desk caught up last."""
        return self._composer

    @property
    def release(self) -> str:
        """The release that is changed."""
        return self._composer.version

    @property
    def composer_has_ended(self) -> bool:
        """Whether the composer's process is gone, so that a new one is needed."""
        return self._composer.has_ended

    def compose(self, edits: Sequence[Edit], reason: str = "") -> Composition:
        """Tell what edits would come to now; raises as `composition.Composer.compose` does.

        The reason, and the day, are told at the address of what they take away.
        """
        self.catch_up()
        asked = [*edits], reason, datetime.now(UTC).date()
        for known, composition in self._composed:
            if known == asked:
                return composition
        composition = self._composer.compose(edits, reason)
        self._composed = [*self._composed[1 - _MOST_COMPOSED :], (asked, composition)]
        return composition

    def examine(self, edits: Sequence[Edit], reason: str) -> Composition:
        """Compose edits, and raise `InvalidChange` with every rule that they break."""
        composition = self.compose(edits, reason)
        if violations := composition.violations:
            told = "\n".join(["it breaks rules", *map(as_text, violations)])
            raise InvalidChange(told, violations=tuple(violations), remedy="Nothing was published.")
        return composition

    def publish(
        self, edits: Sequence[Edit], author: str, reason: str, *, undoes: int | None = None, also: Also | None = None
    ) -> Entry:
        """Publish edits as one change, and return its entry of the journal; what `also` writes is written with it.

        Raises `InputError` without author, reason or effect, `Conflict` for an edit of what is not there as it was, and
        `InvalidChange`, with every violation, for what breaks a rule of the registers or a shape.
        """
        if not all(words.strip() and words.isprintable() for words in (author, reason)):
            raise InputError("a change needs an author and a reason, each in one line", remedy="Say who, and why.")
        if not edits:
            raise InputError("it changes nothing", remedy="Look whether it was published already.")
        for _ in range(_TRIES - 1):
            change = self._change(edits, author, reason, undoes)
            try:
                return self._journal.append(change, self._followed, also)
            except Conflict:
                if self._journal.head() == self._followed:
                    raise  # not for another change: what was to be written with it cannot be
        return self._journal.append(self._change(edits, author, reason, undoes), self._followed, also)

    def undo(self, sequence: int, author: str, reason: str, *, also: Also | None = None) -> Entry:
        """Take an entry back by a new one.

        Raises as `publish` does, `Conflict` where its rows were changed since, or it was taken back before.
        """
        entry = self._journal.entry(sequence)
        if undoing := next((one for one in self._journal.after(sequence) if one.undoes == sequence), None):
            told = f"entry {undoing.sequence} took entry {sequence} back"
            raise Conflict(told, remedy="To have it again, or not, take back the last of its undoings.")
        # What it told of identifiers that come back goes by itself, as it is by now.
        back = [_anew(edit.reversed) for edit in reversed(entry.edits) if not edit.is_tombstone]
        return self.publish(back, author, reason, undoes=sequence, also=also)

    def _change(self, edits: Sequence[Edit], author: str, reason: str, undoes: int | None) -> Entry:
        """Return the entry that edits come to now."""
        composition = self.examine(edits, reason)
        base, added, removed = self._composer.version, composition.added, composition.removed
        is_changed = self._followed > self._composer.contained.sequence
        before = f"{base}+{self._followed}" if is_changed else base
        return Entry(base, author, reason, composition.edits, added, removed, undoes, before)

    def catch_up(self) -> None:
        """Have the composer follow what was published, here or elsewhere."""
        entries = self._journal.after(self._followed)
        if not entries:
            return
        try:
            self._composer.follow([edit for entry in entries for edit in entry.edits])
        except Conflict as conflict:
            remedy = "Take back what was edited by hand, export the journal and build, and edit it then."
            raise InvalidData(f"journal and registers do not fit: {conflict.message}", remedy=remedy) from conflict
        self._followed = entries[-1].sequence
        self._composed = []


def _anew(edit: Edit) -> Edit:
    """Return an edit of an undo; what it takes out of use once more, it does for a reason of its own."""
    if not edit.is_tombstone:
        return edit
    return replace(edit, after={column: cell for column, cell in (edit.after or {}).items() if column != "reason"})


def as_text(result: Mapping[str, Any]) -> str:
    """Tell a violation in words: where, and what."""
    where = ", ".join(f"{name} {result[name]}" for name in ("row", "column") if result[name])
    return f"{', '.join(filter(None, (result['file'], where))) or result['focus']}: {result['message']}"
