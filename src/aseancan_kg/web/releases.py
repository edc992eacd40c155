"""`/r`: the releases of the dataset, what changed between them, and everything in a release as it was.

`/r/{version}/…` mirrors the addresses of the current release. A version is the hash of a dataset's content; the number
of a release, 0.1.0, is sent to it. Representations in a release never change; they are mementos (RFC 7089).
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, time
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response

from aseancan_kg.archive import Release
from aseancan_kg.catalogue import documents, releases, things
from aseancan_kg.errors import NotFound
from aseancan_kg.library import sheets
from aseancan_kg.library.sheets import Sheet
from aseancan_kg.mediatypes import (
    CSV,
    GRAPH_FORMATS,
    HTML,
    PLAIN_JSON,
    RDF_PATCH,
    XLSX,
    Format,
    languages,
    named,
    negotiate,
)
from aseancan_kg.namespaces import BASE, ID, ONT
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.store.representation import write
from aseancan_kg.web import signposting
from aseancan_kg.web.downloads import attachment
from aseancan_kg.web.entities import page_number, split
from aseancan_kg.web.kept import KEEP, etag
from aseancan_kg.web.pages import page
from aseancan_kg.web.signposting import OFFERED, Address, Link, comparison
from aseancan_kg.web.state import accept_of, chosen_format, local_path, root_of, state_of

FOREVER = "public, max-age=31536000, immutable"

_LICENCE = "https://creativecommons.org/licenses/by/4.0/"
_LISTED = (HTML, PLAIN_JSON, *GRAPH_FORMATS)
_COMPARED = (HTML, RDF_PATCH, PLAIN_JSON)

Answer = Callable[[Request, Release], Response]


async def release_list(request: Request) -> Response:
    """Answer `/r`: every release, as a page, JSON or RDF."""
    return await run_in_threadpool(_release_list, request)


async def release(request: Request) -> Response:
    """Answer `/r/{version}`: one release, its files, and the identifiers that changed."""
    return await _in_release(request, _release)


async def changes(request: Request) -> Response:
    """Answer `/r/{version}/changes.csv`, `.xlsx` and `.json`: the identifiers that changed."""
    return await _in_release(request, _changes)


async def difference(request: Request) -> Response:
    """Answer `/r/{version}/changes/{kind}/{slug}`: what the release says otherwise of one thing."""
    return await _in_release(request, _difference)


async def quads(request: Request) -> Response:
    """Answer `/r/{version}/aseancan-{version}.nq.xz`: a past release as a file."""
    return await _in_release(request, _quads)


async def thing(request: Request) -> Response:
    """Answer `/r/{version}/id/…`: 303 to the document in the release."""
    return await _in_release(request, _thing)


async def document(request: Request) -> Response:
    """Answer `/r/{version}/doc/…`, `/ont`, `/scheme/…`, `/graph/…`, `/dataset` and `/shapes` in a release."""
    return await _in_release(request, _document)


async def _in_release(request: Request, answer: Answer) -> Response:
    """Find the release and let `answer` answer in a thread; a number is sent to the hash it stands for."""

    def find() -> Response:
        wanted = request.path_params["version"]
        for one in kept(request):
            if wanted == one.dataset:
                return answer(request, one)
            if wanted == one.version:
                rest = request.scope["path"].removeprefix(f"{root_of(request)}/r/{wanted}")
                query = f"?{request.url.query}" if request.url.query else ""
                return RedirectResponse(f"{root_of(request)}/r/{one.dataset}{quote(rest)}{query}", 301)
        raise NotFound(f"there is no release {wanted}", remedy="The releases are listed at /r.")

    return await run_in_threadpool(find)


def kept(request: Request) -> list[Release]:
    """Return the releases that can be had here, the newest first."""
    state = state_of(request)
    told = state.derived.get(releases.releases)
    return [one for one in told if one.dataset == state.store.version or state.releases.has(one.dataset)]


def _store(request: Request, one: Release) -> Dataset:
    state = state_of(request)
    return state.store if one.dataset == state.store.version else state.releases.store(one.dataset)


def _earlier(request: Request, one: Release) -> Release | None:
    """Return the release before one, if it can be had."""
    listed = kept(request)
    return next(iter(listed[listed.index(one) + 1 :]), None)


def _step(request: Request, one: Release) -> Mapping[str, Any] | None:
    """Return what the build wrote of the step that leads to a release; none leads to the first."""
    return next((step for step in state_of(request).downloads.changes if step["to"]["dataset"] == one.dataset), None)


def _release_list(request: Request) -> Response:
    listed = kept(request)
    chosen = chosen_format(request, _LISTED, request.query_params.get("format"))
    steps = {one.dataset: _step(request, one) for one in listed}
    headers = {"Vary": "Accept", "Cache-Control": "no-cache"}
    if chosen is HTML:
        return page(request, "releases.html", releases=listed, steps=steps, headers=headers)
    if chosen is PLAIN_JSON:
        return _json([_told(request, one) for one in listed], headers)
    return _rdf(request, listed, chosen, headers)


def _release(request: Request, one: Release) -> Response:
    chosen = chosen_format(request, _LISTED, request.query_params.get("format"))
    headers = {"Vary": "Accept", "Cache-Control": "no-cache"}
    if chosen is PLAIN_JSON:
        return _json(_told(request, one), headers)
    if chosen is not HTML:
        return _rdf(request, [one], chosen, headers)
    step = _step(request, one)
    rows = releases.changes(state_of(request).store, step) if step else []
    return page(
        request,
        "release.html",
        release=one,
        current=one.dataset == state_of(request).store.version,
        files=_files(request, one),
        step=step,
        earlier=_earlier(request, one),
        rows=[(row, comparison(row.thing.iri)) for row in rows],
        headers=headers,
    )


def _told(request: Request, one: Release) -> dict[str, Any]:
    step = _step(request, one)
    return {
        "version": one.version,
        "dataset": one.dataset,
        "issued": one.issued.isoformat(),
        "address": releases.address(one),
        "files": _files(request, one),
        "changes": {name: value if isinstance(value, int | str) else len(value) for name, value in step.items()}
        | {"from": step["from"]["dataset"], "to": one.dataset}
        if step
        else None,
    }


def _files(request: Request, one: Release) -> list[dict[str, Any]]:
    """Return name, address, size in bytes and SHA-256 of each file of a release."""
    state, root = state_of(request), root_of(request)
    if one.dataset == state.store.version:
        return [
            {"name": file.name, "href": f"{root}/downloads/{file.name}", "bytes": file.size, "sha256": file.sha256}
            for file in state.downloads.files
        ]
    kept = state.releases.archived(one.dataset)
    name = kept.file.name
    size = kept.file.stat().st_size
    return [{"name": name, "href": f"{root}/r/{one.dataset}/{name}", "bytes": size, "sha256": kept.sha256}]


def _changes(request: Request, one: Release) -> Response:
    step = _step(request, one)
    if step is None:
        raise NotFound(f"no changes are known that led to release {one.version}")
    chosen = named(request.path_params["suffix"], (CSV, XLSX, PLAIN_JSON))
    rows = releases.changes(state_of(request).store, step)
    if chosen is PLAIN_JSON:
        told = [
            {
                "change": row.how,
                "identifier": row.thing.iri,
                "label": row.thing.label,
                "replacedBy": [each.iri for each in row.replacements],
            }
            for row in rows
        ]
        return _json(told, {"Cache-Control": "no-cache"})
    about = (
        ("Release", one.version),
        ("Dataset version", one.dataset),
        ("Compared with", step["from"]["version"]),
        ("Licence", _LICENCE),
        ("Address", f"{releases.address(one)}/changes.{chosen.name}"),
    )
    cells = [
        (row.how, row.thing.iri, row.thing.label, " | ".join(each.iri for each in row.replacements)) for row in rows
    ]
    title = f"Identifiers that changed in release {one.version}"
    sheet = Sheet(title, ("change", "identifier", "label", "replaced by"), cells, about)
    headers = {
        "Content-Disposition": attachment(f"aseancan-{one.version}-changes.{chosen.name}"),
        "Cache-Control": "no-cache",
    }
    return Response(sheets.WRITERS[chosen](sheet), headers=headers, media_type=chosen.content_type)


def _difference(request: Request, one: Release) -> Response:
    path = request.path_params["path"]
    stem, _, suffix = path.rpartition(".")
    is_named = suffix in (RDF_PATCH.name, PLAIN_JSON.name)
    chosen = named(suffix, _COMPARED) if is_named else negotiate(accept_of(request), _COMPARED)
    iri = _compared(stem if is_named else path)
    earlier = _earlier(request, one)
    if earlier is None:
        raise NotFound(f"release {one.version} is the first, so nothing changed in it")
    found = releases.difference(_store(request, earlier), _store(request, one), iri)
    headers = {"Cache-Control": FOREVER if is_named else "no-cache", **({} if is_named else {"Vary": "Accept"})}
    if chosen is HTML:
        address = f"{root_of(request)}/r/{one.dataset}{comparison(iri)}"
        values: dict[str, Any] = {"found": found, "release": one, "earlier": earlier, "comparison": address}
        request.state.within = f"/r/{one.dataset}"
        return page(request, "difference.html", headers=headers, **values)
    if chosen is RDF_PATCH:
        text = releases.patch(earlier, one, found)
        return Response(text, headers={**headers, "ETag": etag(text.encode())}, media_type=chosen.content_type)
    told = {"from": earlier.dataset, "to": one.dataset, "identifier": iri}
    return _json(told | {"added": found.lines_added, "removed": found.lines_removed}, headers)


def _compared(path: str) -> str:
    if path.startswith("ont/"):
        return ONT + path.removeprefix("ont/")
    return (BASE if path.startswith("scheme/") else ID) + path


def _quads(request: Request, one: Release) -> Response:
    kept = state_of(request).releases.archived(one.dataset)
    if request.path_params["name"] != kept.file.name:
        raise NotFound(f"there is no such file in release {one.version}", remedy=f"There is {kept.file.name}.")
    return FileResponse(kept.file, headers={"Cache-Control": FOREVER}, media_type="application/x-xz")


def _thing(request: Request, one: Release) -> Response:
    iri = ID + request.path_params["path"]
    if not _store(request, one).knows(iri):
        raise NotFound(f"nothing is known about {iri} in release {one.version}")
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"{root_of(request)}/r/{one.dataset}{local_path(iri)}{query}", 303)


def _document(request: Request, one: Release) -> Response:
    root, within = root_of(request), f"/r/{one.dataset}"
    iri, suffix = split(request.scope["path"].removeprefix(f"{root}{within}"))
    wanted = request.query_params.get("format")
    chosen = suffix or chosen_format(request, OFFERED, wanted)
    address = Address(f"{root}{within}", iri, page_number(request))
    store = _store(request, one)
    if chosen is HTML:
        shown = things.thing(store, iri, address.page, languages(request.headers.get("accept-language")))
        found, links = shown.document, _links(request, shown.document, address, chosen)
        request.state.within = within
        values: dict[str, Any] = {
            "thing": shown,
            "aspects": (),
            "pictures": (),
            "downloads": [(each, address.location(each)) for each in OFFERED if each is not HTML],
            "links": links,
            "address": address,
            "release": one,
            "today": f"{root}{local_path(iri)}",
        }
        response = page(request, "past.html", path=address.location().removeprefix(root), **values)
        response.headers["Cache-Control"] = "no-cache"  # what it says of this site may change
    else:
        found = documents.document(store, iri, address.page)
        links = _links(request, found, address, chosen)
        response = Response(documents.written(store, found, chosen), media_type=chosen.content_type)
        # The current one can be built anew with another description; what is archived cannot.
        response.headers["Cache-Control"] = "no-cache" if store is state_of(request).store else FOREVER
    midnight = datetime.combine(one.issued, time(), UTC)
    response.headers["Memento-Datetime"] = format_datetime(midnight, usegmt=True)
    response.headers["AC-Dataset-Version"] = one.dataset
    response.headers["Content-Location"] = address.location(chosen)
    response.headers["Link"] = signposting.header(links)
    response.headers["ETag"] = etag(response.body)
    if not suffix and not wanted:
        response.headers["Vary"] = "Accept, Accept-Language" if chosen is HTML else "Accept"
    request.scope[KEEP] = True
    return response


def _links(request: Request, found: documents.Document, address: Address, chosen: Format) -> list[Link]:
    """Return the links of a document in its release, and to the document it is a memento of (RFC 7089 §2.2)."""
    own = [each for each in signposting.links(found, address, chosen) if each.rel != "linkset"]
    return [*own, Link(f"{root_of(request)}{local_path(found.iri)}", "original")]


def _json(told: object, headers: Mapping[str, str]) -> Response:
    text = json.dumps(told, ensure_ascii=False, indent=1)
    return Response(text, headers=dict(headers), media_type=PLAIN_JSON.content_type)


def _rdf(request: Request, told: Sequence[Release], chosen: Format, headers: Mapping[str, str]) -> Response:
    body = write(releases.record(state_of(request).store, told), chosen)
    return Response(body, headers={**headers, "ETag": etag(body)}, media_type=chosen.content_type)
