"""`/static/…`: the style, scripts and icon of the pages, at addresses that change with their content."""

import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from aseancan_kg.errors import NotFound
from aseancan_kg.web.kept import etag, keep


@dataclass(frozen=True, slots=True)
class Assets:
    """The files by name, and a digest of them all: below `/static/{digest}/` no file ever changes."""

    files: Mapping[str, bytes]
    digest: str


@cache
def assets() -> Assets:
    """Read the files, once; a checkout that was never installed lacks the bundle of the workbench."""
    directory = Path(__file__).parent / "static"
    files = {file.name: file.read_bytes() for file in sorted(directory.iterdir())}
    told = "".join(f"{name} {hashlib.sha256(body).hexdigest()}\n" for name, body in files.items())
    return Assets(files, hashlib.sha256(told.encode()).hexdigest()[:12])


async def asset(request: Request) -> Response:
    """Answer `/static/{digest}/{name}`, and `/static/{name}` for who does not know the digest.

    A page of another release of the software may ask by another digest; it gets what there is, to be asked for again.
    """
    digest, _, name = request.path_params["path"].rpartition("/")
    known = assets()
    body = known.files.get(name)
    if body is None:
        raise NotFound(f"there is no file {name!r} for pages")
    is_current = digest == known.digest
    headers = {"ETag": etag(body), "Cache-Control": "public, max-age=31536000, immutable" if is_current else "no-cache"}
    response = Response(body, headers=headers, media_type=mimetypes.guess_type(name)[0])
    return keep(request, response) if is_current else response
