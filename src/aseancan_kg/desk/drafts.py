"""Drafts: changes that are prepared, reviewed, and published or declined. What readers report begins as one, too."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from itertools import islice
from typing import Any

import sqlalchemy as sa

from aseancan_kg.desk.accounts import Caller
from aseancan_kg.desk.database import Database
from aseancan_kg.edits import Edit
from aseancan_kg.error_reports import ErrorReport
from aseancan_kg.errors import Conflict, Forbidden, InputError, NotFound

_DRAFT = sa.table(
    "draft",
    *map(sa.column, ("number", "revision", "author", "made", "changed", "status", "reason", "edits")),
    *map(sa.column, ("reference", "report", "entry")),
)
_REMARK = sa.table("remark", *map(sa.column, ("number", "draft", "at", "author", "words")))
MOST_OPEN = 500
"""Open drafts that one person may have; whoever wants more shall finish some."""
MOST_REMARK = 4000
"""Characters of a remark."""
_READER = "a reader"


class Status(StrEnum):
    """Where a draft stands; what was published or declined is so for good."""

    REPORTED = "reported"
    DRAFT = "draft"
    SENT_BACK = "sent back"
    REVIEW = "in review"
    PUBLISHED = "published"
    DECLINED = "declined"
    DISCARDED = "discarded"


IN_HAND = (Status.DRAFT, Status.SENT_BACK)
"""Its authors are at work at it."""
OPEN = (Status.REPORTED, *IN_HAND, Status.REVIEW)


@dataclass(frozen=True, slots=True)
class Draft:
    """A change that is not published, or what became of it; `revision` counts how often it was changed.

    `report` is what a reader said, where that is how it began, `entry` that of the journal it was published as.
    """

    number: int
    revision: int
    author: str
    made: str
    changed: str
    status: Status
    reason: str
    edits: tuple[Edit, ...]
    report: ErrorReport | None
    entry: int | None

    def edit_of(self, table: str, key: str) -> Edit | None:
        """Return what the draft does to a row."""
        return next((one for one in self.edits if (one.table, one.key) == (table, key)), None)

    @property
    def authors(self) -> list[str]:
        """Whoever has changed it; no name has a comma in it."""
        return self.author.split(", ")

    @property
    def is_in_hand(self) -> bool:
        """Whether its authors are at work at it."""
        return self.status in IN_HAND

    def with_edit(self, edit: Edit | None, table: str, key: str) -> tuple[Edit, ...]:
        """Return its edits with another one of a row, or with none of it; a new row may have got another key.

        Raises `Conflict` where that would put aside what the draft does to another row, or a withdrawal.
        """
        changed = {(one.table, one.key): one for one in self.edits}
        former = changed.pop((table, key), None)
        if (former and former.after is None) or (edit and (edit.table, edit.key) in changed):
            remedy = "Edit it there, or take it out of the draft first."
            raise Conflict(f"draft {self.number} has a change of {edit.key if edit else key} already", remedy=remedy)
        if edit:
            changed[edit.table, edit.key] = edit
        return tuple(changed.values())

    def with_edits(self, edits: Iterable[Edit]) -> tuple[Edit, ...]:
        """Return its edits with others, each in the place of what it does to the row; raises as `with_edit` does."""
        made = self
        for edit in edits:
            made = replace(made, edits=made.with_edit(edit, edit.table, edit.key))
        return made.edits


@dataclass(frozen=True, slots=True)
class Remark:
    """What somebody said of a draft."""

    at: str
    author: str
    words: str


Also = Callable[[sa.Connection, Draft], None]
"""What is written with a draft, in the same transaction."""


class Drafts:
    """The drafts in a database of the desk.

    A change of a draft is made of the `Draft` that its maker has seen: `Conflict` when it was changed since.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, *statuses: Status) -> list[Draft]:
        """Return the drafts of these statuses, what was changed last first."""
        with self._database.begun() as connection:
            return [*_all(connection, *statuses)]

    def latest(self, author: str, many: int, *statuses: Status) -> list[Draft]:
        """Return so many drafts of somebody's that came to stand so last."""
        with self._database.begun() as connection:
            own = (draft for draft in _all(connection, *statuses) if author in draft.authors)
            return [*islice(own, many)]

    def get(self, number: int) -> Draft:
        """Return a draft; raises `NotFound`."""
        with self._database.begun() as connection:
            return _get(connection, number)

    def begin(
        self,
        caller: Caller,
        edits: Sequence[Edit],
        reason: str,
        status: Status = Status.DRAFT,
        also: Also | None = None,
    ) -> Draft:
        """Keep a new draft; raises `InputError` when its author has too many."""
        with self._database.begun(writes=True) as connection:
            _refuse_many(connection, caller)
            draft = _insert(connection, author=caller.name, status=status, reason=_line(reason), edits=_written(edits))
            if also:
                also(connection, draft)
        return draft

    def receive(self, report: ErrorReport) -> None:
        """Take over what a reader reported, unless that was done already."""
        with self._database.begun(writes=True) as connection:
            taken = sa.select(_DRAFT.c.number).where(_DRAFT.c.reference == report.reference)
            if connection.execute(taken).first() is None:
                told = {"reference": report.reference, "report": json.dumps(asdict(report), ensure_ascii=False)}
                _insert(connection, author=_READER, status=Status.REPORTED, reason="", edits="[]", **told)

    def change(self, draft: Draft, caller: Caller, edits: Sequence[Edit], reason: str) -> Draft:
        """Keep other edits in a draft that is not in review; whoever changes it is an author of it from then on.

        Raises `Forbidden` for a draft of somebody else, which editors alone change.
        """
        _refuse_others(draft, caller)
        _refuse(draft, Status.REPORTED, *IN_HAND)
        is_taken_up = draft.status is Status.REPORTED
        author = ", ".join(dict.fromkeys([*([] if is_taken_up else draft.authors), caller.name]))
        status = Status.DRAFT if is_taken_up else draft.status
        changed = {"edits": _written(edits), "reason": _line(reason), "author": author, "status": status}
        with self._database.begun(writes=True) as connection:
            return _update(connection, draft, **changed)

    def submit(self, draft: Draft, caller: Caller) -> Draft:
        """Hand a draft in for review."""
        _refuse_others(draft, caller)
        _refuse(draft, *IN_HAND)
        return self._move(draft, Status.REVIEW, caller, "")

    def send_back(self, draft: Draft, caller: Caller, words: str) -> Draft:
        """Make what is in review a draft again; its only author may take it back, others say why."""
        _refuse_others(draft, caller)
        _refuse(draft, Status.REVIEW)
        if draft.authors == [caller.name]:
            return self._move(draft, Status.DRAFT, caller, words)
        return self._move(draft, Status.SENT_BACK, caller, _said(words))

    def decline(self, draft: Draft, caller: Caller, words: str) -> Draft:
        """Decline a draft or a report for good, and say why."""
        _refuse_others(draft, caller)
        _refuse(draft, *OPEN)
        return self._move(draft, Status.DECLINED, caller, _said(words))

    def discard(self, draft: Draft, caller: Caller) -> Draft:
        """Put a draft of one's own aside; it can be taken up again.

        Raises `Forbidden` for what others have written too, or takes up a report: it is declined and said why.
        """
        if draft.authors != [caller.name] or draft.report:
            raise Forbidden(f"draft {draft.number} is not yours alone to discard", remedy="Decline it, and say why.")
        _refuse(draft, *IN_HAND)
        return self._move(draft, Status.DISCARDED, caller, "")

    def take_up(self, draft: Draft, caller: Caller) -> Draft:
        """Make a draft again of what its author, who has discarded it, takes up; raises as `begin` does."""
        if caller.name not in draft.authors:
            raise Forbidden(f"draft {draft.number} is {draft.author}'s", remedy="Leave a remark.")
        _refuse(draft, Status.DISCARDED)
        with self._database.begun(writes=True) as connection:
            _refuse_many(connection, caller)
            return _update(connection, draft, status=Status.DRAFT)

    def publishable(self, draft: Draft, caller: Caller) -> None:
        """Raise `Forbidden` for whoever is no editor, and `Conflict` for what nobody has handed in."""
        if "publish" not in caller.scopes:
            raise Forbidden("only an editor publishes", remedy="Hand it in for review.")
        _refuse(draft, Status.REVIEW)

    def published(self, connection: sa.Connection, draft: Draft, entry: int) -> None:
        """Note, in the transaction that writes the entry, as what a draft was published; raises `Conflict`."""
        _update(connection, draft, status=Status.PUBLISHED, entry=entry)

    def remark(self, draft: Draft, caller: Caller, words: str) -> None:
        """Keep what somebody says of a draft."""
        with self._database.begun(writes=True) as connection:
            _remark(connection, draft, caller, _said(words))

    def remarks(self, draft: Draft) -> list[Remark]:
        """Return what was said of a draft, in order."""
        asked = sa.select(_REMARK.c.at, _REMARK.c.author, _REMARK.c.words).where(_REMARK.c.draft == draft.number)
        with self._database.begun() as connection:
            return [Remark(*row) for row in connection.execute(asked.order_by(_REMARK.c.number))]

    def _move(self, draft: Draft, status: Status, caller: Caller, words: str) -> Draft:
        with self._database.begun(writes=True) as connection:
            moved = _update(connection, draft, status=status)
            if words.strip():
                _remark(connection, draft, caller, _said(words))
            return moved


