"""`/downloads/tables`: the dataset as tables for spreadsheets, statistics and networks, made when first asked for."""

import shutil
import tempfile
import weakref
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from aseancan_kg.errors import NotFound
from aseancan_kg.library.tables.bundle import NO_TABLES, archive_name, write
from aseancan_kg.library.tables.tables import MATRIX, TABLES, counts
from aseancan_kg.mediatypes import CSV, XLSX
from aseancan_kg.store.dataset import Dataset
from aseancan_kg.web.downloads import Download, policy
from aseancan_kg.web.kept import etag, keep
from aseancan_kg.web.pages import page
from aseancan_kg.web.state import state_of

_MEDIA_TYPES = {
    "cff": "application/yaml; charset=utf-8",
    "csv": CSV.content_type,
    "dta": "application/x-stata-dta",
    "graphml": "application/xml",
    "html": "text/html; charset=utf-8",
    "json": "application/json",
    "md": "text/markdown; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "txt": "text/plain; charset=utf-8",
    "xlsx": XLSX.media_type,
    "zip": "application/zip",
    "csv-metadata.json": "application/csvm+json",
    "datapackage.json": "application/vnd.datapackage+json",
}
"""Suffix, or a whole name that has a type of its own, → media type."""


class Files:
    """The tables of a dataset as files on disk, for as long as anybody refers to them."""

    def __init__(self, store: Dataset) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="aseancan-tables-"))
        weakref.finalize(self, shutil.rmtree, self.directory, ignore_errors=True)
        self.names = frozenset(write(store, self.directory))


async def tables(request: Request) -> Response:
    """Answer `/downloads/tables` with a page of what there is."""
    return await run_in_threadpool(_tables, request)


async def table(request: Request) -> Response:
    """Answer `/downloads/tables/…` with one of the files."""
    return await run_in_threadpool(_table, request)


def _tables(request: Request) -> Response:
    state = state_of(request)
    rows = state.derived.get(counts)
    listed = [(each, rows[each.name]) for each in (*TABLES, MATRIX) if each.name in rows]
    if not listed:
        raise NotFound("the dataset has nothing that a table holds", remedy=NO_TABLES)
    response = page(request, "downloads-tables.html", tables=listed, archive=archive_name(state.store))
    return keep(request, response)


def _table(request: Request) -> Response:
    name = request.path_params["path"]
    files = state_of(request).derived.get(Files)
    if name not in files.names:
        raise NotFound(f"there is no file {name!r}", remedy="The files are listed in /downloads/tables.")
    last = name.rpartition("/")[2]
    media_type = _MEDIA_TYPES.get(last) or _MEDIA_TYPES[last.rpartition(".")[2]]
    headers = {"Cache-Control": "no-cache"}
    if not name.endswith(".html"):
        return Download(files.directory / name, media_type, headers)
    document = (files.directory / name).read_bytes()
    headers |= {"Content-Security-Policy": policy(document), "ETag": etag(document)}
    return Response(document, headers=headers, media_type=media_type)
