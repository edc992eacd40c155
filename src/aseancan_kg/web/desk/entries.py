"""`/desk/journal`: every change that was published, and the way to take one back."""

from collections.abc import Mapping

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from aseancan_kg.desk.accounts import Caller
from aseancan_kg.desk.journal import Entry
from aseancan_kg.web.answers import client_of
from aseancan_kg.web.desk import forms
from aseancan_kg.web.desk.access import allow, posted
from aseancan_kg.web.desk.pages import at_desk, office_of, page, place_of, sent_to


async def journal(request: Request) -> Response:
    """Answer `/desk/journal`: its entries, the latest first."""
    return await at_desk(request, _journal, await allow(request, "read"))


async def undo(request: Request) -> Response:
    """Answer a POST to `/desk/journal/{number}/undo`: publish the reverse of an entry."""
    caller = await allow(request, "publish")
    return await at_desk(request, _undo, caller, dict(await posted(request)))


ROUTES = [
    Route("/desk/journal", journal),
    Route("/desk/journal/{number}/undo", undo, methods=["POST"]),
]


def _journal(request: Request, caller: Caller) -> Response:
    journal = office_of(request).journal
    head = journal.head()
    place, number, pages = place_of(request, head)
    entries = journal.after(head - place.stop)[::-1]  # which begin with those that may have taken these back
    shown = entries[len(entries) - (place.stop - place.start) :]
    undone = {entry.undoes for entry in entries}
    return page(request, caller, "journal.html", entries=shown, undone=undone, number=number, pages=pages, link="")


def _undo(request: Request, caller: Caller, given: Mapping[str, str]) -> Response:
    office, number = office_of(request), forms.number_of(request.path_params["number"])

    def also(connection: Connection, entry: Entry) -> None:
        detail = f"entry {number} by entry {entry.sequence}"
        office.accounts.note_with(connection, caller.name, "undo", detail, client_of(request))

    with office.desk() as desk:
        desk.undo(number, caller.name, given.get("reason", ""), also=also)
    return sent_to(request, "/desk/journal")
