"""`/browse`: the kinds of things; `/browse/{kind}`: those of a kind, narrowed down by facets."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from aseancan_kg.catalogue import listing
from aseancan_kg.catalogue.facets import SHELVES, Facet
from aseancan_kg.catalogue.kinds import BY_NAME, Kind
from aseancan_kg.catalogue.listing import Choice, Item, Listing, Selection, Value
from aseancan_kg.errors import InputError, NotAcceptable, NotFound
from aseancan_kg.library.sheets import Sheet
from aseancan_kg.mediatypes import CSV, HTML, JSON_LD, XLSX, Format
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.store.representation import write
from aseancan_kg.web.kept import keep
from aseancan_kg.web.pages import page
from aseancan_kg.web.representations import representation
from aseancan_kg.web.state import page_number, state_of
from aseancan_kg.web.tables import file

OFFERED = (HTML, CSV, XLSX, JSON_LD)
PAGE_SIZE = 50
_MOST_SHOWN = 8
"""Values of a facet that stand above "more"."""
_MOST_DESCRIBED = 2000
"""Things described in one JSON-LD document."""
_OWN = ("sort", "page", "format")
SORTED = {"text": "order of the text", "number": "number", "label": "name", "date": "date, the newest first"}


@dataclass(frozen=True, slots=True)
class _Listing:
    """Makes the listing of a kind."""

    kind: Kind

    def __call__(self, store: Dataset) -> Listing:
        return Listing(store, self.kind)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What an address asks of a listing."""

    listing: Listing
    selection: Selection
    sort: str
    page: int

    def link(self, *, facet: Facet | None = None, value: Value | None = None, **own: str | int) -> str:
        """Return the query string of this selection with a value chosen, or left where it was; back on page 1."""
        pairs = [(name, key) for name, keys in self.selection.items() for key in keys]
        if facet and value:
            pair = (facet.name, value.key)
            pairs = [one for one in pairs if one != pair] if pair in pairs else [*pairs, pair]
        sort = {} if self.sort == self.listing.sorts[0] else {"sort": self.sort}
        return urlencode([*pairs, *({**sort, **own}).items()])


async def index(request: Request) -> Response:
    """Answer `/browse`: the kinds there are, with counts and facets."""
    return await run_in_threadpool(_index, request)


async def kind(request: Request) -> Response:
    """Answer `/browse/{kind}`, with a parameter for each facet; files hold the things of all pages."""
    chosen = representation(request, OFFERED)
    return await run_in_threadpool(_kind, request, chosen)


def _index(request: Request) -> Response:
    counts = state_of(request).derived.get(listing.counts)
    return keep(request, page(request, "browse.html", counts=counts, shelves=SHELVES))


