"""`/cite`: how a thing, or an answer, is cited: for people in the styles they write in, and for reference managers."""

from urllib.parse import parse_qsl, quote, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from aseancan_kg import queries
from aseancan_kg.catalogue import releases
from aseancan_kg.errors import InputError, NotFound
from aseancan_kg.library.citing.citations import WRITERS, Citation
from aseancan_kg.library.citing.references import citable, of_answer, references
from aseancan_kg.library.citing.styles import STYLES, formatted
from aseancan_kg.library.records.exchange import BY_NAME
from aseancan_kg.mediatypes import HTML, PLAIN_TEXT, Format
from aseancan_kg.namespaces import BASE, DOC, ID
from aseancan_kg.queries import Query
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.web import deposits
from aseancan_kg.web.downloads import attachment
from aseancan_kg.web.kept import keep
from aseancan_kg.web.pages import page
from aseancan_kg.web.representations import representation
from aseancan_kg.web.signposting import Link, header, split
from aseancan_kg.web.state import State, address_of, root_of, state_of

OFFERED = (*WRITERS, HTML)
_QUERIES, _DEPOSITS = (f"{BASE}{name}/" for name in ("queries", "q"))


async def cite(request: Request) -> Response:
    """Answer `/cite?iri=…` with the citation of it: a page, BibTeX, RIS or CSL-JSON; with `style=` in that, as text."""
    return await run_in_threadpool(_cite, request)


def cited(state: State, iri: str) -> Citation:
    """Return how what an IRI names is cited: a thing, a release, a query with its parameters, a deposited answer.

    Raises `NotFound` for what is not known, and for what others have made.
    """
    if iri.startswith(_DEPOSITS):
        return deposits.citation(state.store, state.deposits.get(iri.removeprefix(_DEPOSITS)))
    if iri.startswith(_QUERIES):
        name, _, asked = iri.removeprefix(_QUERIES).partition("?")
        return of_query(state.store, queries.pick(name, state.queries), dict(parse_qsl(asked)))
    if not state.store.knows(iri):
        remedy = "Give its IRI, the address of its page here, or kind and name: instrument/actip-2015."
        raise NotFound(f"nothing is known about {iri}", remedy=remedy)
    if not citable(iri):
        remedy = "Cite it by its own publisher; /cite gives references to what this dataset says itself."
        raise NotFound(f"{iri} is the work of others", remedy=remedy)
    return references(state.store, [iri])[iri]


def of_query(store: Dataset, query: Query, values: dict[str, str]) -> Citation:
    """Return how the answer to a query of the catalogue is cited; raises `InputError` for values it does not take."""
    query.bind(values)
    told = ", ".join(f"{name} {value}" for name, value in values.items())
    url = f"{_QUERIES}{query.name}" + (f"?{urlencode(values)}" if values else "")
    return of_answer(store, url, f"{query.title} ({told})" if told else query.title, store.version)


def _cite(request: Request) -> Response:
    iri, style = (request.query_params.get(name, "") for name in ("iri", "style"))
    if not iri:
        raise InputError("nothing is named that could be cited", remedy="Give iri=…")
    if style and style not in STYLES:
        raise InputError(f"there is no style {style!r}", remedy=f"There is: {', '.join(STYLES)}.")
    found = cited(state_of(request), _meant(request, iri))
    if style:
        return keep(
            request, Response(f"{formatted(found, style)}\n", media_type=PLAIN_TEXT.content_type), "iri", "style"
        )
    chosen = representation(request, OFFERED)
    headers = {"Link": header(_links(request, found, chosen)), "Vary": "Accept"}
    if chosen is HTML:
        path = f"/cite?{urlencode({'iri': found.url})}"
        shown = {one: formatted(found, name) for name, one in STYLES.items()}
        response = page(request, "citation.html", path=path, cited=found, styles=shown, headers=headers)
    else:
        headers["Content-Disposition"] = attachment(f"{found.key}.{BY_NAME[chosen.name].suffix}")
        response = Response(WRITERS[chosen](found), headers=headers, media_type=chosen.content_type)
    return keep(request, response, "iri", "format")


def _meant(request: Request, given: str) -> str:
    """Return the IRI that is given as one, by an address of this host, or by a path: `instrument/actip-2015`.

    A document stands for the thing that it is about, the number of a release for the release.
    """
    state = state_of(request)
    path = given.strip().removeprefix(address_of(request)).removeprefix(BASE).strip("/")
    numbered = {f"r/{one.version}": releases.address(one) for one in state.derived.get(releases.releases)}
    for iri in (numbered.get(path, given), split(f"/{path}")[0], ID + path):
        if iri.startswith((_QUERIES, _DEPOSITS)) or (state.store.knows(iri) and not iri.startswith(DOC)):
            return iri
    return given


def _links(request: Request, found: Citation, chosen: Format) -> list[Link]:
    others = ((one, urlencode({"iri": found.url, "format": one.name})) for one in OFFERED if one is not chosen)
    return [
        Link(quote(found.url, safe=":/#?&=%+"), "describes"),
        *(Link(f"{root_of(request)}/cite?{query}", "alternate", one.media_type) for one, query in others),
    ]
