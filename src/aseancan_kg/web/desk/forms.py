"""`/desk/edit` and `/desk/new`: one row of a table as a form that is made of the shapes; what is saved is a draft.

A form says what the row was when it was opened, so that only what its user changed is changed: two who change different
fields of one row both keep their work. What is wrong is told at the field, in the words of the shapes; a draft may be
saved all the same, and is not published before it is right.
"""

import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import groupby
from operator import itemgetter
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from aseancan_kg.desk.accounts import Caller
from aseancan_kg.desk.drafts import OPEN, Draft, may_change
from aseancan_kg.desk.publication import Desk, as_text
from aseancan_kg.edits import IDENTIFIERS, SEPARATOR, Cells, Edit, difference
from aseancan_kg.errors import Conflict, Error, Forbidden, InputError, NotFound, RuleFailed
from aseancan_kg.library.reconciliation.matching import Candidate
from aseancan_kg.mediatypes import PLAIN_JSON
from aseancan_kg.namespaces import BASE, ID, SCHEME
from aseancan_kg.web.desk.access import allow, posted
from aseancan_kg.web.desk.look_up import alike, named, reference
from aseancan_kg.web.desk.pages import TABLE_PATHS, at_desk, begun, office_of, page, sent_to, table_of
from aseancan_kg.web.problems import STATUS
from aseancan_kg.web.state import state_of

CELL = "cell."
"""How the names of fields begin that hold a row's cells."""
_RIVALS = "registers/rivals"
SPARE = 2
"""Empty fields that a form has for further values."""
REFERENCE = re.compile(r"[a-z-]+/[a-z0-9-]+")
"""How cells name another thing: `instrument/actip-2015`."""

Fields = Sequence[tuple[str, str]]
Problems = Mapping[str, Sequence[str]]
"""What is wrong, by column; "" for what belongs to none."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What a form holds: the row when it was opened, None for a new one, its cells as they shall be, and a draft.

    `revision` is that of the draft as the form was made of it.
    """

    was: Cells | None
    cells: Cells
    reason: str
    draft: Draft | None
    revision: int = 0
    once: str = ""
    """What tells the page that it was sent from, see `pages.begun`."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is told with a form: what is wrong, how the row is `now` where that differs, what forbade to keep it."""

    wrong: Problems = field(default_factory=dict)
    now: Cells | None = None
    error: Error | None = None
    saved: bool = False


async def form(request: Request) -> Response:
    """Answer `/desk/edit/{table}/{key}` and `/desk/new/{table}`: the form by GET, by POST a draft of what it says."""
    caller = await allow(request, "draft")
    if request.method == "GET":
        return await at_desk(request, _show, caller)
    return await at_desk(request, _save, caller, await posted(request))


async def thing(request: Request) -> Response:
    """Answer `/desk/thing?iri=`: 303 to the form of the row that describes a thing."""
    return await at_desk(request, _thing, await allow(request, "read"))


async def check(request: Request) -> Response:
    """Answer `/desk/check/{table}`: what is wrong with what a form holds, by column, as JSON."""
    await allow(request, "draft")
    return await at_desk(request, _check, await posted(request))


ROUTES = [
    Route("/desk/thing", thing),
    *(Route(f"/desk/edit/{path}/{{key:path}}", form, methods=["GET", "POST"]) for path in TABLE_PATHS),
    *(Route(f"/desk/new/{path}", form, methods=["GET", "POST"]) for path in TABLE_PATHS),
    *(Route(f"/desk/check/{path}", check, methods=["POST"]) for path in TABLE_PATHS),
]


def path(table: str, key: str, draft: int | None = None) -> str:
    """Return where the form of a row is below the service's path, as a draft has the row if one is named."""
    place = f"/desk/edit/{table}/{quote(key, safe='')}"
    return f"{place}?draft={draft}" if draft else place