def may_change(draft: Draft, caller: Caller) -> bool:
    """Tell whether somebody may change or decline a draft: its author, an editor, and of a report everybody."""
    return draft.status is Status.REPORTED or caller.name in draft.authors or "publish" in caller.scopes


def _refuse_others(draft: Draft, caller: Caller) -> None:
    if not may_change(draft, caller):
        raise Forbidden(f"draft {draft.number} is {draft.author}'s", remedy="Leave a remark, or ask an editor.")


def _refuse_many(connection: sa.Connection, caller: Caller) -> None:
    own = sa.select(sa.func.count()).where(_DRAFT.c.author == caller.name, _DRAFT.c.status.in_(OPEN))
    if (connection.execute(own).scalar() or 0) >= MOST_OPEN:
        raise InputError(f"{caller.name} has {MOST_OPEN} open drafts", remedy="Finish or discard some.")


def _refuse(draft: Draft, *statuses: Status) -> None:
    if draft.status not in statuses:
        remedy = f"This is done to what is {' or '.join(statuses)}."
        raise Conflict(f"draft {draft.number} is {draft.status}", remedy=remedy)


def _line(reason: str) -> str:
    """Return a reason that the journal will take; a draft may still be without."""
    folded = " ".join(reason.split())
    if not folded.isprintable() or "\n" in reason.strip():
        raise InputError("the reason is not one line of text", remedy="Say in one line why it is changed.")
    return folded


