"""Pages of the desk: who is signed in stands on each, and each form carries what proves that it is the desk's."""

import hashlib
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from http import HTTPStatus
from secrets import token_urlsafe
from typing import Any, TypeVar, Unpack

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from aseancan_kg.desk.accounts import Caller
from aseancan_kg.desk.drafts import OPEN, Draft
from aseancan_kg.desk.office import Office
from aseancan_kg.desk.replies import Asked, Reply
from aseancan_kg.edits import Edit
from aseancan_kg.errors import Conflict, NotFound
from aseancan_kg.web import pages
from aseancan_kg.web.desk.access import csrf_of
from aseancan_kg.web.state import page_number, root_of
from aseancan_kg.web.threads import Given, Threads

Row = TypeVar("Row")

TABLE_PATHS = ("registers/{table}", "codings/{edition}/{table}")
"""How addresses name a table; `table_of` reads it."""
_PAGE = 50
"""Rows on a page."""


async def at_desk(request: Request, door: Callable[[Request, Unpack[Given]], Response], *given: *Given) -> Response:
    """Let a door answer in its turn, in a thread that no reader needs; raises `Busy` when too many wait for theirs."""
    threads: Threads = request.app.state.at_desk
    return await threads.run(door, request, *given)


def page(request: Request, caller: Caller, template: str, *, status_code: int = 200, **values: Any) -> Response:  # noqa: ANN401
    """Render a template of the desk for a caller."""
    name = f"desk/{template}"
    csrf, once = csrf_of(request), token_urlsafe(12)
    return pages.page(request, name, status_code=status_code, caller=caller, csrf=csrf, once=once, **values)


def sent_to(request: Request, path: str) -> Response:
    """Send a browser on after a POST, to a path below the service's."""
    return RedirectResponse(root_of(request) + path, 303)


def begun(request: Request, caller: Caller, edits: Sequence[Edit], reason: str, once: str) -> Draft:
    """Begin a draft; a form that is sent again as it is, as by a second click, has begun it already.

    `once` is what the form carries of that name: other pages make other drafts, and so does the same one with other
    content, when its user has gone back to it.
    """
    office = office_of(request)
    if not once:
        return office.drafts.begin(caller, edits, reason)
    content = json.dumps([once, reason, *map(asdict, edits)])
    asked = Asked.of(caller.name, f"form {hashlib.sha256(content.encode()).hexdigest()}")

    def also(connection: Connection, draft: Draft) -> None:
        office.replies.keep(connection, asked, Reply(HTTPStatus.SEE_OTHER, "", {"draft": draft.number}))

    with suppress(Conflict):
        if not office.replies.to(asked):
            return office.drafts.begin(caller, edits, reason, also=also)
    found = office.replies.to(asked)
    assert found
    draft = office.drafts.get(int(found.told["draft"]))
    # A page that is sent again when its draft is done with means another.
    return draft if draft.status in OPEN else office.drafts.begin(caller, edits, reason)


def table_of(request: Request) -> str:
    """Return the table that an address names."""
    parts = request.path_params
    return f"codings/{parts['edition']}/{parts['table']}" if "edition" in parts else f"registers/{parts['table']}"


def office_of(request: Request) -> Office:
    """Return what the service holds of the desk; its doors are only there with it."""
    office: Office = request.app.state.office
    return office


def paged(request: Request, rows: Sequence[Row]) -> tuple[Sequence[Row], int, int]:
    """Return the rows of the page that is asked for, its number, and how many there are."""
    place, number, pages = place_of(request, len(rows))
    return rows[place], number, pages


def place_of(request: Request, rows: int) -> tuple[slice, int, int]:
    """Return where the page that is asked for is among so many rows, its number, and how many pages there are."""
    number, pages = page_number(request), max(1, -(-rows // _PAGE))
    if number > pages:
        raise NotFound(f"there is no page {number}", remedy=f"The last one is {pages}.")
    return slice((number - 1) * _PAGE, min(number * _PAGE, rows)), number, pages