def _kind(request: Request, chosen: Format) -> Response:
    asked = _asked(request)
    query = asked.listing.query(asked.selection, asked.sort)
    items = asked.listing.items(query)
    if chosen is JSON_LD:
        return _described(request, asked, items)
    if chosen is not HTML:
        return file(request, _sheet(asked, items, query), chosen)
    pages = max(1, -(-len(items) // PAGE_SIZE))
    if asked.page > pages:
        raise NotFound(f"there is no page {asked.page}", remedy=f"The last one is {pages}.")
    of = asked.listing.kind
    # What chooses the content is part of the address (RFC 6596 §3).
    link = asked.link(page=asked.page) if asked.page > 1 else asked.link()
    return _kept(
        request,
        asked,
        page(
            request,
            "listing.html",
            path=f"/browse/{of.name}" + (f"?{link}" if link else ""),
            kind=of,
            asked=asked,
            items=items[(asked.page - 1) * PAGE_SIZE : asked.page * PAGE_SIZE],
            total=len(items),
            pages=pages,
            choices=[
                (facet, *_divided(found), asked.listing.lacking(facet, asked.selection))
                for facet, found in asked.listing.choices(asked.selection).items()
            ],
            selected=[(facet, value, _without(asked, facet, value)) for facet, value in _selected(asked)],
            sorts={name: SORTED[name] for name in asked.listing.sorts},
            tree=listing.tree(state_of(request).store, of.scheme) if of.scheme and not asked.selection else (),
            uses=state_of(request).derived.get(_Listing(BY_NAME["action"])).uses("topic") if of.scheme else {},
            query=query,
            workbench=urlencode({"query": query}),
            files=(CSV, XLSX, JSON_LD),
        ),
        "page",
    )


def _asked(request: Request) -> _Asked:
    """Read an address; raises `NotFound` and `InputError` with what there is instead."""
    name = request.path_params["kind"]
    if name not in SHELVES:
        raise NotFound(f"{name!r} is no kind of things", remedy=f"The kinds are {', '.join(SHELVES)}.")
    of = BY_NAME[name]
    found = state_of(request).derived.get(_Listing(of))
    if not found.things:
        raise NotFound(f"there are no {of.plural.lower()} in this dataset", remedy="/browse lists what there is.")
    given = request.query_params
    sort = given.get("sort", found.sorts[0])
    if sort not in found.sorts:
        raise InputError(f"{sort!r} is no order", remedy=f"It is one of {', '.join(found.sorts)}.")
    pairs = ((name, key) for name, key in given.multi_items() if name not in _OWN and key)
    return _Asked(found, found.selection(pairs), sort, page_number(request))


def _divided(choices: Sequence[Choice]) -> tuple[list[Choice], list[Choice]]:
    """Return the values to show at once, those that are selected among them, and the rest."""
    shown = [one for place, one in enumerate(choices) if place < _MOST_SHOWN or one.selected]
    return shown, [one for one in choices if one not in shown]


def _selected(asked: _Asked) -> Iterable[tuple[Facet, Value]]:
    return asked.listing.values_of(asked.selection)


def _without(asked: _Asked, facet: Facet, value: Value) -> int:
    """Return how many things there are without a value that is selected."""
    keys = {
        name: tuple(key for key in keys if (name, key) != (facet.name, value.key))
        for name, keys in asked.selection.items()
    }
    return len(asked.listing.matching(keys))


def _sheet(asked: _Asked, items: list[Item], query: str) -> Sheet:
    columns: dict[str, Callable[[Item], str | None]] = {"iri": lambda one: one.iri, "label": lambda one: one.label}
    shelf = asked.listing.shelf
    if shelf.text or shelf.numbered:
        columns["number"] = lambda one: one.number
    if shelf.text:
        columns["text"] = lambda one: one.text
    if shelf.date:
        columns["date"] = lambda one: one.date
    told = [(name, [read(one) for one in items]) for name, read in columns.items()]
    told += asked.listing.columns(items)
    selected = [(facet.label, value.label) for facet, value in _selected(asked)]
    return Sheet(
        asked.listing.kind.plural,
        tuple(name for name, _ in told),
        [*zip(*(values for _, values in told), strict=True)],
        [*selected, ("SPARQL query", query)],
    )


def _described(request: Request, asked: _Asked, items: list[Item]) -> Response:
    """Return what the dataset says of each thing as JSON-LD."""
    if len(items) > _MOST_DESCRIBED:
        remedy = "Narrow it down, take CSV, or /downloads for everything."
        raise NotAcceptable(f"{len(items):,} things are too many for a document of JSON-LD", remedy=remedy)
    about = state_of(request).store.about(item.iri for item in items)
    body = write((quad for quads in about.values() for quad in quads), JSON_LD)
    return _kept(request, asked, Response(body, media_type=JSON_LD.content_type))


def _kept(request: Request, asked: _Asked, response: Response, *names: str) -> Response:
    response.headers["Vary"] = "Accept"
    facets = (name for name, keys in asked.selection.items() for _ in keys)
    return keep(request, response, "sort", "format", *names, *facets)