def problems(results: Sequence[Mapping[str, Any]], table: str, key: str) -> Problems:
    """Return what composing found wrong, by the columns of one row; what is said of anything else stands under ""."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for one in results:
        if (one["table"], one["key"]) == (table, key):
            found[one["column"] or ""].append(one["message"])
        else:
            found[""].append(as_text(one))
    return {column: list(dict.fromkeys(words)) for column, words in found.items()}


def _thing(request: Request, _: Caller) -> Response:
    iri = request.query_params.get("iri", "")
    with office_of(request).desk() as desk:
        row = row_of(desk, iri)
    if row is None:
        remedy = "What is made of several rows is corrected in those: the tables are listed at /desk/tables."
        raise NotFound(f"no row alone describes {iri or 'it'}", remedy=remedy)
    return sent_to(request, path(*row))


def row_of(desk: Desk, iri: str) -> tuple[str, str] | None:
    """Return table and key of the row that describes a thing, or tells what became of it, if there is one."""
    kind, _, key = iri.removeprefix(ID).partition("/")
    if iri.startswith(SCHEME):
        scheme, _, code = iri.removeprefix(SCHEME).partition("/")
        kind, key = "concept", desk.composer.key("registers/concepts", {"scheme": scheme, "code": code})
    tables = [one["table"] for one in desk.composer.tables() if one["kind"] == kind]
    rows = [*((table, key) for table in tables), (IDENTIFIERS, iri.removeprefix(BASE))]
    return next((row for row in rows if desk.composer.row(*row) is not None), None)


def _show(request: Request, caller: Caller) -> Response:
    table, key = table_of(request), request.path_params.get("key", "")
    number = request.query_params.get("draft")
    draft = office_of(request).drafts.get(number_of(number)) if number else None
    if draft and not may_change(draft, caller):
        raise Forbidden(f"draft {draft.number} is {draft.author}'s", remedy="Leave a remark, or ask an editor.")
    edit = draft.edit_of(table, key) if draft else None
    given = {name.removeprefix(CELL): cell for name, cell in request.query_params.items() if name.startswith(CELL)}
    with office_of(request).desk() as desk:
        row = desk.composer.row(table, key) if key else None
        if key and row is None and edit is None:
            raise NotFound(f"{table} has no row {key}", remedy="The tables are listed at /desk/tables.")
        was, told = row, Told()
        cells = {**(row or {}), **given, **((edit and edit.after) or {})}
        if draft and edit:
            try:
                edit.apply(row)
            except Conflict as conflict:
                if row is None:
                    remedy = f"Take it out of draft {draft.number}, or take back the change that took it away."
                    raise NotFound(f"{table} has no row {key} any more", remedy=remedy) from conflict
                was = {**row, **(edit.before or {})}
                told = Told(_overtaken(edit, row) or {"": [str(conflict)]}, now=row, saved=True)
            else:
                told = Told(_wrong(desk, draft.edits, draft.reason, table, key), saved=True)
        return _page(request, caller, desk, Sent(was, cells, draft.reason if draft else "", draft), told)


def _overtaken(edit: Edit, row: Cells) -> Problems:
    """Return, by column, what was published meanwhile of the cells that an edit changes."""
    was = edit.before or {}
    apart = [column for column in was if was[column] != row.get(column, "")]
    return {column: [f"Somebody has changed it meanwhile; it is “{row.get(column, '')}” now."] for column in apart}


def _wrong(desk: Desk, edits: Sequence[Edit], reason: str, table: str, key: str) -> Problems:
    """Return what is wrong with edits, by the columns of one row; another of them may be overtaken."""
    try:
        return problems(desk.compose(edits, reason).violations, table, key)
    except (Conflict, RuleFailed) as error:
        return {"": [str(error)]}


def _save(request: Request, caller: Caller, fields: Fields) -> Response:
    """Keep what a form holds as a draft; whatever forbids that is told with the form as it was sent."""
    office, table, key = office_of(request), table_of(request), request.path_params.get("key", "")
    with office.desk() as desk:
        sent = _sent(request, desk, table, fields)
        own = desk.composer.key(table, sent.cells)
        edit = difference(table, own, sent.was, sent.cells)
        now = desk.composer.row(table, own)
        try:
            _refuse_key(sent, key, own, now)
            if edit:
                edit.apply(now)
            if sent.draft:
                draft = office.drafts.change(sent.draft, caller, sent.draft.with_edit(edit, table, key), sent.reason)
            elif edit:
                draft = begun(request, caller, [edit], sent.reason, sent.once)
            else:
                raise InputError("nothing is changed", remedy="Change something, or leave.")
        except (Conflict, Forbidden, InputError) as error:
            is_apart = isinstance(error, Conflict) and sent.was is not None and now is not None and now != sent.was
            return _page(request, caller, desk, sent, Told({"": [str(error)]}, now if is_apart else None, error))
        wrong = _wrong(desk, draft.edits, draft.reason, table, own)
    return sent_to(request, path(table, own, draft.number) if wrong else f"/desk/drafts/{draft.number}")


def _refuse_key(sent: Sent, key: str, own: str, now: Cells | None) -> None:
    """Refuse a row without what tells it from others, one that is there, and one that would become another."""
    if sent.draft and sent.draft.revision != sent.revision:
        raise Conflict(f"draft {sent.draft.number} was changed meanwhile", remedy="Look at it before you save yours.")
    if not own:
        raise InputError("nothing tells the row from others", remedy="Fill in what does: its slug.")
    if sent.was is None and now is not None:
        raise InputError(f"there is a row {own} already", remedy="Take another slug, or edit that row.")
    if sent.was is not None and own != key:
        raise InputError(f"{key} cannot become {own}", remedy="Withdraw it, and make a new one.")


def _check(request: Request, fields: Fields) -> Response:
    """Tell what a form's content would be found wrong for; nothing is kept."""
    table = table_of(request)
    with office_of(request).desk() as desk:
        sent = _sent(request, desk, table, fields)
        own = desk.composer.key(table, sent.cells)
        edit = difference(table, own, sent.was, sent.cells)
        try:
            key = request.query_params.get("key", "")
            edits = sent.draft.with_edit(edit, table, key) if sent.draft else [*filter(None, [edit])]
            wrong = _wrong(desk, edits, "", table, own)
        except Conflict as conflict:
            wrong = {"": [str(conflict)]}
    told = {"problems": wrong, "alike": [one.entity.name for one in _alike(request, sent)]}
    return Response(json.dumps(told, ensure_ascii=False), media_type=PLAIN_JSON.content_type)


