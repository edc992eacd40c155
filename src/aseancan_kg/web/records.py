"""`/records`: catalogue records, one by one and all of a kind, in the formats that libraries take in."""

from collections.abc import Collection
from functools import partial
from typing import Any, cast, get_args
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from aseancan_kg.catalogue import documents
from aseancan_kg.errors import InputError, NotFound
from aseancan_kg.library.citing.citations import WRITERS
from aseancan_kg.library.records import exchange
from aseancan_kg.library.records.crosswalk import FILE, carried, losses, lost
from aseancan_kg.library.records.display import isbd
from aseancan_kg.library.records.exchange import BY_NAME, Exchange
from aseancan_kg.library.records.marc import MainEntry
from aseancan_kg.library.records.record import (
    CATALOGUED,
    KINDS,
    RECORDED,
    Record,
    catalogue,
    catalogued,
    label_of,
    records,
)
from aseancan_kg.mediatypes import CSV, HTML
from aseancan_kg.namespaces import ID
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.web.downloads import attachment
from aseancan_kg.web.kept import keep
from aseancan_kg.web.pages import page
from aseancan_kg.web.representations import representation
from aseancan_kg.web.signposting import Link, header
from aseancan_kg.web.state import root_of, state_of

PLURALS = {
    "instrument": "Instruments",
    "body": "Bodies",
    "mechanism": "Mechanisms",
    "meeting": "Meetings",
    "action": "Actions",
}
_OF_KIND = {kind: partial(catalogue, kinds=(kind,)) for kind in RECORDED}
"""Kind → what makes all its records, once for a dataset."""


async def overview(request: Request) -> Response:
    """Answer `/records`: what records there are, and in which formats."""
    return await run_in_threadpool(_overview, request)


async def table(request: Request) -> Response:
    """Answer `/records/crosswalk`: where each field stands in each format, as a page."""
    columns: dict[str, list[str]] = {}
    for one in exchange.FORMATS:
        columns.setdefault(one.column, []).append(one.format.label)
    return page(request, "crosswalk.html", columns=columns, carried=carried, lost=lost, label_of=label_of)


async def table_file(request: Request) -> Response:
    """Answer `/records/crosswalk.csv`: the same as a file."""
    headers = {"Content-Disposition": attachment("crosswalk.csv")}
    return keep(request, Response(FILE.read_bytes(), headers=headers, media_type=CSV.content_type))


async def record(request: Request) -> Response:
    """Answer `/records/{kind}/…` with a record, `/records/{kind}.{format}` with all of a kind.

    A suffix names the format; else `format=` does; else the Accept header chooses, a page among them.
    """
    return await run_in_threadpool(_record, request)


def addresses(root: str, iri: str, types: Collection[str]) -> tuple[str, list[tuple[Exchange, str]]] | None:
    """Return where the record of a thing of these classes is, and in each format for libraries; None where none is."""
    kind = next((KINDS[name] for name in types if KINDS.get(name) in CATALOGUED), "")
    if not kind or not iri.startswith(ID):
        return None
    return _address(root, iri), [
        (one, _address(root, iri, one)) for one in exchange.of_kind(kind) if one.format not in WRITERS
    ]


def _overview(request: Request) -> Response:
    counts = {kind: len(iris) for kind, iris in state_of(request).derived.get(_listed).items() if iris}
    return page(request, "records.html", counts=counts, plurals=PLURALS, formats=exchange.FORMATS)


def _listed(store: Dataset) -> dict[str, list[str]]:
    return catalogued(store, RECORDED)


def _record(request: Request) -> Response:
    path, named = _split(request.path_params["path"])
    if named and path in RECORDED:
        return _all_of(request, path, named)
    store = state_of(request).store
    found = records(store, [ID + path]).get(ID + path)
    if found and (successor := documents.successor(store, found.iri)):
        return RedirectResponse(_address(root_of(request), successor, named), 301, {"Cache-Control": "no-cache"})
    offered = exchange.of_kind(found.kind) if found else ()
    if found is None or not offered:
        raise NotFound(f"there is no record of {ID}{path}", remedy=f"Records are listed at {root_of(request)}/records.")
    if named and named not in offered:
        listing = ", ".join(one.format.name for one in offered)
        remedy = f"There is: {listing}."
        raise NotFound(f"there is no record of a {found.kind} in {named.format.label}", remedy=remedy)
    return _one(request, found, offered, named)


def _one(request: Request, found: Record, offered: tuple[Exchange, ...], named: Exchange | None) -> Response:
    """Answer with one record, or with the page about it."""
    root = root_of(request)
    alternates = [Link(_address(root, found.iri, one), "alternate", one.format.media_type) for one in offered]
    formats = (*(one.format for one in offered), HTML)
    chosen = named.format if named else representation(request, formats, alternates)
    links = [Link(quote(found.iri, safe=":/#?&=%"), rel) for rel in ("cite-as", "describes")]
    links += [*alternates, Link(f"{root}/records", "collection")]
    if found.licence:
        links.append(Link(quote(found.licence, safe=":/#?&=%"), "license"))
    headers = {"Link": header(links)} | ({} if named else {"Vary": "Accept"})
    if chosen is HTML:
        told = {one.format.label: losses(found, one.column_of(found.kind)) for one in offered}
        shown: dict[str, Any] = {"record": found, "text": isbd(found), "lost": told, "alternates": alternates}
        return keep(request, page(request, "record.html", headers=headers, formats=offered, label_of=label_of, **shown))
    made = BY_NAME[chosen.name]
    headers["Content-Location"] = _address(root, found.iri, made)
    headers["Content-Disposition"] = attachment(f"{found.path.replace('/', '-')}.{made.suffix}")
    body = made.write(state_of(request).store, [found], _main_entry(request))
    return keep(request, Response(body, headers=headers, media_type=chosen.content_type))


def _all_of(request: Request, kind: str, named: Exchange) -> Response:
    """Answer with all records of a kind."""
    if kind not in named.kinds:
        raise NotFound(f"there are no records of this kind in {named.format.label}", remedy="See /records.")
    found = [*state_of(request).derived.get(_OF_KIND[kind]).values()]
    if not found:
        raise NotFound("this dataset has none of that kind", remedy="See /records.")
    headers = {
        "Content-Disposition": attachment(f"{PLURALS[kind].lower()}.{named.suffix}"),
        "Link": header([Link(f"{root_of(request)}/records", "collection")]),
    }
    body = named.write(state_of(request).store, found, _main_entry(request))
    return keep(request, Response(body, headers=headers, media_type=named.format.content_type))


def _main_entry(request: Request) -> MainEntry:
    """Return under what MARC 21 is to enter plans and declarations; raises `InputError`."""
    wanted = request.query_params.get("main_entry", "title")
    if wanted not in get_args(MainEntry):
        raise InputError(f"there is no main entry {wanted!r}", remedy=f"There is: {', '.join(get_args(MainEntry))}.")
    return cast(MainEntry, wanted)


def _split(path: str) -> tuple[str, Exchange | None]:
    """Return what is named, and the format that the suffix is; any other suffix belongs to the name."""
    stem, dot, suffix = path.rpartition(".")
    named = BY_NAME.get(suffix) if dot else None
    return (stem if named else path), named


def _address(root: str, iri: str, named: Exchange | None = None) -> str:
    return f"{root}/records/{quote(iri.removeprefix(ID))}" + (f".{named.format.name}" if named else "")
