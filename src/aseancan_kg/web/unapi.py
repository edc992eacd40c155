"""`/unapi`: what pages name in a bare format, for reference managers (unAPI version 1, http://unapi.info/specs/)."""

import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from aseancan_kg.errors import InputError, NotAcceptable
from aseancan_kg.library.citing.citations import BIBTEX, RIS, Citation, as_bibtex, as_ris, as_zotero
from aseancan_kg.library.plain import document
from aseancan_kg.library.records.exchange import BY_NAME
from aseancan_kg.library.records.record import records
from aseancan_kg.mediatypes import RDF_XML
from aseancan_kg.web.citing import cited
from aseancan_kg.web.kept import keep
from aseancan_kg.web.state import state_of


@dataclass(frozen=True, slots=True)
class _Format:
    """A format by the name that Zotero knows it by; `docs` tells what it is."""

    name: str
    content_type: str
    docs: str


_OF_ALL: dict[_Format, Callable[[Citation], str | bytes]] = {
    # Zotero takes the first it knows, and this one alone tells it every type.
    _Format("rdf_zotero", RDF_XML.content_type, "https://www.zotero.org/support/kb/rdf"): as_zotero,
    _Format("ris", RIS.content_type, "https://en.wikipedia.org/wiki/RIS_(file_format)"): as_ris,
    _Format("bibtex", BIBTEX.content_type, "https://ctan.org/pkg/bibtex"): as_bibtex,
}
"""Format → its writer; of everything that can be cited."""
_OF_RECORDS = {
    _Format(name, BY_NAME[name].format.content_type, docs): BY_NAME[name]
    for name, docs in (
        ("mods", "https://www.loc.gov/standards/mods/"),
        ("marcxml", "https://www.loc.gov/standards/marcxml/"),
        ("oai_dc", "https://www.openarchives.org/OAI/2.0/oai_dc.xsd"),
    )
}
"""Formats that only what a catalogue has records of can be had in."""
NAMES = tuple(one.name for one in (*_OF_ALL, *_OF_RECORDS))


async def unapi(request: Request) -> Response:
    """Answer `/unapi`: the formats of everything; with `id=` those of it, by status 300; with `format=` too, it."""
    return await run_in_threadpool(_unapi, request)


def _unapi(request: Request) -> Response:
    iri, name = (request.query_params.get(one, "") for one in ("id", "format"))
    if not iri:
        if name:
            raise InputError("a format is named, but not of what", remedy="Give id=…, the title of an abbr.")
        return keep(request, _listing(tuple(_OF_ALL)))
    state = state_of(request)
    found = cited(state, iri)
    record = records(state.store, [iri]).get(iri)
    offered = {one.name: one for one in _OF_ALL}
    offered |= {one.name: one for one, by in _OF_RECORDS.items() if record and record.kind in by.kinds}
    if not name:
        return _listing(tuple(offered.values()), iri)
    if name not in offered:
        raise NotAcceptable(f"there is no {name!r} of {iri}", remedy=f"There is: {', '.join(offered)}.")
    chosen = offered[name]
    body = (
        _OF_RECORDS[chosen].write(state.store, [record]) if record and chosen in _OF_RECORDS else _OF_ALL[chosen](found)
    )
    return keep(request, Response(body, media_type=chosen.content_type), "id", "format")


def _listing(formats: tuple[_Format, ...], iri: str = "") -> Response:
    root = ET.Element("formats", {"id": iri} if iri else {})
    for one in formats:
        ET.SubElement(root, "format", name=one.name, type=one.content_type.partition(";")[0], docs=one.docs)
    status = HTTPStatus.MULTIPLE_CHOICES if iri else HTTPStatus.OK
    return Response(document(root), status, media_type="application/xml")