def _said(words: str) -> str:
    words = words.replace("\r\n", "\n").replace("\N{NO-BREAK SPACE}", " ").strip()
    if not words or len(words) > MOST_REMARK or not words.replace("\n", "").replace("\t", "").isprintable():
        raise InputError("nothing is said, or too much", remedy=f"Say it in up to {MOST_REMARK:,} characters of text.")
    return words


def _all(connection: sa.Connection, *statuses: Status) -> Iterator[Draft]:
    asked = sa.select(_DRAFT).where(_DRAFT.c.status.in_(statuses)).order_by(_DRAFT.c.changed.desc())
    return (_read(dict(row)) for row in connection.execute(asked).mappings())


def _get(connection: sa.Connection, number: int) -> Draft:
    row = connection.execute(sa.select(_DRAFT).where(_DRAFT.c.number == number)).mappings().first()
    if row is None:
        raise NotFound(f"there is no draft {number}")
    return _read(dict(row))


def _insert(connection: sa.Connection, **told: str) -> Draft:
    made = _now()
    insert = sa.insert(_DRAFT).values(revision=1, made=made, changed=made, **told).returning(_DRAFT.c.number)
    return _get(connection, connection.execute(insert).scalar_one())


def _update(connection: sa.Connection, draft: Draft, **changed: Any) -> Draft:  # noqa: ANN401 - values of columns
    own = (_DRAFT.c.number == draft.number) & (_DRAFT.c.revision == draft.revision)
    update = sa.update(_DRAFT).where(own).values(revision=draft.revision + 1, changed=_now(), **changed)
    if connection.execute(update).rowcount != 1:
        raise Conflict(f"draft {draft.number} was changed meanwhile", remedy="Look at it as it is now.")
    return _get(connection, draft.number)


def _remark(connection: sa.Connection, draft: Draft, caller: Caller, words: str) -> None:
    remark = {"draft": draft.number, "at": _now(), "author": caller.name, "words": words}
    connection.execute(sa.insert(_REMARK).values(remark))


def _written(edits: Sequence[Edit]) -> str:
    return json.dumps([asdict(edit) for edit in edits], ensure_ascii=False)


def _read(row: dict[str, Any]) -> Draft:
    del row["reference"]
    report = ErrorReport(**json.loads(row["report"])) if row["report"] else None
    edits = tuple(Edit(**edit) for edit in json.loads(row["edits"]))
    return Draft(**{**row, "status": Status(row["status"]), "edits": edits, "report": report})


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
