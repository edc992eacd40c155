"""`/desk/records`: the rows of the tables as RDF, for programs: read, put, post and delete them.

A record is told by its table and what tells it from the others there, `/desk/records/registers/instruments/actip-2015`.
Its tag is that of its content: who changes one says by `If-Match` which they have seen, who makes one says by
`If-None-Match: *` that there is none. A change by a token that may publish is published; by one that may only draft it
becomes a draft in review.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import quote, unquote

import pyoxigraph as ox
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from aseancan_kg.desk.accounts import Caller
from aseancan_kg.desk.drafts import Draft, Status
from aseancan_kg.desk.journal import Entry
from aseancan_kg.desk.publication import Desk
from aseancan_kg.desk.replies import Asked, Reply
from aseancan_kg.edits import Cells, Edit, difference
from aseancan_kg.errors import (
    AlreadyThere,
    Conflict,
    InputError,
    NotFound,
    PreconditionRequired,
    TooLong,
    UnsupportedMedia,
)
from aseancan_kg.mediatypes import JSON_LD, N_TRIPLES, PLAIN_JSON, TURTLE, Format
from aseancan_kg.namespaces import ID, RECORDS
from aseancan_kg.store.representation import write
from aseancan_kg.web.answers import client_of
from aseancan_kg.web.bodies import body
from aseancan_kg.web.desk.access import allow
from aseancan_kg.web.desk.pages import TABLE_PATHS, at_desk, office_of, table_of
from aseancan_kg.web.representations import representation
from aseancan_kg.web.state import root_of

Made = TypeVar("Made", Entry, Draft)

OFFERED = (JSON_LD, TURTLE, N_TRIPLES)
MOST_KB = 256
"""Kilobytes that a record may have which is sent."""
_MOST_BRACKETS = 1000
"""How often a record may open something: where some thousands nest, parsers overflow the stack and the process ends."""


async def tables(request: Request) -> Response:
    """Answer `/desk/records`: the tables, and how many records each has."""
    await allow(request, "read")
    return await at_desk(request, _tables)


async def table(request: Request) -> Response:
    """Answer `/desk/records/{table}`: its records; by POST a new one, once for each `Idempotency-Key`."""
    if request.method == "GET":
        await allow(request, "read")
        return await at_desk(request, _table)
    caller = await allow(request, "draft")
    return await at_desk(request, _post, caller, await body(request, MOST_KB))


async def record(request: Request) -> Response:
    """Answer `/desk/records/{table}/{key}`: a record as RDF, which PUT makes or changes and DELETE withdraws."""
    if request.method == "GET":
        await allow(request, "read")
        return await at_desk(request, _get)
    caller = await allow(request, "draft")
    sent = await body(request, MOST_KB)
    return await at_desk(request, _put if request.method == "PUT" else _delete, caller, sent)


ROUTES = [
    Route("/desk/records", tables),
    *(
        Route(f"/desk/records/{path}", door, methods=methods)
        for names in TABLE_PATHS
        for path, door, methods in (
            (names, table, ["GET", "POST"]),
            (f"{names}/{{key:path}}", record, ["GET", "PUT", "DELETE"]),
        )
    ),
]


def address(request: Request, table: str, key: str) -> str:
    """Return where a record is on this host."""
    return f"{root_of(request)}/desk/records/{table}/{quote(key, safe='')}"


def tag(cells: Cells, format: Format) -> str:
    """Return the strong tag of a record in a format; all tags of one content begin alike."""
    return f'"{_digest(cells)}-{format.name}"'


def _tables(request: Request) -> Response:
    with office_of(request).desk() as desk:
        return _json({"tables": desk.composer.tables()})


def _table(request: Request) -> Response:
    table = table_of(request)
    with office_of(request).desk() as desk:
        rows = desk.composer.rows(table)
    return _json({"table": table, "records": [{**row, "url": address(request, table, row["key"])} for row in rows]})


def _get(request: Request) -> Response:
    table, key = table_of(request), request.path_params["key"]
    chosen = representation(request, OFFERED)
    with office_of(request).desk() as desk:
        cells = _row(desk, table, key)
        triples = desk.composer.record(table, key)
    content = write(ox.parse(triples.encode(), ox.RdfFormat.N_TRIPLES), chosen)
    return Response(content, headers={"ETag": tag(cells, chosen)}, media_type=chosen.content_type)


def _post(request: Request, caller: Caller, sent: str) -> Response:
    office, table = office_of(request), table_of(request)
    triples = _triples(request, sent)
    asked = None
    if key := request.headers.get("Idempotency-Key"):
        asked = Asked.of(caller.name, key, request.url.path, request.url.query, *sorted(map(str, triples)))
    with office.desk() as desk:
        if asked and (reply := office.replies.to(asked)):  # when it is its turn: the first may be on its way
            return _told(reply)
        key = _key_of(triples, table)
        if desk.composer.row(table, key) is not None:
            raise AlreadyThere(f"{table} has {key} already", remedy="Change it by PUT, or take another key.")
        wanted = desk.composer.cells(table, key, _written(triples))
        edits = [*filter(None, [difference(table, key, None, wanted)])]
        return _change(request, caller, desk, edits, asked, status=HTTPStatus.CREATED)


def _put(request: Request, caller: Caller, sent: str) -> Response:
    table, key = table_of(request), request.path_params["key"]
    triples = _triples(request, sent)
    with office_of(request).desk() as desk:
        now = desk.composer.row(table, key)
        wanted = desk.composer.cells(table, key, _written(triples))
        _refuse_unseen(request, now, wanted)
        edit = difference(table, key, now, wanted)
        status = HTTPStatus.CREATED if now is None else HTTPStatus.OK
        return _change(request, caller, desk, [edit], status=status) if edit else Response(status_code=204)


def _delete(request: Request, caller: Caller, sent: str) -> Response:
    if sent:
        raise InputError("a DELETE has no body", remedy="Say why by reason=, and what replaces it by replaced-by=.")
    table, key = table_of(request), request.path_params["key"]
    with office_of(request).desk() as desk:
        _refuse_unseen(request, _row(desk, table, key), None)
        replacements = request.query_params.getlist("replaced-by")
        edits = desk.composer.withdrawal(table, key, replacements)
        return _change(request, caller, desk, edits)


def _change(  # noqa: PLR0913 - what is asked, by whom, and what it is answered
    request: Request,
    caller: Caller,
    desk: Desk,
    edits: Sequence[Edit],
    asked: Asked | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    """Publish a change, or hand it in for review, as the caller may; with `dry-run=` only tell what it comes to."""
    office = office_of(request)
    if "dry-run" in request.query_params:
        composed = desk.compose(edits, _reason(request))
        return _json({"added": composed.added, "removed": composed.removed, "results": composed.results})
    root, reason = root_of(request), _reason(request)
    if not reason.strip():
        raise InputError("it is not said why", remedy="Say it by reason=.")
    if "publish" in caller.scopes:
        published = partial(_published, root, status)
        also = _also(request, caller, asked, published)
        return _told(published(desk.publish(edits, caller.name, reason, also=also)))
    desk.examine(edits, reason)
    handed_in = partial(_handed_in, root)
    also = _also(request, caller, asked, handed_in)
    return _told(handed_in(office.drafts.begin(caller, edits, reason, Status.REVIEW, also)))


def _published(root: str, status: int, entry: Entry) -> Reply:
    return Reply(status, f"{root}/change/{entry.sequence}", {"entry": entry.sequence, "version": entry.version})


def _handed_in(root: str, draft: Draft) -> Reply:
    return Reply(HTTPStatus.ACCEPTED, f"{root}/desk/drafts/{draft.number}", {"draft": draft.number})


def _also(
    request: Request, caller: Caller, asked: Asked | None, reply: Callable[[Made], Reply]
) -> Callable[[Connection, Made], None]:
    """Return what is written with a change: a note of who made it, and the answer, if the request may come again."""
    office, client = office_of(request), client_of(request)

    def also(connection: Connection, made: Made) -> None:
        told = reply(made)
        office.accounts.note_with(connection, caller.name, "changed by a program", told.location, client)
        if asked:
            office.replies.keep(connection, asked, told)

    return also


def _told(reply: Reply) -> Response:
    return _json(reply.told, reply.status, {"Location": reply.location})


def _json(told: Any, status: int = HTTPStatus.OK, headers: Mapping[str, str] | None = None) -> Response:  # noqa: ANN401
    content = json.dumps(told, ensure_ascii=False)
    return Response(content, status, headers, media_type=PLAIN_JSON.content_type)


def _row(desk: Desk, table: str, key: str) -> Cells:
    """Return a row as it is; raises `NotFound`."""
    row = desk.composer.row(table, key)
    if row is None:
        raise NotFound(f"{table} has no record {key}", remedy="The records of a table are listed at its address.")
    return row


def _reason(request: Request) -> str:
    return request.query_params.get("reason", "")


def _refuse_unseen(request: Request, now: Cells | None, given: Cells | None) -> None:
    """Raise `Conflict` when a record is not, or no longer, the one that a request means (RFC 9110 §13.1)."""
    seen, unseen = (_tags(request.headers.getlist(name)) for name in ("If-Match", "If-None-Match"))
    if not seen and unseen != ["*"]:
        remedy = "Send If-Match with the tag that GET gave, or If-None-Match: * for a new record."
        raise PreconditionRequired("it is not said which version is changed", remedy=remedy)
    if (not seen or _is_one_of(seen, now)) and not _is_one_of([one.removeprefix("W/") for one in unseen], now):
        return
    remedy = "Compare both, and change what is there now."
    raise Conflict("the record is not the one that you have seen", remedy=remedy, current=now, given=given)


def _tags(lines: Sequence[str]) -> list[str]:
    return [tag for line in lines for one in line.split(",") if (tag := one.strip())]


def _is_one_of(tags: Sequence[str], now: Cells | None) -> bool:
    """Tell whether tags, of whatever format, name a record as it is now."""
    return now is not None and any(one == "*" or one.startswith(f'"{_digest(now)}-') for one in tags)


def _digest(cells: Cells) -> str:
    content = json.dumps({name: cell for name, cell in sorted(cells.items()) if cell})
    return hashlib.sha256(content.encode()).hexdigest()[:32]


def _triples(request: Request, sent: str) -> list[ox.Triple]:
    """Read what was sent, by its media type; nothing is fetched. Raises `UnsupportedMedia`, `InputError`."""
    type_ = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    format = next((one for one in OFFERED if type_ in (one.media_type, *one.aliases)), None)
    if format is None:
        remedy = f"Send {', '.join(one.media_type for one in OFFERED)}."
        raise UnsupportedMedia(f"{type_ or 'a body without Content-Type'} is not read here", remedy=remedy)
    if sum(map(sent.count, ("{", "[", "(", "<<"))) > _MOST_BRACKETS:
        raise TooLong(f"a record has at most {_MOST_BRACKETS:,} brackets", remedy="Send one record, and it alone.")
    read_as = ox.RdfFormat.from_media_type(format.media_type)
    try:
        quads = list(ox.parse(sent.encode(), read_as, base_iri=ID))
    except (SyntaxError, ValueError) as error:
        remedy = "Correct it, and give contexts inline." if format is JSON_LD else "Correct it there."
        raise InputError(f"this is not {format.label}: {error}", remedy=remedy) from error
    if any(not isinstance(quad.graph_name, ox.DefaultGraph) for quad in quads):
        raise InputError("a record stands in no named graph", remedy="Send its triples alone.")
    if any(isinstance(one := quad.object, ox.Triple) or getattr(one, "direction", None) for quad in quads):
        raise InputError("a record has terms of RDF 1.1 alone", remedy="Leave triple terms and directions out.")
    return [quad.triple for quad in quads]


def _written(triples: Sequence[ox.Triple]) -> str:
    return write(triples, N_TRIPLES).decode()


def _key_of(triples: Sequence[ox.Triple], table: str) -> str:
    """Return the key of a new record, whose subject is named by it; raises `InputError`."""
    subjects = {one.subject.value for one in triples if isinstance(one.subject, ox.NamedNode)}
    if len(subjects) != 1:
        raise InputError(f"it tells of {len(subjects)} things", remedy="Send one record, whose subject has an IRI.")
    (subject,) = subjects
    rows = f"{RECORDS}{table}/"
    return unquote(subject.removeprefix(rows)) if subject.startswith(rows) else subject.rpartition("/")[2]
