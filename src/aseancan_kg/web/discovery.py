"""How the dataset is found: its description, `robots.txt`, sitemaps and the feed of what changed."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from aseancan_kg.archive import Release
from aseancan_kg.catalogue import changes, distributions, documents, overview, releases
from aseancan_kg.catalogue.documents import DATASET
from aseancan_kg.errors import NotFound
from aseancan_kg.library.citing.references import references
from aseancan_kg.library.tables.tables import counts
from aseancan_kg.mediatypes import HTML, N_QUADS
from aseancan_kg.namespaces import BASE, described_iri
from aseancan_kg.web import signposting
from aseancan_kg.web.downloads import rows
from aseancan_kg.web.kept import etag
from aseancan_kg.web.pages import page
from aseancan_kg.web.releases import MOST_CHANGES
from aseancan_kg.web.representations import representation, signposted
from aseancan_kg.web.signposting import OFFERED, Address, split
from aseancan_kg.web.state import State, address_of, local_path, page_number, root_of, state_of

MOST_ADDRESSES = 50_000
"""Addresses in one sitemap (https://www.sitemaps.org/protocol.html)."""

_SITEMAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"
_ATOM = "http://www.w3.org/2005/Atom"
_NOT_FOR_ROBOTS = (
    *("/sparql?", "/sparql/", "/graph-store", "/q/", "/search", "/browse/*?", "/cite", "/unapi", "/report", "/oai"),
    *("/linkset", "/r/", "/at/", "/reconcile"),
)
"""What is made anew for each question, and what was said once; robots find everything in the documents."""


async def description(request: Request) -> Response:
    """Answer `/.well-known/void` (RFC 8615) and `/downloads`: 303 to the description, which lists the files."""
    return RedirectResponse(f"{root_of(request)}/dataset", 303)


async def dataset(request: Request) -> Response:
    """Answer `/dataset`: what this dataset is, as a page and in RDF, with sizes and checksums of its files."""
    return await run_in_threadpool(_dataset, request)


async def robots(request: Request) -> Response:
    """Answer `/robots.txt` (RFC 9309)."""
    root = root_of(request)
    lines = ["User-agent: *", *(f"Disallow: {root}{path}" for path in _NOT_FOR_ROBOTS), ""]
    return _answer(
        request, "\n".join([*lines, f"Sitemap: {address_of(request)}/sitemap.xml", ""]).encode(), "text/plain"
    )


async def sitemap_index(request: Request) -> Response:
    """Answer `/sitemap.xml`: the sitemaps."""
    parts = await run_in_threadpool(_parts, state_of(request))
    index = ET.Element("sitemapindex", xmlns=_SITEMAPS)
    for number in range(1, len(parts) + 1):
        ET.SubElement(ET.SubElement(index, "sitemap"), "loc").text = f"{address_of(request)}/sitemap-{number}.xml"
    return _answer(request, _xml(index), "application/xml")


async def sitemap(request: Request) -> Response:
    """Answer `/sitemap-{number}.xml`: documents, with the day or the time of their last change."""
    parts = await run_in_threadpool(_parts, state_of(request))
    number = request.path_params["number"]
    if not 1 <= number <= len(parts):
        raise NotFound(f"there is no sitemap {number}", remedy="They are listed in /sitemap.xml.")
    listed = ET.Element("urlset", xmlns=_SITEMAPS)
    for iri, modified in parts[number - 1]:
        url = ET.SubElement(listed, "url")
        ET.SubElement(url, "loc").text = f"{address_of(request)}{_path(iri)}"
        if modified:
            ET.SubElement(url, "lastmod").text = modified
    return _answer(request, _xml(listed), "application/xml")


async def feed(request: Request) -> Response:
    """Answer `/feed.atom`: the latest changes; what came, changed and went with each release (RFC 4287)."""
    return await run_in_threadpool(_feed, request)


def _dataset(request: Request) -> Response:
    state, root = state_of(request), root_of(request)
    iri, suffix = split(request.scope["path"].removeprefix(root))
    if iri != DATASET:
        raise NotFound(f"nothing is known about {iri}", remedy=f"The dataset is described at {root}/dataset.")
    address = Address(root, DATASET, page_number(request))
    if suffix and not request.scope["path"].endswith(suffix.name):
        return RedirectResponse(address.location(suffix), 301)
    chosen = suffix or representation(request, OFFERED, signposting.alternates(address))
    if chosen is HTML and address.page > 1:
        return RedirectResponse(Address(root, DATASET).location(suffix), 303, {"Vary": "Accept"})
    found = documents.document(state.store, DATASET, address.page)
    files = distributions.distributions(state.store, state.downloads.files)
    whole = [one for one in files if one.media_type == N_QUADS.media_type]  # the others are in the link set
    links = [*signposting.links(found, address, chosen), *signposting.items(root, whole)]
    if chosen is HTML:
        # Only what points here has pages, and the page of the dataset does not show it.
        links = [link for link in links if link.rel not in ("first", "next", "last")]
        told = state.derived.get(overview.overview)
        described = overview.as_schema_org(told, files, state.store.version)
        response = page(
            request,
            "dataset.html",
            path=address.location().removeprefix(root),
            told=told,
            figures=state.derived.get(overview.figures),
            graphs=state.store.graphs,
            files=rows(root, [each.file for each in files], files),
            releases=[one for one in state.available() if not one.change],
            has_tables=bool(state.derived.get(counts)),
            # "<" alone could end the element that holds it.
            described=json.dumps(described, ensure_ascii=False, indent=1).replace("<", "\\u003c"),
            downloads=address.downloads(),
            links=links,
            cited=references(state.store, [DATASET])[DATASET],
        )
    else:
        graphs = overview.graph_sizes(state.store)
        quads = [*documents.quads(state.store, found), *graphs, *distributions.quads(files)]
        body = documents.write_merged(quads, chosen, first=DATASET)
        response = Response(body, media_type=chosen.content_type)
    return signposted(request, response, address, chosen, links, named=bool(suffix), by_language=False)


def _parts(state: State) -> list[list[tuple[str, str | None]]]:
    """Return the documents in parts that a sitemap can hold; one, of the home page alone, where none has dates."""
    listed = [(BASE, None), *state.derived.get(overview.documents)]
    return [listed[start : start + MOST_ADDRESSES] for start in range(0, len(listed), MOST_ADDRESSES)]


def _feed(request: Request) -> Response:
    feed = ET.Element("feed", xmlns=_ATOM)
    state = state_of(request)
    told, listed = state.derived.get(overview.overview), state.available()
    latest = changes.latest(state.store, MOST_CHANGES)
    updated = max([_moment(listed), *(one.time for one in latest)])
    address = f"{address_of(request)}/feed.atom"
    for name, text in (("id", f"{BASE}feed.atom"), ("title", told.title), ("updated", updated)):
        ET.SubElement(feed, name).text = text
    ET.SubElement(feed, "link", rel="self", type="application/atom+xml", href=address)
    ET.SubElement(feed, "link", rel="alternate", type="text/html", href=f"{address_of(request)}/r")
    ET.SubElement(ET.SubElement(feed, "author"), "name").text = told.publisher.label if told.publisher else told.title
    for change in latest:
        title = f"Change {change.number}: {change.reason}"
        entry = _entry(change.iri, title, f"{address_of(request)}{local_path(change.iri)}", change.time)
        ET.SubElement(ET.SubElement(entry, "author"), "name").text = change.author
        feed.append(entry)
    for one in listed:
        if not one.change:
            feed.extend(_entries(request, one))
    return _answer(request, _xml(feed), "application/atom+xml")


def _entries(request: Request, one: Release) -> Iterator[ET.Element]:
    """Yield an entry for a release, and one for each identifier that came, changed or went with it."""
    state = state_of(request)
    release = f"{address_of(request)}/r/{one.dataset}"
    yield _entry(releases.address(one), f"Release {one.version}", release, _moment([one]))
    step = state.downloads.step_to(one.dataset)
    for row in releases.changes(state.store, step) if step else ():
        path = local_path(row.thing.iri)
        identity = f"{releases.address(one)}/changes#{row.thing.iri.removeprefix(BASE).replace('#', '/')}"
        title = f"{row.how.capitalize()}: {row.thing.label}"
        yield _entry(identity, title, f"{address_of(request)}{path}", _moment([one]), row.how)


def _entry(identity: str, title: str, address: str, updated: str, how: str | None = None) -> ET.Element:
    entry = ET.Element("entry")
    for name, text in (("id", identity), ("title", title), ("updated", updated)):
        ET.SubElement(entry, name).text = text
    ET.SubElement(entry, "link", rel="alternate", href=address)
    if how:
        ET.SubElement(entry, "category", term=how)
    return entry


def _moment(listed: list[Release]) -> str:
    """Return the beginning of the day of the newest of some releases."""
    newest = max((one.moment for one in listed if not one.change), default=datetime(1970, 1, 1, tzinfo=UTC))
    return newest.isoformat().replace("+00:00", "Z")


def _path(iri: str) -> str:
    """Return the path of a document on this host."""
    return local_path(described_iri(iri)) or "/"


def _xml(element: ET.Element) -> bytes:
    written: bytes = ET.tostring(element, encoding="utf-8", xml_declaration=True)
    return written


def _answer(request: Request, body: bytes, media_type: str) -> Response:
    # Not kept by the front, since the addresses in it are those of the host that was asked.
    headers = {"Cache-Control": "no-cache", "ETag": etag(body)}
    return Response(body, headers=headers, media_type=f"{media_type}; charset=utf-8")
