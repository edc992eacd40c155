"""`/desk/tables`, `/desk/mentions`, `/desk/bulk`, `/desk/withdraw`: rows to begin with, one by one or many at once."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from aseancan_kg.desk.accounts import Caller
from aseancan_kg.edits import IDENTIFIERS, difference
from aseancan_kg.errors import Conflict, InputError, NotFound
from aseancan_kg.web.desk import forms
from aseancan_kg.web.desk.access import allow, posted
from aseancan_kg.web.desk.pages import TABLE_PATHS, at_desk, begun, office_of, page, paged, sent_to, table_of

_DECISIONS = ("accepted", "rejected")


async def tables(request: Request) -> Response:
    """Answer `/desk/tables`: every table."""
    return await at_desk(request, _tables, await allow(request, "read"))


async def table(request: Request) -> Response:
    """Answer `/desk/tables/{table}`: its rows, or with `q=` those that hold these words."""
    return await at_desk(request, _table, await allow(request, "read"))


async def mentions(request: Request) -> Response:
    """Answer `/desk/mentions/{edition}`: what the rules found in a text, to be accepted, rejected or linked anew.

    A POST accepts or rejects those that are chosen in one draft.
    """
    if request.method == "GET":
        return await at_desk(request, _mentions, await allow(request, "read"))
    caller = await allow(request, "draft")
    return await at_desk(request, _judge, caller, await posted(request))


async def bulk(request: Request) -> Response:
    """Answer `/desk/bulk`: a table to be pasted as CSV by GET; by POST a draft, which shows every change it makes."""
    if request.method == "GET":
        return await at_desk(request, _bulk_form, await allow(request, "draft"))
    caller = await allow(request, "draft")
    return await at_desk(request, _bulk, caller, dict(await posted(request)))


async def withdraw(request: Request) -> Response:
    """Answer `/desk/withdraw/{table}/{key}`: why, and what replaces it, by GET; by POST the draft of that."""
    if request.method == "GET":
        return await at_desk(request, _withdrawal_form, await allow(request, "draft"))
    caller = await allow(request, "draft")
    return await at_desk(request, _withdraw, caller, await posted(request))


ROUTES = [
    Route("/desk/tables", tables),
    *(Route(f"/desk/tables/{path}", table) for path in TABLE_PATHS),
    Route("/desk/mentions/{edition}", mentions, methods=["GET", "POST"]),
    Route("/desk/bulk", bulk, methods=["GET", "POST"]),
    *(Route(f"/desk/withdraw/{path}/{{key:path}}", withdraw, methods=["GET", "POST"]) for path in TABLE_PATHS),
]


def _tables(request: Request, caller: Caller) -> Response:
    with office_of(request).desk() as desk:
        found = desk.composer.tables()
    return page(request, caller, "tables.html", tables=found, draft=_draft(request))


def _table(request: Request, caller: Caller) -> Response:
    name, asked, draft = table_of(request), request.query_params.get("q", "").strip(), _draft(request)
    with office_of(request).desk() as desk:
        rows = desk.composer.rows(name)
    wanted = asked.casefold().split()
    held = [row for row in rows if all(word in _text(row) for word in wanted)]
    shown, number, pages = paged(request, held)
    return page(
        request,
        caller,
        "table.html",
        table=name,
        asked=asked,
        rows=[{**row, "path": forms.path(name, row["key"], draft)} for row in shown],
        draft=draft,
        total=len(held),
        number=number,
        pages=pages,
        link=urlencode({"q": asked, **({"draft": draft} if draft else {})}),
    )


def _mentions(request: Request, caller: Caller) -> Response:
    edition, asked = request.path_params["edition"], request.query_params.get("q", "").strip()
    open_only = "all" not in request.query_params
    with office_of(request).desk() as desk:
        found = desk.composer.mentions(edition)
    wanted = asked.casefold().split()
    held = [
        one
        for one in found
        if not (open_only and one["key"])
        and all(word in f"{one['quote']} {one['entity']}".casefold() for word in wanted)
    ]
    shown, number, pages = paged(request, held)
    return page(
        request,
        caller,
        "mentions.html",
        edition=edition,
        asked=asked,
        open_only=open_only,
        mentions=[{**one, "name": _name(one), "form": _form(edition, one)} for one in shown],
        total=len(held),
        number=number,
        pages=pages,
        link=urlencode({"q": asked, **({} if open_only else {"all": ""})}),
    )


def _judge(request: Request, caller: Caller, fields: Sequence[tuple[str, str]]) -> Response:
    """Draft the judgement on the mentions that are chosen: rows that decide so, new ones or changed."""
    edition, given = request.path_params["edition"], dict(fields)
    table, decision = f"codings/{edition}/mentions", given.get("decision", "")
    if decision not in _DECISIONS:
        raise InputError("it is not said what they are", remedy=f"They are {' or '.join(_DECISIONS)}.")
    chosen = {value for name, value in fields if name == "mention"}
    edits = []
    with office_of(request).desk() as desk:
        for one in desk.composer.mentions(edition):
            if _name(one) in chosen:
                chosen.remove(_name(one))
                wanted = {**one["cells"], "decision": decision}
                key = one["key"] or desk.composer.key(table, wanted)
                edits.append(difference(table, key, one["cells"] if one["key"] else None, wanted))
    if chosen:
        told = f"{len(chosen)} of them are not there as you saw them, and nothing is judged"
        raise Conflict(told, remedy="Go back, load the page anew, and choose again.")
    changed = [edit for edit in edits if edit]
    if not changed:
        raise InputError("no mention is chosen that is not judged so", remedy="Go back, and choose some.")
    draft = begun(request, caller, changed, given.get("reason", ""), given.get("once", ""))
    return sent_to(request, f"/desk/drafts/{draft.number}")


def _name(mention: Mapping[str, Any]) -> str:
    """Return what tells a mention from the others of its text, and from itself when it was judged meanwhile."""
    judged = mention["cells"].get("decision", "") if mention["key"] else ""
    return " ".join((*(str(mention[part]) for part in ("part", "start", "end", "entity")), judged))


def _form(edition: str, mention: Mapping[str, Any]) -> str:
    """Return where the form is that judges a mention: of the row that decides it, or a new one that accepts it."""
    table = f"codings/{edition}/mentions"
    if mention["key"]:
        return forms.path(table, mention["key"])
    return f"/desk/new/{table}?{urlencode({forms.CELL + name: cell for name, cell in mention['cells'].items()})}"


def _bulk_form(request: Request, caller: Caller) -> Response:
    return _ask_bulk(request, caller, {})


def _ask_bulk(
    request: Request, caller: Caller, given: Mapping[str, str], problem: InputError | NotFound | None = None
) -> Response:
    with office_of(request).desk() as desk:
        found = desk.composer.tables()
    return page(
        request,
        caller,
        "bulk.html",
        status_code=400 if problem else 200,
        tables=found,
        given=given,
        problem=problem,
    )


def _bulk(request: Request, caller: Caller, given: Mapping[str, str]) -> Response:
    office = office_of(request)
    try:
        with office.desk() as desk:
            edits = desk.composer.edits(given.get("table", ""), given.get("rows", ""))
        if not edits:
            raise InputError("it changes nothing", remedy="Every row is in the table as it stands here.")
        draft = begun(request, caller, edits, given.get("reason", ""), given.get("once", ""))
        return sent_to(request, f"/desk/drafts/{draft.number}")
    except (InputError, NotFound) as problem:
        return _ask_bulk(request, caller, given, problem)


def _withdrawal_form(request: Request, caller: Caller) -> Response:
    return _ask_withdrawal(request, caller, {"draft": request.query_params.get("draft", "")}, ())


def _ask_withdrawal(
    request: Request,
    caller: Caller,
    given: Mapping[str, str],
    replacements: Sequence[str],
    problem: InputError | None = None,
) -> Response:
    table, key = table_of(request), request.path_params["key"]
    with office_of(request).desk() as desk:
        row = desk.composer.row(table, key)
        identifier = desk.composer.identifier(table, key) if table != IDENTIFIERS else None
        referring = desk.composer.referring(table, key)
        labels = desk.composer.labels()
    if row is None:
        raise NotFound(f"{table} has no row {key}", remedy="The tables are listed at /desk/tables.")
    number = given.get("draft")
    draft = office_of(request).drafts.get(forms.number_of(number)) if number else None
    return page(
        request,
        caller,
        "withdraw.html",
        status_code=400 if problem else 200,
        table=table,
        key=key,
        row=row,
        identifier=identifier,
        referring=referring,
        tables=labels,
        path_of=forms.path,
        draft=draft,
        revision=given.get("revision") or (draft and draft.revision),  # of the draft as its user has seen it
        reason=given.get("reason", draft.reason if draft else ""),
        replacements=[*replacements, *[""] * forms.SPARE],
        problem=problem,
    )


def _withdraw(request: Request, caller: Caller, fields: forms.Fields) -> Response:
    office, table, key, given = office_of(request), table_of(request), request.path_params["key"], dict(fields)
    replacements = [value.strip() for name, value in fields if name == "replacement" and value.strip()]
    reason, number = given.get("reason", ""), given.get("draft")
    try:
        with office.desk() as desk:
            meant = [forms.reference_to(request, written, ()) for written in replacements]
            edits = desk.composer.withdrawal(table, key, meant)
        if number:
            draft = office.drafts.get(forms.number_of(number))
            if draft.revision != forms.number_of(given.get("revision", "")):
                raise Conflict(f"draft {draft.number} was changed meanwhile", remedy="Look at it before you add to it.")
            reason = reason if reason.strip() else draft.reason
            office.drafts.change(draft, caller, draft.with_edits(edits), reason)
        else:
            draft = begun(request, caller, edits, reason, given.get("once", ""))
        return sent_to(request, f"/desk/drafts/{draft.number}")
    except InputError as problem:
        return _ask_withdrawal(request, caller, given, replacements, problem)


def _draft(request: Request) -> int | None:
    """Return the number of the draft that rows are chosen for, if one is named."""
    number = request.query_params.get("draft")
    return forms.number_of(number) if number else None


def _text(row: Mapping[str, Any]) -> str:
    return " ".join((row["key"], *row["cells"].values())).casefold()
