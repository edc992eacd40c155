"""Linked data: `/id/…` sends to `/doc/…`; that, `/ont`, `/scheme/…` and `/graph/…` answer with a page or with RDF."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import format_datetime
from typing import Any, ClassVar
from urllib.parse import quote, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from aseancan_kg.catalogue import changes, distributions, documents, identifiers, things
from aseancan_kg.catalogue.aspects import aspects
from aseancan_kg.catalogue.changes import Change
from aseancan_kg.catalogue.documents import DATASET, Document
from aseancan_kg.catalogue.identifiers import Identifiers
from aseancan_kg.catalogue.things import Thing
from aseancan_kg.errors import NotAcceptable, NotFound
from aseancan_kg.library.citing.references import citable, references
from aseancan_kg.mediatypes import HTML, LINKSET, LINKSET_TEXT, PLAIN_JSON, Format, languages
from aseancan_kg.namespaces import BASE, ID, ONT
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.web import records, signposting
from aseancan_kg.web.kept import keep
from aseancan_kg.web.pages import home, page
from aseancan_kg.web.pictures import of_thing
from aseancan_kg.web.representations import representation, signposted
from aseancan_kg.web.signposting import OFFERED, Address, Link, split
from aseancan_kg.web.state import chosen_format, local_path, locally, page_number, root_of, state_of

_CHOICES, _GONE = 300, 410
_ONTOLOGY = f"{BASE}ont"
_OURS = re.compile(re.escape(BASE.rstrip("/")).replace("https", "https?", 1) + "(?:/|$)")
_VERSION_OF_ONTOLOGY = re.compile(r"/ont/(\d+\.\d+\.\d+)")
"""What `owl:versionIRI` of the ontology leads to: it has the number of the release."""


@dataclass(frozen=True, slots=True)
class Edition:
    """A dataset whose things are described below a path of the service: the one that is served, or one of its releases.

    `where` is what a message about it ends with, `template` that of a thing's page.
    """

    store: Dataset
    path: str = ""
    where: str = ""
    template: ClassVar = "thing.html"

    def headers(self, request: Request, chosen: Format) -> dict[str, str]:
        """Return the headers that a representation has because it is of this edition."""
        return {"Last-Modified": format_datetime(state_of(request).since, usegmt=True)}

    def links(self, request: Request, found: Document, address: Address, chosen: Format) -> list[Link]:
        """Return the links of one representation of a document."""
        return signposting.links(found, address, chosen)

    def told(self, request: Request, shown: Thing) -> dict[str, Any]:
        """Return what the template has besides the thing and its addresses."""
        iri = shown.document.iri
        return {
            "aspects": aspects(self.store, iri, [one.iri for one in shown.types]),
            "pictures": of_thing(request, iri),
            "reference": references(self.store, [iri])[iri] if citable(iri) else None,
            "changes": _changes(request, iri),
            "history": history(request, shown.document),
            "record": records.addresses(root_of(request), iri, [one.iri for one in shown.types]),
        }


async def thing(request: Request) -> Response:
    """Answer `/id/…`: 303 to the document about the thing."""
    return await run_in_threadpool(thing_in, request, _current(request))


async def document(request: Request) -> Response:
    """Answer `/doc/…`, `/ont`, `/scheme/…` and `/graph/…`.

    A suffix names one representation; else `format=` does; else the Accept header chooses.
    """
    return await run_in_threadpool(_document, request)


async def linkset(request: Request) -> Response:
    """Answer `/linkset/…`: the links of the document at that path, of all its representations."""
    return await run_in_threadpool(_linkset, request)


async def look_up(request: Request) -> Response:
    """Answer `/`: the home page; with `?uri=…` an IRI of ours sends to its document, any other has one here."""
    if "uri" not in request.query_params:
        return await home(request)
    return await run_in_threadpool(_look_up, request)


def thing_in(request: Request, edition: Edition) -> Response:
    """Answer `…/id/…` in an edition."""
    path = request.path_params["path"]
    iris = _meant(request, edition, ID + path)
    addresses = [f"/id/{quote(identifiers.path_of(one))}" for one in iris]
    if len(iris) > 1:
        return _choices(request, edition, iris, addresses)
    if iris[0] != ID + path or not identifiers.is_canonical(path, _raw(request)):
        return _redirect(request, edition, addresses[0], 301)
    links = [Link(Address(root_of(request) + edition.path, iris[0]).location(), "describedby")]
    return _redirect(request, edition, local_path(iris[0]), 303, Link=signposting.header(links))


def document_in(request: Request, edition: Edition) -> Response:
    """Answer `…/doc/…` and the like in an edition."""
    path = request.scope["path"].removeprefix(root_of(request) + edition.path)
    iri, named = split(path)
    iris = [_ONTOLOGY] if iri in (f"{ID}ont", ONT) else _meant(request, edition, iri)
    suffix = f".{named.name}" if named else ""
    addresses = [f"{local_path(one)}{suffix}" for one in iris]
    if len(iris) > 1:
        return _choices(request, edition, iris, addresses)
    written = path.removeprefix("/")
    if iris[0] != iri or not written.endswith(suffix) or not identifiers.is_canonical(written, _raw(request)):
        return _redirect(request, edition, addresses[0], 301)
    return _represent(request, edition, iri, named)


def _current(request: Request) -> Edition:
    return Edition(state_of(request).store)


def _document(request: Request) -> Response:
    path = request.scope["path"].removeprefix(root_of(request))
    if version := _VERSION_OF_ONTOLOGY.fullmatch(path):
        if not any(one.version == version[1] for one in state_of(request).available()):
            raise NotFound(f"there is no ontology {version[1]}", remedy="The releases are listed at /r.")
        return _redirect(request, _current(request), f"/r/{version[1]}/ont", 303)
    return document_in(request, _current(request))


def _linkset(request: Request) -> Response:
    if "path" in request.path_params:
        path = f"/{request.path_params['path']}"
        iri, _ = split(path)
        iris = _meant(request, _current(request), iri)
        if len(iris) > 1 or local_path(iris[0]) != quote(path):
            # Whoever asks learns at the document which one is meant.
            target = local_path(iri) if len(iris) > 1 else f"/linkset{local_path(iris[0])}"
            return _redirect(request, _current(request), target, 301)
    else:
        iri = request.query_params.get("uri", "")
    found = documents.document(state_of(request).store, iri, page_number(request))
    chosen = chosen_format(request, (LINKSET, LINKSET_TEXT), request.query_params.get("format"))
    address = Address(root_of(request), iri, found.page)
    links = signposting.link_set(found, address)
    if iri == DATASET:
        files = distributions.distributions(state_of(request).store, state_of(request).downloads.files)
        links[address.location()] += signposting.items(address.root, files)
    text = signposting.as_json(links) if chosen is LINKSET else signposting.as_text(links)
    response = Response(text, headers={"Vary": "Accept"}, media_type=chosen.content_type)
    return keep(request, response, "page", "format", *(() if "path" in request.path_params else ("uri",)))


def _look_up(request: Request) -> Response:
    asked = request.query_params["uri"].strip()
    if ours := _OURS.match(asked):
        # The doors know every spelling; what has a part is described with it.
        path = local_path(BASE + asked[ours.end() :]) or f"/{quote(identifiers.tidy(asked[ours.end() :]))}"
        whole, mark, part = path.partition("#")
        carried = urlencode([pair for pair in request.query_params.multi_items() if pair[0] in ("format", "page")])
        query = f"?{carried}" if carried else ""
        return RedirectResponse(f"{root_of(request)}{whole}{query}{mark}{part}", 303)
    iri = identifiers.known_form(state_of(request).store, asked)
    if iri is None:
        remedy = "Give a whole IRI; what is known by name is found at /search."
        raise NotFound(f"nothing is known about {asked}", remedy=remedy)
    return _represent(request, _current(request), iri, None)


def _meant(request: Request, edition: Edition, iri: str) -> Sequence[str]:
    """Return what an IRI may mean: itself or its successor, else what is spelt or named so; raises `NotFound`."""
    store = edition.store
    if store.knows(iri):
        return (documents.successor(store, iri) or iri,)
    namespace = next(one for one in (ID, ONT, BASE) if iri.startswith(one))
    tidy = namespace + identifiers.tidy(iri.removeprefix(namespace))
    if store.knows(tidy):
        return (tidy,)
    known = state_of(request).derived_of(store).get(Identifiers)
    if found := known.meant(iri):
        return found
    near = [
        f"{root_of(request)}{edition.path}{local_path(one)}"
        for name in known.near(identifiers.path_of(iri))
        for one in known.find(name)
    ]
    remedy = f"Did you mean {' or '.join(near)}?" if near else None
    raise NotFound(f"nothing is known about {iri}{edition.where}", remedy=remedy)


def _represent(request: Request, edition: Edition, iri: str, named: Format | None) -> Response:
    """Answer with the representation of a document that a suffix has named, else with the one that is wanted."""
    address = Address(root_of(request) + edition.path, iri, page_number(request))
    chosen = named or representation(request, OFFERED, signposting.alternates(address))
    store = edition.store
    if chosen is HTML:
        shown = things.thing(store, iri, address.page, languages(request.headers.get("accept-language")))
        found = shown.document
        links = edition.links(request, found, address, chosen)
        request.state.within = edition.path
        response = page(
            request,
            edition.template,
            path=address.location().removeprefix(root_of(request)),
            about=iri,
            version=store.version,
            thing=shown,
            downloads=address.downloads(),
            links=links,
            address=address,
            **edition.told(request, shown),
        )
        if shown.language and not shown.language.startswith("en"):
            response.headers["Content-Language"] = f"{shown.language}, en"
    else:
        found = documents.document(store, iri, address.page)
        links = edition.links(request, found, address, chosen)
        response = Response(documents.written(store, found, chosen), media_type=chosen.content_type)
    response.status_code = _GONE if found.withdrawn else 200
    response.headers.update(edition.headers(request, chosen))
    return signposted(request, response, address, chosen, links, named=bool(named), by_language=chosen is HTML)


def history(request: Request, found: Document) -> list[tuple[Change, str | None]]:
    """Return the changes of a document, the newest first, each with where it is told what it changed there."""
    return [(one, compared(request, one.after, found.iri)) for one in changes.told(found.records)]


def compared(request: Request, version: str, iri: str) -> str | None:
    """Return where it is told what a version says otherwise of an IRI, if it can be had and is told on a page."""
    path = signposting.comparison(iri)
    return f"/r/{version}{path}" if path and state_of(request).has(version) else None


def _changes(request: Request, iri: str) -> str | None:
    """Return where it is told what the last release has changed of an IRI, if it has."""
    path, state = signposting.comparison(iri), state_of(request)
    step = state.downloads.step_to(state.store.version)
    named = step and any(iri in step[how] for how in ("added", "changed", "removed"))
    return f"/r/{state.store.version}{path}" if path and named else None


def _raw(request: Request) -> str:
    """Return the path as it was sent, before percent signs were decoded."""
    return str(request.scope.get("raw_path", b"").decode("latin-1"))


def _redirect(request: Request, edition: Edition, path: str | None, status: int, **headers: str) -> Response:
    target = locally(request, edition.path + (path or "/"))
    return RedirectResponse(target, status, {"Cache-Control": "no-cache", **headers})


def _choices(request: Request, edition: Edition, iris: Sequence[str], paths: Sequence[str]) -> Response:
    """Answer 300 with the list of what may be meant, as a page or as JSON."""
    asked = [pair for pair in request.query_params.multi_items() if pair[0] != "page"]  # of something else
    query = f"?{urlencode(asked)}" if asked else ""
    addresses = [f"{root_of(request)}{edition.path}{path}{query}" for path in paths]
    labels = edition.store.labels(iris)
    choices = [
        {"iri": iri, "label": labels[iri].value if iri in labels else iri, "href": address}
        for iri, address in zip(iris, addresses, strict=True)
    ]
    links = signposting.header(Link(one, "alternate") for one in addresses)
    headers = {"Vary": "Accept", "Link": links, "Cache-Control": "no-cache"}
    try:
        chosen = chosen_format(request, (PLAIN_JSON, HTML), None)
    except NotAcceptable:
        chosen = PLAIN_JSON  # a client that asked for Turtle still has to learn what to choose from
    if chosen is HTML:
        return page(request, "choices.html", status_code=_CHOICES, headers=headers, choices=choices)
    text = json.dumps({"choices": choices}, ensure_ascii=False)
    return Response(text, _CHOICES, headers, media_type=chosen.content_type)
