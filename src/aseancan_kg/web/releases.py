"""`/r`: the releases of the dataset, what changed between them, and everything in a release as it was.

`/r/{version}/…` mirrors the addresses of the current release. A version is the hash of a dataset's content; the number
of a release, 0.1.0, is sent to it. RDF in a past release never changes: it is a memento (RFC 7089). Pages may,
since what they say around it is of today, and the current release can be described anew.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, time
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from aseancan_kg.archive import Release
from aseancan_kg.catalogue import distributions, documents, identifiers, releases, things
from aseancan_kg.catalogue.distributions import Distribution, File, Terms
from aseancan_kg.catalogue.identifiers import Identifiers
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
)
from aseancan_kg.namespaces import BASE, ID, ONT
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.web import signposting
from aseancan_kg.web.downloads import Download, attachment
from aseancan_kg.web.kept import etag
from aseancan_kg.web.pages import page
from aseancan_kg.web.representations import representation, signposted
from aseancan_kg.web.signposting import OFFERED, Address, Link, comparison, split
from aseancan_kg.web.state import local_path, locally, page_number, root_of, state_of

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
        rest = request.scope["path"].removeprefix(f"{root_of(request)}/r/{wanted}")
        for one in kept(request):
            if wanted == one.dataset and rest != "/":
                return answer(request, one)
            if wanted in (one.dataset, one.version):
                return _redirect(request, one, quote(rest.rstrip("/")), 301)
        raise NotFound(f"there is no release {wanted}", remedy="The releases are listed at /r.")

    return await run_in_threadpool(find)


def _redirect(request: Request, one: Release, path: str, status: int) -> Response:
    return RedirectResponse(locally(request, f"/r/{one.dataset}{path}"), status)


def kept(request: Request) -> list[Release]:
    """Return the releases that can be had here, the newest first."""
    state = state_of(request)
    told = state.derived.get(releases.releases)
    return [one for one in told if one.dataset == state.store.version or state.releases.has(one.dataset)]


def _store(request: Request, one: Release) -> Dataset:
    state = state_of(request)
    return state.store if _is_current(request, one) else state.releases.store(one.dataset)


def _is_current(request: Request, one: Release) -> bool:
    return one.dataset == state_of(request).store.version


def _earlier(request: Request, one: Release) -> Release | None:
    """Return the release before one, if it can be had."""
    listed = kept(request)
    return next(iter(listed[listed.index(one) + 1 :]), None)


def _step(request: Request, one: Release) -> Mapping[str, Any] | None:
    """Return what the build wrote of the step that leads to a release; none leads to the first."""
    return next((step for step in state_of(request).downloads.changes if step["to"]["dataset"] == one.dataset), None)


def _release_list(request: Request) -> Response:
    listed = kept(request)
    chosen = representation(request, _LISTED)
    steps = {one.dataset: _step(request, one) for one in listed}
    if chosen is HTML:
        return _varying(page(request, "releases.html", releases=listed, steps=steps))
    if chosen is PLAIN_JSON:
        return _varying(_json([_told(request, one) for one in listed]))
    return _varying(_rdf(request, listed, chosen))


def _release(request: Request, one: Release) -> Response:
    chosen = representation(request, _LISTED)
    if chosen is PLAIN_JSON:
        return _varying(_json(_told(request, one)))
    if chosen is not HTML:
        return _varying(_rdf(request, [one], chosen))
    step = _step(request, one)
    changed = releases.changes(state_of(request).store, step) if step else []
    values: dict[str, Any] = {
        "release": one,
        "current": _is_current(request, one),
        "files": rows(request, _files(request, one), _distributions(request, one)),
        "step": step,
        "earlier": _earlier(request, one),
        "rows": [(row, comparison(row.thing.iri)) for row in changed],
    }
    return _varying(page(request, "release.html", **values))


def _told(request: Request, one: Release) -> dict[str, Any]:
    step = _step(request, one)
    return {
        "version": one.version,
        "dataset": one.dataset,
        "issued": one.issued.isoformat(),
        "address": releases.address(one),
        "files": rows(request, _files(request, one), _distributions(request, one)),
        "changes": {name: value if isinstance(value, int | str) else len(value) for name, value in step.items()}
        | {"from": step["from"]["dataset"], "to": one.dataset}
        if step
        else None,
    }


def _files(request: Request, one: Release) -> Sequence[File]:
    state = state_of(request)
    if _is_current(request, one):
        return state.downloads.files
    kept = state.releases.archived(one.dataset)
    name = kept.file.name
    return [File(name, f"{releases.address(one)}/{name}", kept.file.stat().st_size, kept.sha256)]


def _distributions(request: Request, one: Release) -> list[Distribution]:
    """Return the distributions of a release; the terms of the whole have been the same for every one."""
    return distributions.distributions(state_of(request).store, _files(request, one), releases.address(one))


def rows(request: Request, files: Sequence[File], found: Sequence[Distribution]) -> list[dict[str, Any]]:
    """Return name, address here, size in bytes and SHA-256 of each file; of a distribution, also its terms."""
    terms = {each.file.name: each.terms for each in found}
    told = [(file, terms.get(file.name, Terms())) for file in files]
    return [
        {
            "name": file.name,
            "href": f"{root_of(request)}/{file.url.removeprefix(BASE)}",
            "bytes": file.size,
            "sha256": file.sha256,
            "licence": held.licence,
            "rights": held.rights.value if held.rights else None,
        }
        for file, held in told
    ]


def _changes(request: Request, one: Release) -> Response:
    step = _step(request, one)
    if step is None:
        raise NotFound(f"no changes are known that led to release {one.version}")
    chosen = named(request.path_params["suffix"], (CSV, XLSX, PLAIN_JSON))
    changed = releases.changes(state_of(request).store, step)
    if chosen is PLAIN_JSON:
        told = [
            {
                "change": row.how,
                "identifier": row.thing.iri,
                "label": row.thing.label,
                "replacedBy": [each.iri for each in row.replacements],
            }
            for row in changed
        ]
        return _tagged(_json(told))
    about = (
        ("Release", one.version),
        ("Dataset version", one.dataset),
        ("Compared with", step["from"]["version"]),
        ("Licence", _LICENCE),
        ("Address", f"{releases.address(one)}/changes.{chosen.name}"),
    )
    cells = [
        (row.how, row.thing.iri, row.thing.label, " | ".join(each.iri for each in row.replacements)) for row in changed
    ]
    title = f"Identifiers that changed in release {one.version}"
    sheet = Sheet(title, ("change", "identifier", "label", "replaced by"), cells, about)
    body = sheets.WRITERS[chosen](sheet)
    headers = {"Content-Disposition": attachment(f"aseancan-{one.version}-changes.{chosen.name}")}
    return _tagged(Response(body, headers=headers, media_type=chosen.content_type))


def _difference(request: Request, one: Release) -> Response:
    path = request.path_params["path"]
    stem, _, suffix = path.rpartition(".")
    is_named = suffix in (RDF_PATCH.name, PLAIN_JSON.name)
    chosen = named(suffix, _COMPARED) if is_named else representation(request, _COMPARED)
    iri = _compared(stem if is_named else path)
    earlier = _earlier(request, one)
    if earlier is None:
        raise NotFound(f"release {one.version} is the first, so nothing changed in it")
    found = releases.difference(_store(request, earlier), _store(request, one), iri)
    if chosen is HTML:
        request.state.within = f"/r/{one.dataset}"
        address = f"{root_of(request)}/r/{one.dataset}{comparison(iri)}"
        values: dict[str, Any] = {"found": found, "release": one, "earlier": earlier, "comparison": address}
        return _varying(page(request, "difference.html", **values))
    if chosen is RDF_PATCH:
        response = Response(releases.patch(earlier, one, found), media_type=chosen.content_type)
    else:
        told = {"from": earlier.dataset, "to": one.dataset, "identifier": iri}
        response = _json(told | {"added": found.lines_added, "removed": found.lines_removed})
    if not is_named:
        return _varying(response)
    return _tagged(response, "no-cache" if _is_current(request, one) else FOREVER)


def _compared(path: str) -> str:
    if path.startswith("ont/"):
        return ONT + path.removeprefix("ont/")
    return (BASE if path.startswith("scheme/") else ID) + path


def _quads(request: Request, one: Release) -> Response:
    kept = state_of(request).releases.archived(one.dataset)
    if request.path_params["name"] != kept.file.name:
        raise NotFound(f"there is no such file in release {one.version}", remedy=f"There is {kept.file.name}.")
    headers = {"Cache-Control": FOREVER, "Content-Disposition": attachment(kept.file.name)}
    return Download(kept.file, "application/x-xz", headers)


def _thing(request: Request, one: Release) -> Response:
    asked = ID + request.path_params["path"]
    iri = _meant(request, one, asked)
    if iri != asked:
        return _redirect(request, one, f"/id/{quote(identifiers.path_of(iri))}", 301)
    return _redirect(request, one, local_path(iri) or "", 303)


def _meant(request: Request, one: Release, iri: str) -> str:
    """Return what an IRI means in a release: itself, else the one that is spelt or named so; raises `NotFound`."""
    store = _store(request, one)
    if store.knows(iri):
        return iri
    found = state_of(request).derived_of(store).get(Identifiers).meant(iri)
    if len(found) == 1:
        return found[0]
    near = [f"{root_of(request)}/r/{one.dataset}{local_path(each)}" for each in found]
    remedy = f"Did you mean {' or '.join(near)}?" if near else None
    raise NotFound(f"nothing is known about {iri} in release {one.version}", remedy=remedy)


def _document(request: Request, one: Release) -> Response:
    root, within = root_of(request), f"/r/{one.dataset}"
    asked, suffix = split(request.scope["path"].removeprefix(f"{root}{within}"))
    iri, ending = _meant(request, one, asked), f".{suffix.name}" if suffix else ""
    if iri != asked or not request.scope["path"].endswith(ending):
        return _redirect(request, one, f"{local_path(iri)}{ending}", 301)
    address = Address(f"{root}{within}", iri, page_number(request))
    chosen = suffix or representation(request, OFFERED, signposting.alternates(address))
    store = _store(request, one)
    if chosen is HTML:
        shown = things.thing(store, iri, address.page, languages(request.headers.get("accept-language")))
        found, links = shown.document, _links(request, shown.document, address, chosen)
        request.state.within = within
        values: dict[str, Any] = {
            "thing": shown,
            "aspects": (),
            "pictures": (),
            "downloads": address.downloads(),
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
        response.headers.update({"Cache-Control": "no-cache"} if _is_current(request, one) else _fixed(one))
    response.headers["AC-Dataset-Version"] = one.dataset
    return signposted(request, response, address, chosen, links, named=bool(suffix), by_language=chosen is HTML)


def _fixed(one: Release) -> dict[str, str]:
    """Return the headers of what never changes: it may be kept for ever, and is a memento of the day (RFC 7089)."""
    midnight = datetime.combine(one.issued, time(), UTC)
    return {"Cache-Control": FOREVER, "Memento-Datetime": format_datetime(midnight, usegmt=True)}


def _links(request: Request, found: documents.Document, address: Address, chosen: Format) -> list[Link]:
    """Return the links of a document in its release, and to the document it was then (RFC 7089 §2.2).

    That one says other things by now, so it is not the canonical form of this one (RFC 6596 §3).
    """
    told = signposting.links(found, address, chosen)
    own = [each for each in told if each.rel not in ("linkset", "canonical")]
    return [*own, Link(f"{root_of(request)}{local_path(found.iri)}", "original")]


def _json(told: object) -> Response:
    text = json.dumps(told, ensure_ascii=False, indent=1)
    return Response(text, media_type=PLAIN_JSON.content_type)


def _rdf(request: Request, told: Sequence[Release], chosen: Format) -> Response:
    quads = releases.record(state_of(request).store, told)
    for one in told:
        quads += distributions.quads(_distributions(request, one))
    return Response(documents.write_merged(quads, chosen), media_type=chosen.content_type)


def _varying(response: Response) -> Response:
    """Say that what Accept prefers was sent, and let a client ask whether that has changed."""
    response.headers["Vary"] = "Accept"
    return _tagged(response)


def _tagged(response: Response, keeping: str = "no-cache") -> Response:
    response.headers.update({"ETag": etag(response.body), "Cache-Control": keeping})
    return response
