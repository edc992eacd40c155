"""`/r`: the releases of the dataset, what changed between them, and everything in a release as it was.

`/r/{version}/…` mirrors the addresses of the current release. A version is the hash of a dataset's content; the number
of a release, 0.1.0, is sent to it. RDF in a past release never changes: it is a memento (RFC 7089). Pages may,
since what they say around it is of today, and the current release can be described anew.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from email.utils import format_datetime
from typing import Any, ClassVar
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from aseancan_kg.archive import Archived, Release
from aseancan_kg.catalogue import distributions, documents, releases
from aseancan_kg.catalogue.changes import latest
from aseancan_kg.catalogue.distributions import Distribution, File
from aseancan_kg.catalogue.things import Thing
from aseancan_kg.errors import NotFound
from aseancan_kg.library import sheets
from aseancan_kg.library.citing.references import references
from aseancan_kg.library.sheets import Sheet
from aseancan_kg.mediatypes import (
    CSV,
    GRAPH_FORMATS,
    HTML,
    PLAIN_JSON,
    RDF_PATCH,
    XLSX,
    Format,
    named,
)
from aseancan_kg.namespaces import BASE, ID, ONT
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.web import entities, signposting
from aseancan_kg.web.downloads import Download, attachment, rows
from aseancan_kg.web.entities import Edition
from aseancan_kg.web.kept import etag
from aseancan_kg.web.pages import page
from aseancan_kg.web.representations import representation
from aseancan_kg.web.signposting import Address, Link, comparison
from aseancan_kg.web.state import FOREVER, local_path, locally, root_of, state_of

MOST_CHANGES = 50
"""Changes that are listed, the latest; what changed a thing stands with it."""
_LICENCE = "https://creativecommons.org/licenses/by/4.0/"
_LISTED = (HTML, PLAIN_JSON, *GRAPH_FORMATS)
_COMPARED = (HTML, RDF_PATCH, PLAIN_JSON)

Answer = Callable[[Request, Release], Response]


async def release_list(request: Request) -> Response:
    """Answer `/r`: every release and the latest changes, as a page, JSON or RDF."""
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
    return await _in_release(request, lambda request, one: entities.thing_in(request, _past(request, one)))


async def document(request: Request) -> Response:
    """Answer `/r/{version}/doc/…`, `/ont`, `/scheme/…`, `/graph/…`, `/dataset` and `/shapes` in a release."""
    return await _in_release(request, lambda request, one: entities.document_in(request, _past(request, one)))


async def _in_release(request: Request, answer: Answer) -> Response:
    """Find the release and let `answer` answer in a thread; a number is sent to the hash it stands for."""

    def find() -> Response:
        wanted = request.path_params["version"]
        rest = request.scope["path"].removeprefix(f"{root_of(request)}/r/{wanted}")
        for one in state_of(request).available():
            if wanted == one.dataset and rest != "/":
                return answer(request, one)
            if wanted in (one.dataset, one.version):
                return _redirect(request, one, quote(rest.rstrip("/")), 301)
        raise NotFound(f"there is no release {wanted}", remedy="The releases are listed at /r.")

    return await run_in_threadpool(find)


def _redirect(request: Request, one: Release, path: str, status: int) -> Response:
    return RedirectResponse(locally(request, f"/r/{one.dataset}{path}"), status)


def _store(request: Request, one: Release) -> Dataset:
    state = state_of(request)
    return state.store if _is_current(request, one) else state.releases.store(one.dataset)


def _is_current(request: Request, one: Release) -> bool:
    return one.dataset == state_of(request).store.version


def _earlier(request: Request, one: Release) -> Release | None:
    """Return the release before one, if it can be had."""
    listed = state_of(request).available()
    return next(iter(listed[listed.index(one) + 1 :]), None)


def _step(request: Request, one: Release) -> Mapping[str, Any] | None:
    return state_of(request).downloads.step_to(one.dataset)


def _release_list(request: Request) -> Response:
    state, chosen = state_of(request), representation(request, _LISTED)
    available = state.available()
    made = [one for one in available if one.change][:MOST_CHANGES]
    listed = [one for one in available if not one.change or one in made]
    if chosen is HTML:
        told = [one for one in listed if not one.change]
        values: dict[str, Any] = {"releases": told, "steps": {one.dataset: _step(request, one) for one in told}}
        values |= {"history": [(one, None) for one in latest(state.store, MOST_CHANGES)]}
        return _varying(page(request, "releases.html", **values))
    if chosen is PLAIN_JSON:
        return _varying(_json([_told(request, one) for one in listed]))
    return _varying(_rdf(request, listed, chosen))


def _release(request: Request, one: Release) -> Response:
    chosen = representation(request, _LISTED)
    if chosen is PLAIN_JSON:
        return _varying(_json(_told(request, one)))
    if chosen is not HTML:
        return _varying(_rdf(request, [one], chosen))
    if one.change:
        return RedirectResponse(f"{root_of(request)}/change/{one.change}", 303, {"Vary": "Accept"})
    step, address = _step(request, one), releases.address(one)
    changed = releases.changes(state_of(request).store, step) if step else []
    values: dict[str, Any] = {
        "version": one.dataset,
        "release": one,
        "current": _is_current(request, one),
        "cited": references(state_of(request).store, [address])[address],
        "files": rows(root_of(request), _files(request, one), _distributions(request, one)),
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
        "files": rows(root_of(request), _files(request, one), _distributions(request, one)),
        "changes": {name: value if isinstance(value, int | str) else len(value) for name, value in step.items()}
        | {"from": step["from"]["dataset"], "to": one.dataset}
        if step
        else None,
    }


def _files(request: Request, one: Release) -> Sequence[File]:
    state = state_of(request)
    if one.dataset == state.store.version.partition("+")[0]:  # what the journal has changed since are not the files
        return state.downloads.files
    kept = next((each for each in state.archive if each.dataset == one.dataset), None)
    if not isinstance(kept, Archived):
        return ()
    name = kept.file.name
    return [File(name, f"{releases.address(one)}/{name}", kept.file.stat().st_size, kept.sha256)]


def _distributions(request: Request, one: Release) -> list[Distribution]:
    """Return the distributions of a release; the terms of the whole have been the same for every one."""
    return distributions.distributions(state_of(request).store, _files(request, one), releases.address(one))


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
        values |= {"about": iri, "version": one.dataset}
        return _varying(page(request, "difference.html", **values))
    if chosen is RDF_PATCH:
        patch = releases.patch(earlier.dataset, one.dataset, found.lines_removed, found.lines_added)
        response = Response(patch, media_type=chosen.content_type)
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
    if not isinstance(kept, Archived):
        raise NotFound(f"version {one.version} is not kept as a file")
    if request.path_params["name"] != kept.file.name:
        raise NotFound(f"there is no such file in release {one.version}", remedy=f"There is {kept.file.name}.")
    headers = {"Cache-Control": FOREVER, "Content-Disposition": attachment(kept.file.name)}
    return Download(kept.file, "application/x-xz", headers)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Past(Edition):
    """A release, in which things are described as they were then."""

    release: Release
    is_current: bool
    template: ClassVar = "past.html"

    def headers(self, request: Request, chosen: Format) -> dict[str, str]:
        """Return the headers of what never changes: it may be kept for ever, and is a memento of the day (RFC 7089).

        What a page says of this site may change, and the current release can be built anew with another description.
        """
        version = {"AC-Dataset-Version": self.release.dataset}
        if chosen is HTML or self.is_current:
            return {**version, "Cache-Control": "no-cache"}
        moment = format_datetime(self.release.moment.astimezone(UTC), usegmt=True)
        return {**version, "Cache-Control": FOREVER, "Memento-Datetime": moment}

    def links(self, request: Request, found: documents.Document, address: Address, chosen: Format) -> list[Link]:
        """Return the links of a document in its release, and to the document it was then (RFC 7089 §2.2).

        That one says other things by now, so it is not the canonical form of this one (RFC 6596 §3). Link sets are of
        what is served now: all the links of a past document stand with it.
        """
        told = signposting.links(found, address, chosen)
        own = [each for each in told if each.rel not in ("linkset", "canonical")]
        return [*own, Link(f"{root_of(request)}{local_path(found.iri)}", "original")]

    def told(self, request: Request, shown: Thing) -> dict[str, Any]:
        """Return what the template has besides; what was not kept with the release is not on the page."""
        today = f"{root_of(request)}{local_path(shown.document.iri)}"
        history = entities.history(request, shown.document)
        return {"aspects": (), "pictures": (), "release": self.release, "today": today, "history": history}


def _past(request: Request, one: Release) -> _Past:
    where = f" in release {one.version}"
    return _Past(_store(request, one), f"/r/{one.dataset}", where, release=one, is_current=_is_current(request, one))


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
