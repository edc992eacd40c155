"""`/desk` and `/desk/drafts`: what waits, what a draft would change, and its way to publication."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from aseancan_kg.desk.accounts import Caller
from aseancan_kg.desk.drafts import OPEN, Draft, Status, may_change
from aseancan_kg.desk.journal import Entry
from aseancan_kg.desk.office import Office
from aseancan_kg.desk.publication import Desk, as_text
from aseancan_kg.edits import IDENTIFIERS, Edit
from aseancan_kg.errors import Conflict, InputError, NotFound, RuleFailed
from aseancan_kg.namespaces import BASE
from aseancan_kg.web.answers import client_of
from aseancan_kg.web.desk import forms
from aseancan_kg.web.desk.access import allow, posted
from aseancan_kg.web.desk.look_up import alike
from aseancan_kg.web.desk.pages import at_desk, office_of, page, sent_to
from aseancan_kg.web.state import state_of

Given = Mapping[str, str]
"""The fields of a form, and the `client` that sent it."""
_LATEST = 10
"""Entries of the journal that the desk's first page shows, and of one's drafts that came to nothing."""


@dataclass
class _Outlook:
    """What a draft comes to; what is told has with it where the row is edited in the draft, if it is about one.

    `tables` are the labels of tables, `labels` those of their columns, `edits` the draft's as they are published,
    `accounts` those of the register of identifiers that come to them then.
    """

    tables: Mapping[str, str]
    edits: Sequence[Edit]
    labels: dict[str, Mapping[str, str]] = field(default_factory=dict)
    accounts: Sequence[Edit] = ()
    wrong: list[tuple[str, str | None]] = field(default_factory=list)
    doubtful: list[tuple[str, str | None]] = field(default_factory=list)

    def told(self, result: Mapping[str, Any], draft: Draft) -> tuple[str, str | None]:
        """Return a result in words, as forms call things."""
        table, key, column = (result[name] for name in ("table", "key", "column"))
        if not table or not key:
            return as_text(result), None
        place = f"{self.tables[table]} {key}"
        place += f", {self.labels[table].get(column, column)}" if column else ""
        return f"{place}: {result['message']}", forms.path(table, key, draft.number)


async def desk(request: Request) -> Response:
    """Answer `/desk`: what waits for whom, what was published last, and the ways to begin."""
    return await at_desk(request, _desk, await allow(request, "read"))


async def draft(request: Request) -> Response:
    """Answer `/desk/drafts/{number}`: what a draft changes, what is wrong with it, and what was said of it."""
    return await at_desk(request, _draft, await allow(request, "read"))


async def step(request: Request) -> Response:
    """Answer a POST to `/desk/drafts/{number}/{step}`: hand in, send back, decline, discard, publish, remark."""
    caller = await allow(request, "draft")
    given = {**dict(await posted(request)), "client": client_of(request)}
    return await at_desk(request, _step, caller, given)


ROUTES = [
    Route("/desk", desk),
    Route("/desk/drafts/{number}", draft),
    Route("/desk/drafts/{number}/{step}", step, methods=["POST"]),
]


def _desk(request: Request, caller: Caller) -> Response:
    office = office_of(request)
    waiting = office.drafts.all(*OPEN)
    return page(
        request,
        caller,
        "desk.html",
        own=[one for one in waiting if one.is_in_hand and caller.name in one.authors],
        review=[one for one in waiting if one.status is Status.REVIEW],
        reported=[one for one in waiting if one.status is Status.REPORTED],
        refusal=office.refusal,
        aside=office.drafts.latest(caller.name, _LATEST, Status.DECLINED, Status.DISCARDED),
        others=[one for one in waiting if one.is_in_hand and caller.name not in one.authors],
        entries=office.journal.after(max(0, office.journal.head() - _LATEST))[::-1],
    )


def _draft(request: Request, caller: Caller) -> Response:
    office = office_of(request)
    found = office.drafts.get(forms.number_of(request.path_params["number"]))
    with office.desk() as desk:
        about = forms.row_of(desk, found.report.about) if found.report else None
        outlook = _outlook(desk, found)
    return page(
        request,
        caller,
        "draft.html",
        draft=found,
        changeable=may_change(found, caller),
        statuses=Status,
        outlook=outlook,
        rivals=_rivals(office, found),
        about_row=about and forms.path(*about, found.number),
        alike={
            (edit.table, edit.key): _alike(request, edit.after)
            for edit in found.edits
            if edit.before is None and edit.after
        },
        remarks=office.drafts.remarks(found),
        path_of=lambda edit: forms.path(edit.table, edit.key, found.number),
    )


def _outlook(desk: Desk, draft: Draft) -> _Outlook:
    """Tell what a draft comes to; of one that is done with, only how its cells are called."""
    results: Sequence[Mapping[str, Any]] = ()
    found = _Outlook(desk.composer.labels(), draft.edits)
    if draft.status in OPEN:
        try:
            composed = desk.compose(draft.edits, draft.reason)
            results = composed.results
            own = len(draft.edits)  # which come first, in their order
            found.edits, found.accounts = composed.edits[:own], composed.edits[own:]
        except Conflict as conflict:
            is_so = all(map(partial(_is_so, desk), draft.edits))
            found.wrong = [("All of it is so already." if is_so else str(conflict), None)]
        except RuleFailed as failed:
            found.wrong = [(str(failed), None)]
    for table in {edit.table for edit in draft.edits} | {one["table"] for one in results if one["table"]}:
        found.labels[table] = {one["column"]: one["label"] for one in desk.composer.form(table)}
    for one in results:
        (found.wrong if one["severity"] == "Violation" else found.doubtful).append(found.told(one, draft))
    return found


def _is_so(desk: Desk, edit: Edit) -> bool:
    """Tell whether a row is as an edit would have it."""
    row = desk.composer.row(edit.table, edit.key)
    if row is None or edit.after is None:
        return row is edit.after
    return all(row.get(column, "") == cell for column, cell in edit.after.items())


def _rivals(office: Office, draft: Draft) -> Mapping[tuple[str, str], list[Draft]]:
    """Return, by the table and key of each row that a draft changes, the other open drafts that change it."""
    found: dict[tuple[str, str], list[Draft]] = {(edit.table, edit.key): [] for edit in draft.edits}
    for other in office.drafts.all(*OPEN) if draft.status in OPEN else ():
        for row in {(edit.table, edit.key) for edit in other.edits} & found.keys():
            if other.number != draft.number:
                found[row].append(other)
    return found


def _alike(request: Request, cells: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(one.entity.iri, one.entity.name) for one in alike(state_of(request), cells)]


def _step(request: Request, caller: Caller, given: Mapping[str, str]) -> Response:
    """Take a step with a draft as its user has seen it."""
    office, name = office_of(request), request.path_params["step"]
    found = office.drafts.get(forms.number_of(request.path_params["number"]))
    if name not in _STEPS:
        raise NotFound(f"there is no step {name}", remedy=f"The steps are {', '.join(_STEPS)}.")
    if name != "remark" and found.revision != forms.number_of(given.get("revision", "")):
        raise Conflict(f"draft {found.number} was changed meanwhile", remedy="Look at it as it is now.")
    _STEPS[name](office, found, caller, given)
    if name != "publish":  # which notes it with the entry
        office.accounts.note(caller.name, name, f"draft {found.number}", client_of(request))
    return sent_to(request, f"/desk/drafts/{found.number}")


def _submit(office: Office, draft: Draft, caller: Caller, given: Given) -> None:
    if not draft.edits:
        raise InputError("the draft changes nothing", remedy="Edit a row in it first.")
    reason = given.get("words", draft.reason)
    if not reason.strip():
        raise InputError("it is not said why", remedy="Go back, and give the draft a reason.")
    with office.desk() as desk:
        desk.examine(draft.edits, reason)
    if reason != draft.reason:
        draft = office.drafts.change(draft, caller, draft.edits, reason)
    office.drafts.submit(draft, caller)


def _publish(office: Office, draft: Draft, caller: Caller, given: Given) -> None:
    office.drafts.publishable(draft, caller)

    def also(connection: Connection, entry: Entry) -> None:
        office.drafts.published(connection, draft, entry.sequence)
        detail = f"draft {draft.number} as entry {entry.sequence}"
        office.accounts.note_with(connection, caller.name, "publish", detail, given.get("client", ""))

    with office.desk() as desk:
        desk.publish(draft.edits, draft.author, draft.reason, also=also)


def _take_out(office: Office, draft: Draft, caller: Caller, given: Given) -> None:
    """Take what a draft does to a row out of it, and what it tells of the row's identifier."""
    table, key = given.get("table", ""), given.get("key", "")
    edit = draft.edit_of(table, key)
    cells, identifier = (edit.before or edit.after) if edit else None, ""
    with office.desk() as desk, suppress(RuleFailed):  # what brings a rule down is to be taken out, too
        identifier = desk.composer.identifier(table, key, cells) or ""
    taken = (table, key), (IDENTIFIERS, identifier.removeprefix(BASE))
    edits = [one for one in draft.edits if (one.table, one.key) not in taken]
    office.drafts.change(draft, caller, edits, draft.reason)


_STEPS: Mapping[str, Callable[[Office, Draft, Caller, Given], Any]] = {
    "submit": _submit,
    "send-back": lambda office, draft, caller, given: office.drafts.send_back(draft, caller, given.get("words", "")),
    "decline": lambda office, draft, caller, given: office.drafts.decline(draft, caller, given.get("words", "")),
    "discard": lambda office, draft, caller, _: office.drafts.discard(draft, caller),
    "take-up": lambda office, draft, caller, _: office.drafts.take_up(draft, caller),
    "publish": _publish,
    "take-out": _take_out,
    "reason": lambda office, draft, caller, given: office.drafts.change(
        draft, caller, draft.edits, given.get("words", "")
    ),
    "remark": lambda office, draft, caller, given: office.drafts.remark(draft, caller, given.get("words", "")),
}