def _sent(request: Request, desk: Desk, table: str, fields: Fields) -> Sent:
    """Read what a form holds; names of things that are written out become references where they are safe."""
    given: defaultdict[str, list[str]] = defaultdict(list)
    for name, value in fields:
        given[name].append(value.replace("\r\n", " ").strip())
    cells = {}
    for one in desk.composer.form(table):
        values = dict.fromkeys(filter(None, given[CELL + one["column"]]))
        if one["kind"] == "reference":
            values = dict.fromkeys(reference_to(request, value, one["kinds"]) for value in values)
        if values:
            cells[one["column"]] = SEPARATOR.join(values)
    names = ("was", "draft", "revision", "reason", "once")
    was, draft, revision, reason, once = ("".join(given[name][:1]) for name in names)
    found = office_of(request).drafts.get(number_of(draft)) if draft else None
    return Sent(_cells(was), cells, reason, found, number_of(revision) if found else 0, once)


def reference_to(request: Request, written: str, kinds: Sequence[str]) -> str:
    """Return a reference for a name; what is one already, and what may mean several things, stays as it is written."""
    return written if REFERENCE.fullmatch(written) else named(state_of(request), written, kinds) or written


def _cells(text: str) -> Cells | None:
    try:
        was = json.loads(text or "null")
    except ValueError:
        was = 0
    if was is not None and not (isinstance(was, dict) and all(isinstance(cell, str) for cell in was.values())):
        raise InputError("the form is not whole", remedy="Open it again, and send it with all its fields.")
    return was


