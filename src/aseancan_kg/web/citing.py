"""`/cite`: how a thing is cited, for reference managers."""

from urllib.parse import quote, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from aseancan_kg.errors import InputError, NotFound
from aseancan_kg.library.citations import BIBTEX, WRITERS
from aseancan_kg.library.references import citable, references
from aseancan_kg.mediatypes import named
from aseancan_kg.web.downloads import attachment
from aseancan_kg.web.kept import keep
from aseancan_kg.web.signposting import Link, header
from aseancan_kg.web.state import root_of, state_of


async def cite(request: Request) -> Response:
    """Answer `/cite?iri=…&format=…` with the reference to a thing in BibTeX, RIS or CSL-JSON."""
    iri = request.query_params.get("iri", "")
    if not iri:
        raise InputError("nothing is named that could be cited", remedy="Give iri=…")
    chosen = named(request.query_params.get("format", BIBTEX.name), tuple(WRITERS))
    store = state_of(request).store
    if not await run_in_threadpool(store.knows, iri):
        raise NotFound(f"nothing is known about {iri}")
    if not citable(iri):
        remedy = "Cite it by its own publisher; /cite gives references to what this dataset says itself."
        raise NotFound(f"{iri} is the work of others", remedy=remedy)
    cited = (await run_in_threadpool(references, store, [iri]))[iri]
    body = WRITERS[chosen](cited).encode()
    path = f"{root_of(request)}/cite"
    others = ((one, urlencode({"iri": iri, "format": one.name})) for one in WRITERS if one is not chosen)
    links = [
        Link(quote(iri, safe=":/#?&=%"), "describes"),
        *(Link(f"{path}?{query}", "alternate", one.media_type) for one, query in others),
    ]
    headers = {"Content-Disposition": attachment(f"{cited.key}.{chosen.name}"), "Link": header(links)}
    return keep(request, Response(body, headers=headers, media_type=chosen.content_type), "iri", "format")
