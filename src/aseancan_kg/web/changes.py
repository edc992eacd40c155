"""`/change/{number}`: a change of the journal, who made it, when, why, and what it changed; `/at/{when}/…`: as it was.

RDF tells of it what pages tell; as RDF Patch it is the statements that came and went.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from aseancan_kg.catalogue import changes, releases
from aseancan_kg.catalogue.documents import Document
from aseancan_kg.catalogue.labels import link
from aseancan_kg.catalogue.things import Thing
from aseancan_kg.errors import ComeBackLater, InputError, NotFound
from aseancan_kg.mediatypes import RDF_PATCH, Format
from aseancan_kg.namespaces import CHANGE
from aseancan_kg.web import entities, signposting
from aseancan_kg.web.entities import Edition
from aseancan_kg.web.kept import etag
from aseancan_kg.web.signposting import Address, Link
from aseancan_kg.web.state import FOREVER, locally, root_of, state_of

if TYPE_CHECKING:
    from aseancan_kg.desk.journal import Entry

_MOST_EDITS = 50
"""Rows that the page of a change shows cell by cell."""
_SUFFIX = f".{RDF_PATCH.name}"


async def change(request: Request) -> Response:
    """Answer `/change/{number}`; with the suffix `.rdfp` by its statements."""
    try:
        if request.path_params["path"].endswith(_SUFFIX):
            return _patch(request)
        return await run_in_threadpool(entities.document_in, request, _Change(state_of(request).store))
    except NotFound:
        await run_in_threadpool(_refuse_coming, request)
        raise


async def at(request: Request) -> Response:
    """Answer `/at/{when}/…`: 302 to the version that was served at a time, or at the end of a day, in UTC."""
    return await run_in_threadpool(_at, request)


@dataclass(frozen=True, slots=True)
class _Change(Edition):
    """The current dataset, as far as it tells of changes."""

    template: ClassVar = "change.html"

    def links(self, request: Request, found: Document, address: Address, chosen: Format) -> list[Link]:
        """Return the links of one representation, with that to the statements that came and went."""
        patch = Link(f"{address.location()}{_SUFFIX}", "alternate", RDF_PATCH.media_type)
        return [*signposting.links(found, address, chosen), *([patch] if _entry(request, found.iri) else ())]

    def told(self, request: Request, shown: Thing) -> dict[str, Any]:
        """Return the change, what it changed, each with where that is compared, and the change that it takes back."""
        iri = shown.iri
        told, entry = next(iter(changes.read(self.store, [iri])), None), _entry(request, iri)
        named = changes.changed(self.store, iri)
        labels = self.store.labels(named)
        return {
            "change": told,
            "undone": changes.read(self.store, [told.undoes]) if told and told.undoes else [],
            "changed": [(link(labels, one), entities.compared(request, told.after, one)) for one in named if told],
            "edits": entry.edits[:_MOST_EDITS] if entry else (),
            "more_edits": max(0, len(entry.edits) - _MOST_EDITS) if entry else 0,
            "has_patch": entry is not None,
        }


def _refuse_coming(request: Request) -> None:
    """Raise `ComeBackLater` for a change that the journal has and this service does not serve yet."""
    office, number = request.app.state.office, request.path_params["path"].partition(".")[0]
    is_number, served = re.fullmatch("[1-9][0-9]{0,8}", number), len(state_of(request).journal)
    if office and is_number and served < int(number) <= office.journal.head():
        raise ComeBackLater(f"change {number} is published, and not served here yet", remedy="Ask again in a moment.")


def _entry(request: Request, iri: str) -> "Entry | None":
    number = iri.removeprefix(CHANGE)
    journal = state_of(request).journal
    return journal[int(number) - 1] if number.isdecimal() and 0 < int(number) <= len(journal) else None


def _patch(request: Request) -> Response:
    number = request.path_params["path"].removesuffix(_SUFFIX)
    entry = _entry(request, CHANGE + number)
    if entry is None or str(entry.sequence) != number:
        raise NotFound(f"there are no statements of a change {number} here")
    text = releases.patch(entry.before, entry.version, entry.removed, entry.added)
    headers = {"Cache-Control": FOREVER, "ETag": etag(text.encode())}
    return Response(text, headers=headers, media_type=RDF_PATCH.content_type)


def _at(request: Request) -> Response:
    wanted, state = request.path_params["when"], state_of(request)
    moment = _moment(wanted)
    found = releases.at(state.derived.get(releases.versions), moment)
    if found is None:
        raise NotFound(f"nothing was published by {wanted}", remedy="The releases are listed at /r.")
    if found not in state.available():
        raise NotFound(f"what was served then, version {found.version}, is not kept here")
    path = quote(request.scope["path"].removeprefix(f"{root_of(request)}/at/{wanted}").rstrip("/"))
    return RedirectResponse(locally(request, f"/r/{found.dataset}{path}"), 302, {"Cache-Control": "no-cache"})


def _moment(written: str) -> datetime:
    """Read a day, which stands for its end, or a time, in UTC unless it says otherwise."""
    try:
        found = datetime.fromisoformat(written)
    except ValueError as error:
        remedy = "Write 2026-11-26 or 2026-11-26T09:30:00Z."
        raise InputError(f"{written!r} is neither a day nor a time", remedy=remedy) from error
    if len(written) == len("2026-11-26"):
        found = datetime.combine(found, time.max)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