def number_of(text: str) -> int:
    """Read the number of a draft or of its revision; raises `InputError`."""
    if not re.fullmatch("[1-9][0-9]{0,8}", text):
        raise InputError(f"{text[:20]!r} is no number", remedy="Open the form again.")
    return int(text)


def _alike(request: Request, sent: Sent) -> list[Candidate]:
    """Return the things that a new one may be a double of."""
    return alike(state_of(request), sent.cells) if sent.was is None else []


def _page(request: Request, caller: Caller, desk: Desk, sent: Sent, told: Told) -> Response:
    """Show a form. Where the row was changed meanwhile, what the user has not touched becomes as it is now."""
    table, key = table_of(request), request.path_params.get("key", "")
    identifier = desk.composer.identifier(table, key)
    fields = desk.composer.form(table, sent.draft.edits if sent.draft else ())
    now, cells = told.now, dict(sent.cells)
    differing: list[str] = []
    if now is not None and sent.was is not None:
        names = {**now, **cells}
        touched = {name for name in names if cells.get(name, "") != sent.was.get(name, "")}
        cells = {name: (cells if name in touched else now).get(name, "") for name in names}
        differing = [one["column"] for one in fields if one["column"] in touched]
    return page(
        request,
        caller,
        "form.html",
        status_code=STATUS[type(told.error)] if told.error else HTTPStatus.OK,
        table=table,
        key=key,
        tables=desk.composer.labels(),
        identifier=identifier,
        rivals=_rivals(desk, identifier.removeprefix(ID), sent.draft) if identifier else {},
        groups=[(group, list(ones)) for group, ones in groupby(fields, key=itemgetter("group"))],
        names={one["column"]: one["label"] for one in fields},
        values={name: cell.split(SEPARATOR) for name, cell in cells.items() if cell},
        spare=SPARE,
        labels=_labels(request, fields, cells),
        was=json.dumps(sent.was if now is None else now, ensure_ascii=False),
        is_new=sent.was is None,
        now=now,
        differing=differing,
        elsewhere=_elsewhere(request, table, key, sent.draft) if key else (),
        referring=desk.composer.referring(table, key),
        path_of=path,
        draft=sent.draft,
        reason=sent.reason,
        wrong=told.wrong,
        saved=told.saved,
        alike=[(reference(one.entity), one.entity.name, one.entity.description) for one in _alike(request, sent)],
    )


def _rivals(desk: Desk, thing: str, draft: Draft | None) -> Mapping[str, Sequence[tuple[str, str]]]:
    """Return, by column, what other sources have of a thing, with what a draft adds, each with where its form is."""
    rows = {row["key"]: row["cells"] for row in desk.composer.rows(_RIVALS)}
    for edit in draft.edits if draft else ():
        if edit.table == _RIVALS:
            rows[edit.key] = {**rows.get(edit.key, {}), **edit.after} if edit.after else {}
    found: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for key, cells in rows.items():
        if cells.get("entity") == thing:
            place = path(_RIVALS, key, draft.number if draft else None)
            found[cells.get("column", "")].append((cells.get("value", ""), place))
    return found


def _elsewhere(request: Request, table: str, key: str, draft: Draft | None) -> list[Draft]:
    """Return the other open drafts that change a row."""
    number = draft.number if draft else None
    return [one for one in office_of(request).drafts.all(*OPEN) if one.number != number and one.edit_of(table, key)]


def _labels(request: Request, fields: Sequence[Mapping[str, Any]], cells: Cells) -> dict[str, str]:
    """Return the names of what the cells refer to, by their references."""
    columns = [one["column"] for one in fields if one["kind"] == "reference"]
    iris = [ID + value for column in columns for value in cells.get(column, "").split(SEPARATOR)]
    labels = state_of(request).store.labels(iri for iri in iris if REFERENCE.fullmatch(iri.removeprefix(ID)))
    return {iri.removeprefix(ID): label.value for iri, label in labels.items()}
